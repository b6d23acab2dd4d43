"""The worker process: an RQ worker, and a ticker that asks for a refresh every second."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from data import jobs
from data.command_queue import job_queue
from data.errors import MeltwatchError
from data.journal import open_journal
from data.notifier.delivery import deliver_for_ever
from data.notifier.routes import Routes
from data.notifier.routes_file import load_routes
from data.refresh import Refresher
from data.retention import Retention
from data.roll_up import RollUp
from data.settings import Settings
from data.telemetry import open_store
from data.telling import Telling, tell_of_shifts
from data.watch import Stores, Watch
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter

log = logging.getLogger("meltwatch.worker")

#: Refreshes are a second apart, or a step where steps are shorter.
LONGEST_TICK_S, SHORTEST_TICK_S = 1.0, 0.2
#: Readings are stamped on the second and stored some ms later; a tick just after finds them.
PHASE_S = 0.15
#: RQ's own name for how long a dead worker stays listed; also bounds its blocking reads.
WORKER_TTL_S = 20
#: One failed tick is not worth a line: a restart of Redis is over by the next.
SAY_AFTER = 2


def tick_for_ever(queue: Queue, tick_s: float) -> None:
    """Ask for a refresh every `tick_s` seconds, and once a minute to delete what is too old.

    While Redis is away say so once and keep trying.
    """
    failures, trimmed = 0, -1
    while True:
        tick = int((time.time() - PHASE_S) / tick_s) + 1
        time.sleep(max(0.0, tick * tick_s + PHASE_S - time.time()))
        try:
            jobs.enqueue_refresh(queue, tick)
            if (minute := int(time.time() / 60)) != trimmed:
                jobs.enqueue_trim(queue, minute)
                trimmed = minute
            failures = 0
        except (RedisError, OSError) as error:
            failures += 1
            if failures == SAY_AFTER:
                log.warning("no Redis, no refresh: %s", error)


def build_refresher(settings: Settings, windows: WindowWriter, routes: Routes) -> Refresher:
    """The refresher of one worker process, with its watch. Nothing is opened before a job runs."""
    reading = partial(open_store, settings.database_url, readonly=True)
    writing = partial(open_store, settings.database_url)
    stores = Stores(journal=partial(open_journal, settings.database_url), limits=writing)
    watch = Watch(stores, windows, settings.terms, Telling(routes, settings))
    return Refresher(reading, windows, settings, watch, RollUp(writing, windows))


def main() -> None:
    """Build the parts, start the ticker, work until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    settings = Settings.from_env()
    windows = WindowWriter(connect(settings.redis_url), Keys())
    routes = load_routes(Path(settings.notify)) if settings.notify else Routes()
    journal = partial(open_journal, settings.database_url)
    queue = job_queue(connect(settings.queue_url))
    jobs.use(
        build_refresher(settings, windows, routes),
        windows,
        queue,
        journal,
        partial(open_store, settings.database_url, readonly=True),
        Retention(partial(open_store, settings.database_url), settings),
    )
    tick_s = min(LONGEST_TICK_S, max(SHORTEST_TICK_S, settings.step_ms / 1000))
    threading.Thread(target=tick_for_ever, args=(queue, tick_s), daemon=True).start()
    if routes:
        delivering = (journal, routes, threading.Event())
        threading.Thread(target=deliver_for_ever, args=delivering, daemon=True).start()
        tell_of_shifts(routes, settings, journal)
    work_for_ever(settings.queue_url)


def work_for_ever(queue_url: str) -> None:
    """Take jobs until told to stop. RQ gives up when Redis goes away in the middle of a job."""
    while True:
        connection = connect(queue_url)
        worker = SimpleWorker(
            [job_queue(connection)],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL_S,
            log_job_description=False,
        )
        try:
            worker.work(logging_level="WARNING")
            return
        except RedisError as error:
            log.warning("worker lost Redis, starting again: %s", error)
            time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except MeltwatchError as problem:
        print(f"meltwatch worker: {problem}", flush=True)
        sys.exit(os.EX_CONFIG)  # starting again would not help: see keep_running
