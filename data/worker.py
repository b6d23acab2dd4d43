"""The worker process: an RQ worker, and a ticker that asks for a refresh every second."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from data import jobs
from data.alarm_topics.publisher import AlarmPublisher
from data.alarm_topics.turn import hold
from data.asked import Asked
from data.command_queue import REPLAY_JOB, job_queue
from data.cost.publish import publishing
from data.errors import MeltwatchError, WindowsUnavailable
from data.heartbeat import Heartbeat
from data.job_counts import JobCounts
from data.journal import open_journal
from data.known_jobs import KnownJob
from data.logs import configure
from data.masking import hide, masked
from data.notifier.delivery import deliver_for_ever
from data.notifier.routes import Routes
from data.notifier.routes_file import load_routes
from data.refresh import Refresher
from data.retention import Retention
from data.roll_up import RollUp
from data.settings import Settings
from data.shards import shards
from data.store_guard.guard import Guard
from data.team import Team
from data.telemetry import open_store
from data.telling import Telling, tell_of_shifts
from data.watch import Stores, Watch
from data.window_cache import Keys, connect
from data.window_cache.layout import Layout
from data.window_cache.merge import merged_alarms
from data.window_cache.writer import WindowWriter

log = logging.getLogger("meltwatch.worker")

#: Refreshes are a second apart, or a step where steps are shorter.
LONGEST_TICK_S, SHORTEST_TICK_S = 1.0, 0.2
#: Readings are stamped on the second and stored some ms later; a tick just after finds them.
PHASE_S = 0.15
#: RQ's own name for how long a dead worker stays listed.
WORKER_TTL_S = 20
DEQUEUE_S = 2
#: Other workers refresh all shards while one of these runs.
LONG_JOBS = (REPLAY_JOB, "data.jobs.rebuild")
#: One failed tick is not worth a line: a restart of Redis is over by the next.
SAY_AFTER = 2


def tick_for_ever(team: Team, layout: Layout, tick_s: float) -> None:
    """Ask for refreshes every `tick_s` seconds, and once a minute to delete what is too old and
    to check the store, at the start all of it.

    While Redis is away say so once and keep trying.
    """
    failures, trimmed = 0, -1
    while True:
        tick = int((time.time() - PHASE_S) / tick_s) + 1
        time.sleep(max(0.0, tick * tick_s + PHASE_S - time.time()))
        try:
            if not layout.is_ours():
                return
            for shard, queue in enumerate(team.queues(layout.of)):
                jobs.enqueue_refresh(queue, shard, tick)
            if (minute := int(time.time() / 60)) != trimmed:
                jobs.enqueue_trim(team.queue(), minute)
                jobs.enqueue_guard(team.queue(), minute, whole=trimmed < 0)
                trimmed = minute
            failures = 0
        except (RedisError, OSError, WindowsUnavailable) as error:
            failures += 1
            if failures == SAY_AFTER:
                log.warning("no Redis, no refresh: %s", error)


def build_refresher(settings: Settings, windows: WindowWriter, routes: Routes) -> Refresher:
    """The refresher of one shard, with its watch. Nothing is opened before a job runs."""
    shard = windows.keys.shard
    reading = partial(open_store, settings.database_url, readonly=True)
    writing = partial(open_store, settings.database_url)
    journal = partial(open_journal, settings.database_url, shard.number)
    watch = Watch(Stores(journal, writing), windows, settings.terms, Telling(routes, settings))
    return Refresher(reading, windows, settings, watch, RollUp(writing, windows, shard.buckets))


class TeamWorker(SimpleWorker):
    """Takes refreshes of its own queue first; what takes long it leaves the refreshes for."""

    def __init__(self, team: Team, connection: Redis) -> None:
        super().__init__(
            [job_queue(connection, team.name), job_queue(connection)],
            connection=connection,
            job_class=KnownJob,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL_S,
            log_job_description=False,
        )
        self._team = team

    @property
    def dequeue_timeout(self) -> int:
        """Seconds that Redis lets it wait for a job; RQ's own are those of `worker_ttl`."""
        return DEQUEUE_S

    @property
    def connection_timeout(self) -> int:
        """Seconds without an answer until a Redis that hangs is left for another one."""
        return DEQUEUE_S + 1

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Do one job, as the team knows."""
        job.origin = queue.name  # whatever it says itself: its failure must be found
        with self._team.busy(long=job.func_name in LONG_JOBS):
            return super().perform_job(job, queue, execution)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: StartedJobRegistry | None = None,
        exc_string: str = "",
        execution: Execution | None = None,
    ) -> None:
        """Keep a failed job with its traceback, but without secrets: the System page shows it."""
        clean = masked(exc_string)
        super().handle_job_failure(job, queue, started_job_registry, clean, execution)


def main() -> None:
    """Build the parts, start the ticker, work until told to stop."""
    settings = Settings.from_env()
    configure("worker", settings.log_format, settings.log_syslog)
    routes = load_routes(Path(settings.notify)) if settings.notify else Routes()
    for url in routes.urls().values():
        hide(url)
    team = Team(connect(settings.queue_url), uuid4().hex)
    use_parts(settings, routes, team)
    start_threads(settings, routes, team)
    with publishing(connect(settings.redis_url), "worker"):
        work_for_ever(settings.queue_url, team)
        with suppress(RedisError):
            team.leave()


def use_parts(settings: Settings, routes: Routes, team: Team) -> None:
    """Give the jobs their parts."""
    client = connect(settings.redis_url)
    windows = windows_of(settings, client)
    journal = partial(open_journal, settings.database_url)
    jobs.use(
        [build_refresher(settings, one, routes) for one in windows],
        windows,
        team.queue(team.name),
        journal,
        partial(open_store, settings.database_url, readonly=True),
        Retention(partial(open_store, settings.database_url), settings),
        Guard(settings, client, routes, journal),
    )
    jobs.count_in(JobCounts(client, team.name))


def start_threads(settings: Settings, routes: Routes, team: Team) -> None:
    """The ticker, what takes people's requests, and what tells people."""
    tick_s = min(LONGEST_TICK_S, max(SHORTEST_TICK_S, settings.step_ms / 1000))
    layout = Layout(connect(settings.redis_url), settings.shards)
    _in_background(tick_for_ever, team, layout, tick_s)
    _in_background(Asked(connect(settings.queue_url), team.name).take_for_ever)
    if settings.heartbeat_url:
        _in_background(build_heartbeat(settings).go_on_for_ever)
    if settings.alarms_mqtt:
        _in_background(build_alarm_publisher(settings, team.name).go_on_for_ever)
    if routes:
        journal = partial(open_journal, settings.database_url)
        _in_background(deliver_for_ever, journal, routes, threading.Event())
        tell_of_shifts(routes, settings, journal)


def build_heartbeat(settings: Settings) -> Heartbeat:
    """This worker's heartbeats to HEARTBEAT_URL."""
    client = connect(settings.redis_url)
    return Heartbeat(settings.heartbeat_url, windows_of(settings, client), client)


def build_alarm_publisher(settings: Settings, name: str) -> AlarmPublisher:
    """This worker's part in publishing alarms to ALARMS_MQTT: of several one does it."""
    client = connect(settings.redis_url)
    windows = windows_of(settings, client)

    def alarms() -> bytes | None:
        texts = [window.alarms() for window in windows]
        return None if None in texts else merged_alarms(texts)

    return AlarmPublisher(settings.alarms_mqtt, alarms, partial(hold, client, name))


def windows_of(settings: Settings, client: Redis) -> list[WindowWriter]:
    """The windows of all shards."""
    return [WindowWriter(client, Keys(shard)) for shard in shards(settings.shards)]


def _in_background(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def work_for_ever(queue_url: str, team: Team) -> None:
    """Take jobs until told to stop. RQ gives up when Redis goes away in the middle of a job."""
    while True:
        try:  # making a worker asks Redis, too
            TeamWorker(team, connect(queue_url, own=True)).work(logging_level="WARNING")
            return
        except RedisError as error:
            log.warning("worker lost Redis, starting again: %s", error)
            time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except MeltwatchError as problem:
        log.critical("meltwatch worker: %s", problem)
        sys.exit(os.EX_CONFIG)  # starting again would not help: see keep_running
