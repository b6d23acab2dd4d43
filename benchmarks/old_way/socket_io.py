"""As much of Socket.IO's client as FlowFuse Dashboard's page uses: join, load a chart, listen.

The dashboard refuses direct WebSockets: first polling, then the upgrade, as its page does.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx

_PATH = "/dashboard/socket.io/?EIO=4"


class SocketIo:
    """One joined client; `received` counts bytes of WebSocket frames, headers included."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.received = 0

    async def emit(self, *event: object) -> None:
        """Send an event."""
        await self.send(b"42" + json.dumps(event).encode())

    async def send(self, text: bytes) -> None:
        """One masked text frame (the mask is zero: it hides nothing here)."""
        size = len(text)
        head = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        self._writer.write(b"\x81" + head + bytes(4) + text)
        await self._writer.drain()

    async def frame(self) -> bytes:
        """The next text frame."""
        first, size = await self._reader.readexactly(2)
        head = 2
        if size == 126:
            size, head = *struct.unpack(">H", await self._reader.readexactly(2)), 4
        elif size == 127:
            size, head = *struct.unpack(">Q", await self._reader.readexactly(8)), 10
        body = await self._reader.readexactly(size)
        self.received += head + size
        if first & 0x0F == 8:
            raise ConnectionError("the server closed the connection")
        return body

    async def events(self) -> AsyncIterator[bytes]:
        """Events as they arrive, still JSON; answers pings."""
        while True:
            body = await self.frame()
            if body == b"2":
                await self.send(b"3")
            elif body.startswith(b"42"):
                yield body[2:]


async def join(client: httpx.AsyncClient) -> SocketIo:
    """Connect by polling, then upgrade to a WebSocket."""
    opened = (await client.get(f"{_PATH}&transport=polling")).text
    sid = json.loads(opened[1:])["sid"]
    poll = f"{_PATH}&transport=polling&sid={sid}"
    await client.post(poll, content="40", headers={"Content-Type": "text/plain;charset=UTF-8"})
    await client.get(poll)
    socket = await _upgrade(client, sid)
    await socket.send(b"2probe")
    polling = asyncio.create_task(client.get(poll))  # the server ends it on the upgrade
    assert await socket.frame() == b"3probe"
    await polling
    await socket.send(b"5")
    return socket


async def _upgrade(client: httpx.AsyncClient, sid: str) -> SocketIo:
    where = urlsplit(str(client.base_url))
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=2**24)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET {_PATH}&transport=websocket&sid={sid} HTTP/1.1\r\nHost: {where.netloc}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in answer.split(b"\r\n")[0], answer
    return SocketIo(reader, writer)
