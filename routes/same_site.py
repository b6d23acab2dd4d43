"""Which requests of another site's pages are refused: those that change or hold something."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from access.rules import SAFE
from data.logs import security

#: They hold a connection open, so a page elsewhere that opens many would cost us.
_STREAM = re.compile(r"/(windows/\d+|plant)/events")


def from_elsewhere(scope: Scope) -> bool:
    """Whether to refuse a request as another site's, which is logged."""
    headers = Headers(scope=scope)
    if not _matters(scope, headers) or _same_site(headers):
        return False
    address = scope["client"][0] if scope.get("client") else ""
    origin = headers.get("origin", "")
    security("csrf_refused", address=address, path=scope["path"], origin=origin)
    return True


def _matters(scope: Scope, headers: Headers) -> bool:
    if scope["method"] not in SAFE:
        return True
    # A link or the address bar: the page it comes from cannot go on beside it.
    opened = headers.get("sec-fetch-mode") == "navigate"
    opened = opened and headers.get("sec-fetch-dest") == "document"
    return _STREAM.fullmatch(scope["path"]) is not None and not opened


def _same_site(headers: Headers) -> bool:
    """What the browser says of itself: scripts cannot set these headers."""
    site = headers.get("sec-fetch-site")
    if site is not None:  # right even where a proxy has changed the host
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
