"""A body as a request can take it: not again if it has it, compressed if it reads that."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response


def conditional(
    request: Request,
    body: bytes,
    headers: dict[str, str],
    media_type: str,
    gzipped: Callable[[], bytes] | None = None,
) -> Response:
    """`headers` hold the body's ETag, and are sent with a 304, too.

    `gzipped` gives the body as it was compressed before; without it, it is compressed here.
    """
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = gzipped() if gzipped else gzip.compress(body, 1, mtime=0)
    return Response(body, headers=headers, media_type=media_type)
