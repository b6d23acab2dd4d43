"""The web process's side of the windows: GET only, never the store."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Any

from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from data.extruders import Catalogue, catalogue_from_dict
from data.redis_errors import translated
from data.scopes import seen
from data.shards import shard_of, shards
from data.window_cache import LIVE, SHARDS_KEY, Keys, Status
from data.window_cache.merge import (
    merged_alarms,
    merged_catalogue,
    merged_history,
    merged_status,
)
from data.window_cache.part import Parts, alarms_of, history_of
from data.windows import HEADER_SIZE, Header, Window, tail_ranges, unroll_tail


class WindowReader:
    """Reads of one web process. All methods raise WindowsUnavailable if Redis is away.

    `of` is the number of shards. A status is that of the shards which an answer is from. What
    `data.scopes.seen` does not cover is, for all methods, as if it were not there.
    """

    def __init__(self, client: Redis, of: int = 1) -> None:
        self._redis, self._of = client, of
        self._all = tuple(map(Keys, shards(of)))
        self._kept = Catalogue(0, ())
        self._parts = Parts()

    def keys(self, extruder: int) -> Keys:
        """The keys of an extruder's shard."""
        return self._all[shard_of(extruder, self._of).number]

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
        extruders = await self._seen(extruders)
        concerned = self._concerned(extruders)
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                for extruder in extruders:
                    pipe.getrange(self.keys(extruder).ring(extruder), 0, HEADER_SIZE - 1)
                status, starts = await _with_status(pipe, concerned)
            for extruder, start in zip(extruders, starts, strict=True):
                if start:
                    headers[extruder] = Header.unpack(start)
            ranges = {e: tail_ranges(h, steps(e, h)) for e, h in headers.items()}
            async with self._redis.pipeline(transaction=False) as pipe:
                for extruder, parts in ranges.items():
                    for first, last in parts:
                        pipe.getrange(self.keys(extruder).ring(extruder), first, last)
                found = iter(await pipe.execute())
        windows = {
            extruder: unroll_tail(headers[extruder], b"".join(next(found) for _ in parts))
            for extruder, parts in ranges.items()
        }
        return windows, status

    async def commits(self) -> AsyncGenerator[frozenset[int], None]:
        """The extruders' shards (their numbers) of every commit as it happens; none of them
        after half a second without one."""
        channels = {keys.commits.encode(): keys.shard.number for keys in self._all}
        with translated():
            async with self._redis.pubsub() as subscription:
                await subscription.subscribe(*channels)
                while True:
                    message = await subscription.get_message(
                        ignore_subscribe_messages=True, timeout=0.5
                    )
                    yield frozenset({channels[message["channel"]]} if message else ())

    async def summaries(self, shard: int | None = None) -> tuple[list[bytes], Status]:
        """All cards as JSON texts, or those of one shard, and the refresh's status."""
        wanted = self._all if shard is None else (self._all[shard],)
        mine = await self._mine()
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                for keys in wanted:
                    if mine is None:
                        pipe.hvals(keys.summaries)
                    else:
                        pipe.hmget(keys.summaries, [str(one) for one in (*sorted(mine), 0)])
                status, found = await _with_status(pipe, self._all)
        return [card for cards in found for card in cards if card is not None], status

    async def alarms(self) -> tuple[bytes | None, Status]:
        """Alarms and malfunctions as JSON (None before the first), and the refresh's status."""
        texts, status = await self._texts([keys.alarms for keys in self._all])
        return alarms_of(merged_alarms(texts), await self._mine()), status

    async def history(self) -> tuple[bytes | None, Status]:
        """The newest events as JSON (None before the first), and the refresh's status."""
        texts, status = await self._texts([keys.history for keys in self._all])
        return history_of(merged_history(texts), await self._mine()), status

    async def health(self) -> tuple[bytes | None, Status]:
        """Figures of the alarm system as JSON (None before the first), and the status."""
        (text,), status = await self._texts([self._all[0].health])
        return None if seen() else text, status

    async def deliveries(self) -> tuple[bytes | None, Status]:
        """The newest notifications as JSON (None before the first), and the status."""
        (text,), status = await self._texts([self._all[0].deliveries])
        return None if seen() else text, status

    async def _texts(self, keys: list[str]) -> tuple[list[bytes | None], Status]:
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.get(key)
                status, texts = await _with_status(pipe, self._all)
        return texts, status

    async def rings(
        self, extruders: list[int], kind: str = LIVE
    ) -> tuple[list[bytes | None], Status]:
        """Rings of one kind in the order asked for, and the refresh's status."""
        mine = set(await self._seen(extruders))
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                for extruder in extruders:
                    if extruder in mine:
                        pipe.get(self.keys(extruder).ring(extruder, kind))
                status, found = await _with_status(pipe, self._concerned(extruders))
        blobs = iter(found)
        return [next(blobs) if extruder in mine else None for extruder in extruders], status

    async def catalogue(self) -> Catalogue:
        """The catalogue; an empty one of version 0 before the worker's first success.

        Read from Redis only if another version is there.
        """
        return self._parts.of(await self._whole(), seen())

    async def _mine(self) -> frozenset[int] | None:
        """The extruders that are seen; None: all."""
        return self._parts.ids(await self._whole(), scope) if (scope := seen()) else None

    async def _seen(self, extruders: list[int]) -> list[int]:
        mine = await self._mine()
        return extruders if mine is None else [one for one in extruders if one in mine]

    async def _whole(self) -> Catalogue:
        status = await self.status()
        if not self._kept.version or status.catalogue != self._kept.version:
            with translated():
                async with self._redis.pipeline(transaction=False) as pipe:
                    for keys in self._all:
                        pipe.get(keys.catalogue)
                    texts = await pipe.execute()
            self._kept = merged_catalogue([_catalogue(text) for text in texts])
        return self._kept

    async def status(self) -> Status:
        """What the refresh did last."""
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                status, _ = await _with_status(pipe, self._all)
        return status

    async def another_split(self) -> int:
        """The number of shards that the workers keep, if that is not ours; else 0."""
        with translated():
            found = await self._redis.get(SHARDS_KEY)
        return 0 if found is None or int(found) == self._of else int(found)

    def _concerned(self, extruders: Iterable[int]) -> list[Keys]:
        if self._of == 1:
            return list(self._all)
        return list(
            {
                self.keys(extruder).shard.number: self.keys(extruder) for extruder in extruders
            }.values()
        )


async def _with_status(pipe: Any, concerned: Iterable[Keys]) -> tuple[Status, list[Any]]:
    """Run a pipeline; the status of these shards, and what the commands before gave."""
    wanted = list(concerned)
    for keys in wanted:
        pipe.hgetall(keys.status)
    found = await pipe.execute()
    at = len(found) - len(wanted)
    return merged_status([Status.from_hash(raw) for raw in found[at:]]), found[:at]


class CatalogueReader:
    """The catalogue for code that does not await; read anew only if its version changed."""

    def __init__(self, client: BlockingRedis, of: int = 1) -> None:
        self._redis, self._all = client, tuple(map(Keys, shards(of)))
        self._kept = Catalogue(0, ())
        self._parts = Parts()

    def __call__(self) -> Catalogue:
        """The catalogue, an empty one before the first. Raises WindowsUnavailable."""
        with translated():
            versions = [self._redis.hget(keys.status, "catalogue") for keys in self._all]
            version = min(int(one or 0) for one in versions)
            if not self._kept.version or version != self._kept.version:
                texts = [self._redis.get(keys.catalogue) for keys in self._all]
                self._kept = merged_catalogue([_catalogue(text) for text in texts])
        return self._parts.of(self._kept, seen())


def _catalogue(text: Any) -> Catalogue:
    return catalogue_from_dict(json.loads(text)) if text else Catalogue(0, ())
