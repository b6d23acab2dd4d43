"""What people asked for, taken from the stream by a worker: checked, done, answered."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from data.asking import ANSWER_KEPT_S, STREAM, WITHDRAWN, answer_key, taken_key
from data.command_queue import COMMAND_TTL_S, CommandQueue
from data.errors import CommandError, MeltwatchError, WindowsUnavailable
from data.failed_jobs import FailedJobs

log = logging.getLogger("meltwatch.asked")

GROUP = "workers"
#: A worker that lives says so of what it has taken in every round; else another one takes it.
IDLE_MS = 1_000
_BLOCK_MS = 200
_MOST, _AT_ONCE = 16, 4
_ID = re.compile(r"[0-9a-f]{32}")


class Asked:
    """One worker's part of the stream; `connection` is that of the queue."""

    def __init__(self, connection: Redis, name: str) -> None:
        self._redis, self._name = connection, name
        self._commands, self._failed = CommandQueue(connection), FailedJobs(connection)
        self._pool = ThreadPoolExecutor(_AT_ONCE, "asked")  # a command waits for its job
        self._doing: set[bytes] = set()

    def take_for_ever(self) -> None:
        """Take what is asked; while Redis is away keep trying."""
        forgot = -1
        while True:
            try:
                self.take()
                if (minute := int(time.time() / 60)) != forgot:
                    self._failed.forget_old()
                    forgot = minute
            except (RedisError, OSError, WindowsUnavailable):
                time.sleep(0.5)

    def take(self) -> None:
        """Begin what is asked now, or what a dead worker left; waits a moment for it."""
        try:
            self._keep()
            left = self._redis.xautoclaim(STREAM, GROUP, self._name, IDLE_MS, count=_MOST)[1]
            new = self._redis.xreadgroup(
                GROUP, self._name, {STREAM: ">"}, count=_MOST, block=_BLOCK_MS
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            self._make_group()  # at the start, and after Redis was emptied
            return
        for entry, fields in [*left, *_entries(new)]:
            self._doing.add(entry)
            self._pool.submit(self._handle, entry, fields)

    def _keep(self) -> None:
        """Else others would take what waits for its job here, and it would be given up twice."""
        doing: list[Any] = list(self._doing)
        if doing:
            self._redis.xclaim(STREAM, GROUP, self._name, 0, doing, justid=True)

    def _make_group(self) -> None:
        try:
            self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):  # another worker was faster
                raise

    def _handle(self, entry: bytes, fields: dict[bytes, bytes] | None) -> None:
        """A process edge: whatever is in an entry, the worker lives and the entry is gone."""
        try:
            asked = _read(fields)
            if asked is not None:
                self._answer(entry, asked)
            self._redis.xack(STREAM, GROUP, entry)
            self._redis.xdel(STREAM, entry)
        except (RedisError, OSError) as error:
            log.warning("asked, but Redis went away: %s", error)  # stays pending: claimed later
        finally:
            self._doing.discard(entry)

    def _answer(self, entry: bytes, asked: dict[str, Any]) -> None:
        id_, left_s = asked["id"], self._left_s(entry, asked)
        took = self._redis.set(taken_key(id_), self._name, nx=True, ex=ANSWER_KEPT_S)
        if not took and self._redis.get(taken_key(id_)) == WITHDRAWN:
            return
        answer = _answered(lambda: self._do(asked, left_s))
        self._redis.set(answer_key(id_), json.dumps(answer), ex=ANSWER_KEPT_S)

    def _left_s(self, entry: bytes, asked: dict[str, Any]) -> float:
        """Seconds that its sender still waits, by the clock of Redis."""
        seconds, micros = self._redis.time()
        age_s = seconds + micros / 1e6 - int(entry.split(b"-")[0]) / 1000
        wait_s = asked.get("wait_s")
        most = wait_s if isinstance(wait_s, int | float) else COMMAND_TTL_S
        return min(COMMAND_TTL_S, most) - age_s  # in this order NaN is COMMAND_TTL_S

    def _do(self, asked: dict[str, Any], left_s: float) -> Any:
        kind, body = asked.get("kind"), asked.get("body")
        if left_s <= 0:
            return {"failed": "not recorded: too old when a worker took it; try again"}
        if not isinstance(body, dict):
            raise CommandError("body", body, "an object")
        if kind == "command":
            return {"done": self._commands.send(body, left_s)}
        if kind == "replay":
            return {"done": self._commands.replay_as(f"replay-{asked['id']}", body)}
        if kind in {"run_again", "discard"}:
            return {"done": self._with_failed(kind, body.get("ids"))}
        raise CommandError("kind", kind, "command, replay, run_again or discard")

    def _with_failed(self, kind: str, ids: Any) -> list[str]:
        if ids is not None and not (isinstance(ids, list) and all(map(_is_text, ids))):
            raise CommandError("ids", ids, "names of jobs, or null for all")
        return self._failed.run_again(ids) if kind == "run_again" else self._failed.discard(ids)


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


def _entries(answer: Any) -> list[Any]:
    """Entries of XREADGROUP's answer, by either protocol of Redis."""
    if not answer:
        return []
    found = answer[STREAM.encode()] if isinstance(answer, dict) else answer[0][1]
    return list(found[0]) if isinstance(answer, dict) else list(found)


def _read(fields: dict[bytes, bytes] | None) -> dict[str, Any] | None:
    """What an entry asks, None for one that nobody could be answered."""
    try:
        asked = json.loads((fields or {})[b"asked"])
        return asked if _ID.fullmatch(asked["id"]) else None
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _is_text(value: object) -> bool:
    return isinstance(value, str)
