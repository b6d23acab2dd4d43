"""The body of a request: in whole, unpacked, and never larger than allowed."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

#: A body that is not there after so long is not waited for, s.
PATIENCE_S = 30.0
_GZIP = 31


class TooLarge(Exception):
    """The body, or what it holds, is larger than allowed."""


class Unreadable(Exception):
    """The body is not what its headers say."""


class Gone(Exception):
    """The client has left, or is too slow."""


class Incoming:
    """A request's body as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._ended = receive, False

    async def read(self, most: int) -> bytes:
        """All of it. Raises TooLarge or Gone."""
        parts, size = [], 0
        async with _patience():
            while not self._ended:
                parts.append(await self._next())
                size += len(parts[-1])
                if size > most:
                    raise TooLarge
        return b"".join(parts)

    async def pass_over(self, most: int) -> None:
        """Read the rest and forget it: who is still sending does not see an answer. Raises Gone."""
        async with _patience():
            while not self._ended and most > 0:
                most -= len(await self._next())

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise Gone
        self._ended = not message.get("more_body", False)
        return bytes(message.get("body", b""))


async def read_body(incoming: Incoming, encoding: str, most: int) -> bytes:
    """The body of at most so many bytes. Raises TooLarge, Unreadable or Gone."""
    raw = await incoming.read(most)
    if encoding in {"", "identity"}:
        return raw
    if encoding != "gzip":
        raise Unreadable("expected no Content-Encoding, or gzip")
    return unpacked(raw, most)


def unpacked(raw: bytes, most: int) -> bytes:
    """A gzip file's content; of a bomb no more than `most` is unpacked. Raises as above."""
    parts: list[bytes] = []
    left, rest = most, raw
    while rest:
        member = zlib.decompressobj(_GZIP)
        try:
            parts.append(member.decompress(rest, left + 1))
        except zlib.error as error:
            raise Unreadable("the body is not gzip") from error
        left -= len(parts[-1])
        if left < 0:
            raise TooLarge
        if not member.eof:
            raise Unreadable("the gzip body ends too early")
        rest = member.unused_data
    return b"".join(parts)


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    except TimeoutError as error:
        raise Gone from error
