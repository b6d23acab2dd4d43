"""A real RQ worker in a thread of the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from redis import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from data.asked import Asked
from data.command_queue import QUEUE
from data.team import Team
from data.window_cache import connect
from data.worker import TeamWorker


class _ThreadWorker(SimpleWorker):
    death_penalty_class = TimerDeathPenalty  # signals reach the main thread only

    def _install_signal_handlers(self) -> None:
        pass

    def subscribe(self) -> None:
        """Not to RQ's commands: at the end RQ waits a second for the thread that does."""


def work(redis_url: str) -> None:
    """Do all jobs that wait, in this thread."""
    with connect(redis_url) as connection:
        worker = _ThreadWorker([QUEUE], connection=connection, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="CRITICAL")


def team_work(client: Redis) -> None:
    """Do all jobs that wait, in this thread, as the product's own worker does them."""
    worker = TeamWorker(Team(client, "a"), client)
    worker._install_signal_handlers = lambda: None  # type: ignore[method-assign]
    worker.subscribe = lambda: None  # type: ignore[method-assign]
    worker.work(burst=True, logging_level="CRITICAL")


@contextmanager
def working(redis_url: str) -> Iterator[None]:
    """A worker that takes jobs and requests as they come, until the end of the block."""
    with taking(redis_url), _again_and_again(partial(work, redis_url)):
        yield


@contextmanager
def taking(redis_url: str) -> Iterator[None]:
    """A worker that is busy with a job: it takes what people ask, and does no job of it."""
    with connect(redis_url) as connection, _again_and_again(Asked(connection, "test").take):
        yield


@contextmanager
def _again_and_again(step: Callable[[], None]) -> Iterator[None]:
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.01):
            step()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
