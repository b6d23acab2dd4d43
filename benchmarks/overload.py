"""More page requests than one web process can answer: who is let in, how fast, who is refused."""

from __future__ import annotations

import asyncio
import time

import numpy as np

BROWSERS, SECONDS = 300, 20
#: Shorter than the Retry-After of 2 s: these browsers do not obey.
PAUSE_S = 0.5
_REQUEST = b"GET / HTTP/1.1\r\nHost: meltwatch\r\n\r\n"


class Seen:
    """Seconds until each answer, by status."""

    def __init__(self) -> None:
        self.admitted: list[float] = []
        self.refused: list[float] = []
        self.without_retry_after = 0

    async def browse(self, port: int, until: float) -> None:
        """One browser that asks for the page again and again."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        while time.monotonic() < until:
            started = time.monotonic()
            writer.write(_REQUEST)
            head = await _answer(reader)
            took = time.monotonic() - started
            if b" 200 " in head.partition(b"\r\n")[0]:
                self.admitted.append(took)
                continue
            self.refused.append(took)
            self.without_retry_after += b"retry-after:" not in head.lower()
            await asyncio.sleep(PAUSE_S)
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"content-length" in fields:
        await reader.readexactly(int(fields[b"content-length"]))
        return head
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
    return head


async def overload(port: int) -> None:
    """One line about admitted and refused requests."""
    seen, until = Seen(), time.monotonic() + SECONDS
    await asyncio.gather(*(seen.browse(port, until) for _ in range(BROWSERS)))
    p50, p95 = np.percentile(seen.admitted, [50, 95]) * 1000
    refused = np.percentile(seen.refused, 95) * 1000 if seen.refused else 0.0
    admitted_each_s, refused_each_s = (len(n) / SECONDS for n in (seen.admitted, seen.refused))
    print(
        f"overload, {BROWSERS} browsers ask for pages: admitted {admitted_each_s:.0f}/s"
        f" (p50 {p50:.0f} ms, p95 {p95:.0f} ms), refused {refused_each_s:.0f}/s"
        f" (503, p95 {refused:.0f} ms, without Retry-After: {seen.without_retry_after})",
        flush=True,
    )
