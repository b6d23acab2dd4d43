"""The web process's side of the windows: GET only, never the store."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from data.extruders import Catalogue, catalogue_from_dict
from data.redis_errors import translated
from data.window_cache import LIVE, Keys, Status
from data.windows import HEADER_SIZE, Header, Window, tail_ranges, unroll_tail


class WindowReader:
    """Reads of one web process. All methods raise WindowsUnavailable if Redis is away."""

    def __init__(self, client: Redis, keys: Keys) -> None:
        self._redis = client
        self.keys = keys

    async def ring(self, extruder: int) -> tuple[bytes | None, Status]:
        """An extruder's live ring (None if there is none) and the refresh's status."""
        (blob,), status = await self.rings([extruder])
        return blob, status

    async def tails(
        self, extruders: list[int], steps: Callable[[int, Header], int]
    ) -> tuple[dict[int, Window], Status]:
        """The newest steps of live rings, in two round trips however many there are.

        `steps(extruder, header)` says how many of each. Extruders without a ring are left out.
        """
        headers: dict[int, Header] = {}
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                for extruder in extruders:
                    pipe.getrange(self.keys.ring(extruder), 0, HEADER_SIZE - 1)
                pipe.hgetall(self.keys.status)
                *starts, status = await pipe.execute()
            for extruder, start in zip(extruders, starts, strict=True):
                if start:
                    headers[extruder] = Header.unpack(start)
            ranges = {e: tail_ranges(h, steps(e, h)) for e, h in headers.items()}
            async with self._redis.pipeline(transaction=False) as pipe:
                for extruder, parts in ranges.items():
                    for first, last in parts:
                        pipe.getrange(self.keys.ring(extruder), first, last)
                found = iter(await pipe.execute())
        windows = {
            extruder: unroll_tail(headers[extruder], b"".join(next(found) for _ in parts))
            for extruder, parts in ranges.items()
        }
        return windows, Status.from_hash(status)

    async def commits(self) -> AsyncGenerator[bool, None]:
        """True for every commit as it happens, False after half a second without one."""
        with translated():
            async with self._redis.pubsub() as subscription:
                await subscription.subscribe(self.keys.commits)
                while True:
                    message = await subscription.get_message(
                        ignore_subscribe_messages=True, timeout=0.5
                    )
                    yield message is not None

    async def summaries(self) -> tuple[list[bytes], Status]:
        """All cards as JSON texts, and the refresh's status."""
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hvals(self.keys.summaries)
                pipe.hgetall(self.keys.status)
                cards, status = await pipe.execute()
        return cards, Status.from_hash(status)

    async def alarms(self) -> tuple[bytes | None, Status]:
        """Alarms and malfunctions as JSON (None before the first), and the refresh's status."""
        return await self._text(self.keys.alarms)

    async def history(self) -> tuple[bytes | None, Status]:
        """The newest events as JSON (None before the first), and the refresh's status."""
        return await self._text(self.keys.history)

    async def health(self) -> tuple[bytes | None, Status]:
        """Figures of the alarm system as JSON (None before the first), and the status."""
        return await self._text(self.keys.health)

    async def deliveries(self) -> tuple[bytes | None, Status]:
        """The newest notifications as JSON (None before the first), and the status."""
        return await self._text(self.keys.deliveries)

    async def _text(self, key: str) -> tuple[bytes | None, Status]:
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.get(key)
                pipe.hgetall(self.keys.status)
                text, status = await pipe.execute()
        return text, Status.from_hash(status)

    async def rings(
        self, extruders: list[int], kind: str = LIVE
    ) -> tuple[list[bytes | None], Status]:
        """Rings of one kind in the order asked for, and the refresh's status."""
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                for extruder in extruders:
                    pipe.get(self.keys.ring(extruder, kind))
                pipe.hgetall(self.keys.status)
                *blobs, status = await pipe.execute()
        return blobs, Status.from_hash(status)

    async def catalogue(self) -> Catalogue:
        """The catalogue; an empty one of version 0 before the worker's first success."""
        with translated():
            text: Any = await self._redis.get(self.keys.catalogue)
        return _catalogue(text)

    async def status(self) -> Status:
        """What the refresh did last."""
        with translated():
            return Status.from_hash(await self._redis.hgetall(self.keys.status))


def read_catalogue(client: BlockingRedis, keys: Keys) -> Catalogue:
    """The catalogue for code that does not await. Raises WindowsUnavailable."""
    with translated():
        text: Any = client.get(keys.catalogue)
    return _catalogue(text)


def _catalogue(text: bytes | None) -> Catalogue:
    return catalogue_from_dict(json.loads(text)) if text else Catalogue(0, ())
