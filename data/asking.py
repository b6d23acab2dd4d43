"""What the web process asks of workers and ingest: an entry in a stream, and a key of its answer.

It never enqueues a job: what is asked is data, which who takes it checks (data.taking).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast
from uuid import uuid4

from redis import Redis

from data.command_queue import (
    COMMAND_TTL_S,
    GRACE_S,
    WAIT_S,
    CommandQueue,
    check_command,
    check_replay,
)
from data.errors import CommandError, NoWorker
from data.failed_jobs import FailedJobs
from data.redis_errors import translated

#: Longer than any burst of people, shorter than what fills a Redis.
LONGEST_STREAM = 1_000


class Stream(NamedTuple):
    """Where it is asked: `whom` in words, and how long (s) anything is waited for at most."""

    key: str
    group: str
    whom: str
    longest_s: float


WORKERS = Stream("meltwatch:asked", "workers", "worker", COMMAND_TTL_S)
#: A test of a connection takes 10 s.
INGEST = Stream("meltwatch:sources", "ingest", "ingest", 15.0)
STREAM = WORKERS.key
ANSWER_KEPT_S = 60
WITHDRAWN = b"withdrawn"
_POLL_S = 0.01


def answer_key(id_: str) -> str:
    """The key of an answer, JSON."""
    return f"meltwatch:answer:{id_}"


def taken_key(id_: str) -> str:
    """Who was first: a worker that took what was asked, or its sender who gave it up."""
    return f"meltwatch:answer:{id_}:taken"


class Asking:
    """Asks over one connection to the queue's Redis, and waits for the answer."""

    def __init__(self, connection: Redis, stream: Stream = WORKERS) -> None:
        self._redis, self._stream = connection, stream

    def ask(self, kind: str, body: Any, wait_s: float = WAIT_S) -> Any:
        """What was answered. Raises CommandError if it was refused, NoWorker if none took it."""
        id_ = uuid4().hex
        asked = json.dumps({"id": id_, "kind": kind, "body": body, "wait_s": wait_s})
        with translated():
            self._redis.xadd(
                self._stream.key, {"asked": asked}, maxlen=LONGEST_STREAM, approximate=True
            )
            answer = self._wait(id_, wait_s) or self._give_up(id_, wait_s)
        return _said(_read(answer))

    def _wait(self, id_: str, seconds: float) -> bytes | None:
        until = time.monotonic() + seconds
        while (answer := self._redis.get(answer_key(id_))) is None:
            if time.monotonic() >= until:
                return None
            time.sleep(_POLL_S)
        return cast("bytes", answer)

    def _give_up(self, id_: str, waited_s: float) -> bytes:
        """Take it back; if a worker was faster, its answer after all."""
        if self._redis.set(taken_key(id_), WITHDRAWN, nx=True, ex=ANSWER_KEPT_S):
            told = f"no {self._stream.whom} answered in {waited_s:g} s"
            raise NoWorker(f"not recorded: {told}; try again")
        answer = self._wait(id_, GRACE_S)
        if answer is None:
            raise NoWorker(f"not known to be recorded: {self._stream.whom} is slow; try again")
        return answer


class AskedCommands(CommandQueue):
    """The commands and replays of a web process, which may not enqueue by itself."""

    def __init__(self, connection: Redis) -> None:
        super().__init__(connection)
        self._asking = Asking(connection)

    def send(self, raw: Mapping[str, Any], timeout_s: float = WAIT_S) -> dict[str, Any]:
        """Have a command recorded, as CommandQueue does."""
        check_command(raw)
        return cast("dict[str, Any]", self._asking.ask("command", dict(raw), timeout_s))

    def replay(self, raw: Mapping[str, Any]) -> str:
        """Ask for a replay, as CommandQueue does."""
        check_replay(raw)
        return str(self._asking.ask("replay", dict(raw)))


class AskedFailedJobs(FailedJobs):
    """The failed jobs as a web process sees them: it reads, and has a worker do the rest."""

    def __init__(self, connection: Redis) -> None:
        super().__init__(connection)
        self._asking = Asking(connection)

    def run_again(self, ids: Iterable[str] | None) -> list[str]:
        """Have these jobs run again, as FailedJobs does."""
        return self._ask("run_again", ids)

    def discard(self, ids: Iterable[str] | None) -> list[str]:
        """Have these jobs forgotten, as FailedJobs does."""
        return self._ask("discard", ids)

    def _ask(self, kind: str, ids: Iterable[str] | None) -> list[str]:
        wanted = None if ids is None else list(ids)
        return cast("list[str]", self._asking.ask(kind, {"ids": wanted}))


def _read(answer: bytes) -> dict[str, Any]:
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise NoWorker("the answer cannot be read; try again") from error
    return told if isinstance(told, dict) else {}


def _said(answer: dict[str, Any]) -> Any:
    if "refused" in answer:
        raise CommandError.told(answer["refused"])
    if "failed" in answer:
        raise NoWorker(answer["failed"])
    if "done" not in answer:
        raise NoWorker("the answer cannot be read; try again")
    return answer["done"]
