"""What other processes ask by a stream, taken from it: done once, answered (data.asking)."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from data.asking import ANSWER_KEPT_S, WITHDRAWN, Stream, answer_key, taken_key
from data.errors import CommandError, MeltwatchError, WindowsUnavailable

log = logging.getLogger("meltwatch.asked")

#: Who lives says so of what they have taken in every round; else another one takes it.
IDLE_MS = 1_000
_BLOCK_MS = 200
_MOST, _AT_ONCE = 16, 4
_ID = re.compile(r"[0-9a-f]{32}")


class Taking:
    """One process's part of a stream; `connection` is that of the queue, `name` its own.

    `do` is told the kind of what is asked, its body, the id and how many seconds its sender still
    waits. What it returns is answered; it raises CommandError for what it refuses.
    """

    def __init__(
        self,
        connection: Redis,
        name: str,
        stream: Stream,
        do: Callable[[Any, dict[str, Any], str, float], Any],
    ) -> None:
        self._redis, self._name, self._stream, self._do = connection, name, stream, do
        self._pool = ThreadPoolExecutor(_AT_ONCE, "asked")  # a command waits for its job
        self._doing: set[bytes] = set()

    def take_for_ever(self, over: Event | None = None) -> None:
        """Take what is asked, until `over` is set; while Redis is away keep trying."""
        while over is None or not over.is_set():
            try:
                self.take()
                self.now_and_then()
            except (RedisError, OSError, WindowsUnavailable):
                time.sleep(0.5)

    def now_and_then(self) -> None:
        """What is done beside, after each round."""

    def take(self) -> None:
        """Begin what is asked now, or what a dead one left; waits a moment for it."""
        key, group = self._stream.key, self._stream.group
        try:
            self._keep()
            left = self._redis.xautoclaim(key, group, self._name, IDLE_MS, count=_MOST)[1]
            new = self._redis.xreadgroup(
                group, self._name, {key: ">"}, count=_MOST, block=_BLOCK_MS
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            self._make_group()  # at the start, and after Redis was emptied
            return
        for entry, fields in [*left, *_entries(new, key)]:
            if entry not in self._doing:  # else this process was slow itself
                self._doing.add(entry)
                self._pool.submit(self._handle, entry, fields)

    def _keep(self) -> None:
        """Else others would take what waits for its job here, and it would be given up twice."""
        doing: list[Any] = list(self._doing)
        if doing:
            key, group = self._stream.key, self._stream.group
            self._redis.xclaim(key, group, self._name, 0, doing, justid=True)

    def _make_group(self) -> None:
        try:
            self._redis.xgroup_create(self._stream.key, self._stream.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):  # another one was faster
                raise

    def _handle(self, entry: bytes, fields: dict[bytes, bytes] | None) -> None:
        """A process edge: whatever is in an entry, the process lives and the entry is gone."""
        try:
            asked = _read(fields)
            if asked is not None:
                self._answer(entry, asked)
            self._redis.xack(self._stream.key, self._stream.group, entry)
            self._redis.xdel(self._stream.key, entry)
        except (RedisError, OSError) as error:
            log.warning("asked, but Redis went away: %s", error)  # stays pending: claimed later
        finally:
            self._doing.discard(entry)

    def _answer(self, entry: bytes, asked: dict[str, Any]) -> None:
        id_, left_s = asked["id"], self._left_s(entry, asked)
        took = self._redis.set(taken_key(id_), self._name, nx=True, ex=ANSWER_KEPT_S)
        if not took and self._redis.get(taken_key(id_)) == WITHDRAWN:
            return
        answer = _answered(lambda: self._done(asked, left_s))
        self._redis.set(answer_key(id_), json.dumps(answer), ex=ANSWER_KEPT_S)

    def _left_s(self, entry: bytes, asked: dict[str, Any]) -> float:
        """Seconds that its sender still waits, by the clock of Redis."""
        seconds, micros = self._redis.time()
        age_s = seconds + micros / 1e6 - int(entry.split(b"-")[0]) / 1000
        wait_s, longest_s = asked.get("wait_s"), self._stream.longest_s
        most = wait_s if isinstance(wait_s, int | float) else longest_s
        return min(longest_s, most) - age_s  # in this order NaN is longest_s

    def _done(self, asked: dict[str, Any], left_s: float) -> Any:
        if left_s <= 0:
            return {"failed": "not recorded: too old when it was taken; try again"}
        if not isinstance(asked.get("body"), dict):
            raise CommandError("body", asked.get("body"), "an object")
        return {"done": self._do(asked.get("kind"), asked["body"], asked["id"], left_s)}


def _answered(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except CommandError as error:
        return {"refused": str(error)}
    except MeltwatchError as error:
        return {"failed": str(error)}
    except (RedisError, OSError):
        raise
    except Exception as error:  # a mistake of ours: its sender must not wait in vain
        log.exception("asked, and failed")
        return {"failed": f"not recorded: {type(error).__name__}; try again"}


def _entries(answer: Any, key: str) -> list[Any]:
    """Entries of XREADGROUP's answer, by either protocol of Redis."""
    if not answer:
        return []
    found = answer[key.encode()] if isinstance(answer, dict) else answer[0][1]
    return list(found[0]) if isinstance(answer, dict) else list(found)


def _read(fields: dict[bytes, bytes] | None) -> dict[str, Any] | None:
    """What an entry asks, None for one that nobody could be answered."""
    try:
        asked = json.loads((fields or {})[b"asked"])
        return asked if _ID.fullmatch(asked["id"]) else None
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
