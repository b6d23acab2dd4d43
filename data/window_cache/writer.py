"""The worker's side of the windows: lease, headers, fenced commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import cast

from redis import Redis

from data.extruders import Catalogue, catalogue_to_dict
from data.redis_errors import translated
from data.window_cache import KINDS, Keys, Status
from data.windows import HEADER_SIZE, Header, Write

#: A lease outlives one tick a few times, so that a slow job is not joined by a second one.
LEASE_MS = 3000

_RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1"


class Commit:
    """Writes collected for one atomic commit."""

    def __init__(self, keys: Keys) -> None:
        self._at = keys
        self.keys: dict[str, int] = {keys.watermark: 1, keys.lease: 2, keys.commits: 3}
        self.arguments: list[str | bytes | int] = []

    def _add(self, operation: str, key: str, a: str | int, b: str | bytes) -> None:
        position = self.keys.setdefault(key, len(self.keys) + 1)
        self.arguments += [operation, position, a, b]

    def ring(self, extruder: int, kind: str, writes: Iterable[Write]) -> None:
        """Change ranges of a ring."""
        for write in writes:
            self._add("R", self._at.ring(extruder, kind), write.offset, write.data)

    def whole(self, extruder: int, kind: str, ring: bytes) -> None:
        """Replace a ring."""
        self._add("S", self._at.ring(extruder, kind), 0, ring)

    def summary(self, extruder: int, summary: Mapping[str, object]) -> None:
        """Replace an extruder's card."""
        self._add("H", self._at.summaries, extruder, json.dumps(summary, separators=(",", ":")))

    def forget(self, extruder: int) -> None:
        """Remove all of a retired extruder."""
        self._add("F", self._at.summaries, extruder, "")
        for kind in KINDS:
            self._add("D", self._at.ring(extruder, kind), 0, "")

    def forget_watermark(self) -> None:
        """Make all rings invalid: they are rebuilt from the store."""
        self._add("D", self._at.watermark, 0, "")

    def catalogue(self, catalogue: Catalogue) -> None:
        """Replace the catalogue."""
        self._add("S", self._at.catalogue, 0, json.dumps(catalogue_to_dict(catalogue)))

    def alarms(self, text: str) -> None:
        """Replace the alarms and malfunctions (JSON)."""
        self._add("S", self._at.alarms, 0, text)

    def history(self, text: str) -> None:
        """Replace the newest events (JSON)."""
        self._add("S", self._at.history, 0, text)

    def health(self, text: str) -> None:
        """Replace the figures of the alarm system (JSON)."""
        self._add("S", self._at.health, 0, text)

    def deliveries(self, text: str) -> None:
        """Replace the newest notifications (JSON)."""
        self._add("S", self._at.deliveries, 0, text)

    def monitor(self, fast: bytes, slow: bytes | None) -> None:
        """Replace what the monitor remembers; `slow` None: that part has not changed."""
        self._add("S", self._at.monitor, 0, fast)
        if slow is not None:
            self._add("S", self._at.monitor_slow, 0, slow)

    def rollups(self, state: bytes) -> None:
        """Replace the rollups that are not in the store yet."""
        self._add("S", self._at.rollups, 0, state)

    def took_commands(self, count: int) -> None:
        """Take the first `count` of `pending_commands` off the list; those behind stay."""
        self._add("T", self._at.commands, count, "")

    def status(self, **fields: object) -> None:
        """Set fields of `Status`."""
        for name, value in fields.items():
            self._add("H", self._at.status, name, str(value))


class WindowWriter:
    """Writes of one worker process. All methods raise WindowsUnavailable if Redis is away."""

    def __init__(self, client: Redis, keys: Keys) -> None:
        self._redis = client
        self.keys = keys
        self._script = client.register_script(
            files("data.window_cache").joinpath("commit.lua").read_text()
        )
        self._renew_script = client.register_script(_RENEW)
        self._release_script = client.register_script(_RELEASE)

    def take_lease(self, token: str) -> bool:
        """True if this token now holds the lease; it ends by itself after LEASE_MS."""
        with translated():
            return bool(self._redis.set(self.keys.lease, token, nx=True, px=LEASE_MS))

    def renew(self, token: str) -> bool:
        """Hold the lease for LEASE_MS more; False if another may hold it by now."""
        with translated():
            return bool(self._renew_script(keys=[self.keys.lease], args=[token, LEASE_MS]))

    def release(self, token: str) -> None:
        """Give the lease back if this token still holds it."""
        with translated():
            self._release_script(keys=[self.keys.lease], args=[token])

    def watermark(self) -> int | None:
        """The committed watermark, None when Redis is empty."""
        with translated():
            found = self._redis.get(self.keys.watermark)
        return None if found is None else int(found)

    def shown(self) -> set[int]:
        """Numbers of the extruders that have a card."""
        with translated():
            return {int(field) for field in self._redis.hkeys(self.keys.summaries)}

    def headers(self, extruders: Iterable[int]) -> dict[int, dict[str, Header] | None]:
        """Headers by kind of ring, by extruder; None where a ring is missing or foreign."""
        wanted = list(extruders)
        with translated(), self._redis.pipeline(transaction=False) as pipe:
            for extruder in wanted:
                for kind in KINDS:
                    pipe.getrange(self.keys.ring(extruder, kind), 0, HEADER_SIZE - 1)
            found = iter(pipe.execute())
        return {extruder: _headers([next(found) for _ in KINDS]) for extruder in wanted}

    def records(self, headers: Mapping[int, Header]) -> dict[int, bytes]:
        """The live rings' records of the head step, by extruder."""
        with translated(), self._redis.pipeline(transaction=False) as pipe:
            for extruder, header in headers.items():
                start = header.spec.offset(header.spec.step_of(header.head_ts))
                end = start + header.spec.record.itemsize - 1
                pipe.getrange(self.keys.ring(extruder), start, end)
            return dict(zip(headers, pipe.execute(), strict=True))

    def alarms(self) -> bytes | None:
        """The alarms and malfunctions (JSON), None before the first."""
        with translated():
            return cast("bytes | None", self._redis.get(self.keys.alarms))

    def pending_commands(self) -> list[str]:
        """Commands (JSON) that no tick has applied yet, oldest first.

        One may be there twice, since a browser that heard no answer asks again.
        """
        with translated():
            found = cast("list[bytes]", self._redis.lrange(self.keys.commands, 0, -1))
        return [text.decode(errors="replace") for text in found]

    def push_command(self, text: str) -> None:
        """Let the next tick apply a command (JSON) that is in the journal."""
        with translated():
            self._redis.rpush(self.keys.commands, text)

    def monitor(self) -> tuple[bytes | None, bytes | None]:
        """What the monitor remembered at the last commit, both parts; None when Redis is empty."""
        with translated():
            found = self._redis.mget(self.keys.monitor, self.keys.monitor_slow)
        fast, slow = cast("list[bytes | None]", found)
        return fast, slow

    def rollups(self) -> bytes | None:
        """The rollups that were not in the store at the last commit; None when Redis is empty."""
        with translated():
            return cast("bytes | None", self._redis.get(self.keys.rollups))

    def begin(self) -> Commit:
        """An empty commit."""
        return Commit(self.keys)

    def commit(self, commit: Commit, token: str, expected: int | None, new: int | None) -> bool:
        """Apply all writes and move the watermark; False when fenced (nothing was written).

        `expected` None means that the watermark must be missing; `new` None leaves it so.
        """
        marks = ["" if mark is None else mark for mark in (expected, new)]
        with translated():
            return bool(
                self._script(
                    keys=list(commit.keys),
                    args=[*marks, token, LEASE_MS, *commit.arguments],
                )
            )

    def status(self) -> Status:
        """What the refresh did last."""
        with translated():
            return Status.from_hash(self._redis.hgetall(self.keys.status))

    def record_error(self, text: str, now_ms: int) -> None:
        """Let everyone see why the last refresh failed."""
        with translated():
            self._redis.hset(
                self.keys.status, mapping={"last_error": text, "last_error_at": now_ms}
            )


def _headers(starts: Iterable[bytes]) -> dict[str, Header] | None:
    try:
        return {kind: Header.unpack(start) for kind, start in zip(KINDS, starts, strict=True)}
    except ValueError:
        return None
