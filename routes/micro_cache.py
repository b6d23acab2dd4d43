"""Answers kept for a moment in the process: many viewers cost one read of Redis."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace
from zlib import crc32

from starlette.requests import Request
from starlette.responses import Response

from data.scopes import seen, to_header

#: Browsers ask again every time (an unchanged answer is 304), shared caches hold it for 1 s.
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-if-error=30"
#: Of what is not told to everybody; a proxy that tells its clock keeps answers by scope.
PRIVATE = "private, no-cache"
#: A proxy that tells its clock (s since the epoch) may also answer with the last second's body
#: while it asks for the next. Browsers would do that too, and show everything a poll later.
PROXY_TIME_HEADER = "Meltwatch-Proxy-Time"
PROXY_CACHE_CONTROL = "public, s-maxage=1, stale-while-revalidate=2, stale-if-error=30"
_PROXY_TIME = re.compile(r"(\d{1,11})(\.\d{1,3})?", re.ASCII)

#: A pair "from/until" for each who kept an answer, in s of their own clocks, which need not agree:
#: so a browser knows the server's clock from the first answer on. The last pair is left open for
#: the proxy that asked, which adds its "until" whenever it gives the answer.
WAITED_HEADER = "Meltwatch-Waited"

#: How often a browser without push shall ask, in ms; it obeys from its next round on.
POLL_HEADER = "Meltwatch-Poll-Ms"


@dataclass(frozen=True)
class Answer:
    """A body with its ETag, plain and compressed."""

    body: bytes
    packed: bytes
    etag: str
    media_type: str
    made_s: float = field(default_factory=time.monotonic)

    @staticmethod
    def of(body: bytes, etag: str, media_type: str) -> Answer:
        """Compress once for all viewers; level 1 costs 3 ms for a whole window."""
        return Answer(body, gzip.compress(body, 1, mtime=0), f'"{etag}"', media_type)

    def respond(self, request: Request) -> Response:
        """The answer as this request can take it: 304, compressed or plain."""
        headers = {
            "ETag": self.etag,
            **_for_proxy(request.headers.get(PROXY_TIME_HEADER, ""), self.made_s),
            "Vary": "Accept-Encoding",
            POLL_HEADER: str(request.app.state.poll_ms),
        }
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.packed, headers=headers, media_type=self.media_type)
        return Response(self.body, headers=headers, media_type=self.media_type)


def _for_proxy(proxy_time: str, made_s: float) -> dict[str, str]:
    """How long who may keep an answer, and how long it was kept here.

    nginx counts whole seconds: one of `s-maxage=1` lasts up to two. Until the end of its own
    present second, by its own clock, an answer lasts one at most and is asked for once a second.
    """
    waited = f"{made_s:.3f}/{time.monotonic():.3f}"
    asked = _PROXY_TIME.fullmatch(proxy_time)
    if asked is None:
        control = PRIVATE if seen() else CACHE_CONTROL
        return {"Cache-Control": control, WAITED_HEADER: waited}
    # In this order: nginx before 1.23 ignores a Cache-Control that follows.
    return {
        "Cache-Control": PROXY_CACHE_CONTROL,
        "X-Accel-Expires": f"@{asked[1]}",
        WAITED_HEADER: f"{waited} {asked[0]}/",
    }


class MicroCache:
    """Answers by key for `ttl_s`; concurrent misses of a key make the answer once."""

    def __init__(self, ttl_s: float) -> None:
        self._ttl_s = ttl_s
        self._kept: dict[Hashable, tuple[float, Answer]] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """The kept answer of whoever sees the same, or a new one. What `make` raises is raised and
        not kept."""
        key, scope = (key, seen()), to_header(seen())
        async with self._locks.setdefault(key, asyncio.Lock()):
            until, answer = self._kept.get(key, (0.0, None))
            if answer is None or until < time.monotonic():
                answer = await make()
                if scope:  # a browser may have one that somebody else was given
                    answer = replace(answer, etag=f'{answer.etag[:-1]}-{crc32(scope.encode()):x}"')
                self._kept[key] = (time.monotonic() + self._ttl_s, answer)
            return answer
