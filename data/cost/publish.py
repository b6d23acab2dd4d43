"""Every process adds what it spent to Redis, once in ten seconds, in a thread of its own.

One hash per minute and one for all time; each command touches one key, so that a cluster will do.
If Redis does not take it, those seconds are not told: screens show a gap, and no work waits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis

from data.cost.spent import Process, to_fields
from data.errors import WindowsUnavailable
from data.meter import take
from data.redis_errors import translated
from data.window_cache import COST_TOTAL, cost_minute

log = logging.getLogger("meltwatch.cost")

PERIOD_S = 10
#: Screens look back a day.
KEEP_S = 26 * 3600
#: How long the end of a process waits for what it spent last.
LAST_S = 3.0


@contextmanager
def publishing(client: Redis, kind: str, viewers: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Tell what this process spends during the block; `kind` is web, worker or ingest.

    `viewers` says how many push connections are open, and is called in another thread.
    """
    stop = threading.Event()
    publisher = _Publisher(client, kind, viewers)
    thread = threading.Thread(target=publisher.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LAST_S)


class _Publisher:
    def __init__(self, client: Redis, kind: str, viewers: Callable[[], int]) -> None:
        self._redis, self._kind, self._viewers = client, kind, viewers
        self._cpu_s, self._told = time.process_time(), time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Tell at every tenth second of the clock, so that a minute holds what is of it."""
        while True:
            stopped = stop.wait(PERIOD_S - time.time() % PERIOD_S)
            try:
                with translated():
                    self._tell(int((time.time() - 1) / 60))
            except WindowsUnavailable as error:
                log.debug("what was spent is not told: %s", error)
            except Exception:  # the edge of a thread: nobody else would start it again
                log.exception("what was spent is not told")
            if stopped:
                return

    def _tell(self, minute: int) -> None:
        fields = to_fields(take(), self._kind, self._process())
        with self._redis.pipeline(transaction=False) as pipe:
            for key in (cost_minute(minute), COST_TOTAL):
                for name, value in fields.items():
                    pipe.hincrbyfloat(key, name, round(value, 4))
            pipe.expire(cost_minute(minute), KEEP_S)
            pipe.execute()

    def _process(self) -> Process:
        cpu_s, now = time.process_time(), time.monotonic()
        spent = Process(cpu_s - self._cpu_s, self._viewers() * (now - self._told))
        self._cpu_s, self._told = cpu_s, now
        return spent
