"""A plant whose real jobs fail for real: its store can be taken away and brought back."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from redis import Redis

from data import jobs
from data.command_queue import job_queue
from data.job_counts import JobCounts
from data.journal import open_journal
from data.notifier.routes import Routes
from data.retention import Retention
from data.rollups import MINUTE_MS, roll_up
from data.settings import Settings
from data.store_guard.guard import Guard
from data.store_guard.kept import kept
from data.store_guard.wording import all_findings
from data.telemetry import open_store
from data.window_cache import JOBS, Keys, connect
from data.window_cache.writer import WindowWriter
from data.worker import build_refresher
from tests.rows import plant, row
from tests.workers import work

ACK = {"id": "c1", "action": "acknowledge", "who": "Ana", "alarms": ["1|MeltPressure|H"]}
REPLAY = {
    "extruder": 1,
    "signal": "MeltPressure",
    "product": 0,
    "days": 1,
    "limits": {"h": 200.0},
}
#: A job of each kind as it is asked for in a plant.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "refresh": (0, 7),
    "rebuild": (0, 7),
    "trim": (7, 0),
    "guard": (7, True),
    "command": (ACK,),
    "replay": (REPLAY,),
}
DAY_MS = 86_400_000


class FailingPlant:
    """Two extruders, of which some readings are older than RETAIN_RAW_DAYS."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.path = folder / "store" / "telemetry.sqlite"
        self.path.parent.mkdir()
        env = {"REDIS_URL": redis_url, "DATABASE_URL": f"sqlite:///{self.path}"}
        self.settings = Settings.from_env({**env, "RETAIN_RAW_DAYS": "1", "VAR_DIR": str(folder)})
        self.client: Redis = connect(redis_url)
        self.counts = JobCounts(self.client, "ab12cd34")
        self._fill()
        self._use()

    def fail(self, kind: str, id_: str) -> None:
        """Enqueue a job of a kind as the plant does, without its store."""
        with self.without_store():
            self.enqueue(kind, id_)
            self.work()

    def enqueue(self, kind: str, id_: str) -> None:
        """Put it into the queue for anyone."""
        job_queue(self.client).enqueue(
            f"data.jobs.{kind}", *ARGUMENTS[kind], job_id=id_, ttl=30, failure_ttl=300
        )

    def work(self) -> None:
        """Do all jobs that wait."""
        work(self.settings.redis_url)

    @contextmanager
    def without_store(self) -> Iterator[None]:
        """The folder of the store is gone, as a disk that is not mounted."""
        aside = self.path.parent.with_name("aside")
        self.path.parent.rename(aside)
        self.path.parent.write_text("no folder")
        try:
            yield
        finally:
            self.path.parent.unlink()
            aside.rename(self.path.parent)

    def effects(self) -> dict[str, Any]:
        """All that the jobs leave behind, without the times at which they ran."""
        with closing(open_journal(self.settings.database_url)) as journal:
            commands = [(one.id, one.ts, one.who) for one in journal.pending_commands()]
        keys = Keys()
        rings = {extruder: self.client.get(keys.ring(extruder)) for extruder in (1, 2)}
        return {
            "store": self._store(),
            "windows": (self.client.get(keys.watermark), rings),
            "commands": commands,
            "findings": all_findings(*kept(self.client)),
            "ticks": self.client.hget(JOBS, "tick:0"),
        }

    def _store(self) -> str:
        with closing(sqlite3.connect(self.path)) as file:
            return hashlib.sha256("\n".join(file.iterdump()).encode()).hexdigest()

    def _fill(self) -> None:
        now = int(time.time()) * 1000
        with closing(open_store(self.settings.database_url)) as store:
            store.put_catalogue(plant(2), "test", "")
            store.append(
                [
                    row(ts, extruder, 250.0, 200.0, 2.0)
                    for ts in (now - 3 * DAY_MS, now - 10_000, now - 9_000)
                    for extruder in (1, 2)
                ]
            )
            rows = store.rows_since(0, 100)  # what is not rolled up is not deleted
            start, end = min(store.rollup_seqs()), store.last_seq()
            assert store.merge_rollups(roll_up(rows, MINUTE_MS), len(rows), start, end)

    def _use(self) -> None:
        settings, url = self.settings, self.settings.database_url
        windows = WindowWriter(self.client, Keys())
        journal = partial(open_journal, url)
        jobs.use(
            [build_refresher(settings, windows, Routes())],
            [windows],
            job_queue(self.client),
            journal,
            partial(open_store, url, readonly=True),
            Retention(partial(open_store, url), settings),
            Guard(settings, self.client, Routes(), journal),
        )
        jobs.count_in(self.counts)
