"""The pipeline's stages by what Redis says: every state in words, and nothing claimed unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data.alarms.events import Priority
from data.cost.spent import total
from data.store_guard import Finding, MinuteCheck
from data.vitals import Memory, QueueVitals, WindowVitals
from data.vitals.stages import FAILED, LATE, OK, UNKNOWN, Stage, stages
from data.window_cache import Status
from data.window_cache.spool_state import SpoolState

NOW = 1_772_514_724_000
STALE_MS = 4_000.0
WELL = Status(watermark=9, last_success=NOW - 400, duration_ms=12.4, backlog=0)
AGES_AGO = replace(WELL, last_success=NOW - 60_000)
SPOOL = SpoolState(0, 0, None, 0, 2**29, 0, "")
WINDOWS = WindowVitals(
    statuses={0: WELL, 1: WELL},
    heads={1: NOW - 900, 2: NOW - 1_100},
    spent=total([]),
    jobs={},
    ticks={"late": 3, "missed": 1},
    guard=(MinuteCheck(NOW - 30_000, 40), None),
    spool=SPOOL,
    memory={"only": Memory(2**20, 2**30)},
)
QUEUE = QueueVitals(
    workers=2,
    waiting={"shared": 0, "own": 0},
    oldest_ms={"shared": 0, "own": 0},
    failed={"shared": 0, "own": 0},
    living=("aaaaaaaaaa", "bbbbbbbbbb"),
)


def told(queue: QueueVitals | None = QUEUE, **changed: Any) -> dict[str, Stage]:
    found = stages(replace(WINDOWS, **changed), queue, NOW, STALE_MS)
    return {one.name: one for one in found}


def texts(stage: Stage) -> str:
    return " / ".join(line.text for line in stage.lines)


def test_a_plant_that_does_well_is_calm_throughout() -> None:
    found = told()
    assert [(one.name, one.state) for one in found.values()] == [
        (name, OK) for name in ("ingest", "store", "workers", "redis")
    ]
    assert found["ingest"].last == NOW - 900
    assert found["workers"].backlog == "0 rows, 0 jobs"
    assert "Shard 1, worker bbbbbb: took 12 ms" in texts(found["workers"])
    assert all(line.state == OK for one in found.values() for line in one.lines)


@pytest.mark.parametrize(("age_ms", "state"), [(3_999, OK), (4_000, OK), (4_001, LATE)])
def test_readings_are_late_from_the_age_on_that_screens_call_stale(age_ms: int, state: str) -> None:
    assert told(heads={1: NOW - age_ms})["ingest"].state == state


def test_extruders_that_are_silent_are_counted_while_others_send() -> None:
    ingest = told(heads={1: NOW, 2: NOW - 60_000})["ingest"]
    assert ingest.state == OK
    assert texts(ingest) == "1 of 2 extruders with new readings"


def test_old_readings_are_no_news_of_the_source_while_nobody_reads_the_store() -> None:
    found = told(statuses={0: AGES_AGO}, heads={1: NOW - 60_000})
    assert (found["ingest"].state, found["store"].state) == (UNKNOWN, UNKNOWN)
    assert found["workers"].state == FAILED


def test_what_ingest_holds_back_is_its_backlog_with_the_stores_reason() -> None:
    spool = replace(SPOOL, rows=1_200, memory_rows=8, refused="database is locked")
    found = told(spool=spool, heads={1: NOW - 60_000})
    assert found["ingest"].state == found["store"].state == FAILED
    assert found["ingest"].backlog == "1,208 rows"
    assert found["ingest"].error == found["store"].error == "database is locked"


def test_a_spool_that_is_written_to_the_store_catches_up() -> None:
    assert told(spool=replace(SPOOL, rows=5))["ingest"].words == "Catches up"


def test_lost_readings_and_a_missing_ingest_are_said() -> None:
    assert "7 rows lost" in texts(told(spool=replace(SPOOL, dropped_rows=7))["ingest"])
    assert "No ingest of Meltwatch is heard" in texts(told(spool=None)["ingest"])


def test_an_error_of_the_store_is_no_error_of_redis() -> None:
    status = replace(AGES_AGO, last_error="no such table: readings", last_error_at=NOW - 100)
    found = told(statuses={0: WELL, 1: status})
    assert (found["store"].state, found["store"].error) == (FAILED, "no such table: readings")
    assert found["workers"].error == "shard 1: no such table: readings"
    assert found["workers"].words == "1 of 2 shards not in time"
    away = replace(status, last_error="Redis: out of memory")
    assert told(statuses={0: WELL, 1: away})["store"].state == OK


def test_an_error_that_is_over_is_not_told() -> None:
    over = replace(WELL, last_error="database is locked", last_error_at=NOW - 60_000)
    assert not any(one.error for one in told(statuses={0: over}).values())


def test_an_urgent_finding_of_the_guard_marks_the_store() -> None:
    lost = Finding("index:a.b", Priority.HIGH, "The index a is missing.")
    store = told(guard=(MinuteCheck(NOW, 40, (lost,)), None))["store"]
    assert (store.state, texts(store)) == (LATE, "Guard: 1 finding")
    minor = replace(lost, priority=Priority.LOW)
    assert told(guard=(MinuteCheck(NOW, 40, (minor,)), None))["store"].state == OK


def test_a_rebuild_and_a_first_start_are_late_and_not_failed() -> None:
    found = told(statuses={0: replace(WELL, rebuilding="25/1000"), 1: Status()})
    assert found["workers"].state == LATE
    assert "builds windows anew, 25/1000 extruders" in texts(found["workers"])
    assert "Shard 1, worker bbbbbb: not refreshed yet" in texts(found["workers"])
    assert found["workers"].last is None


def test_without_a_worker_it_is_said_whatever_was_refreshed_a_moment_ago() -> None:
    workers = told(replace(QUEUE, living=(), waiting={"shared": 3}, oldest_ms={"shared": 8_000}))
    assert workers["workers"].state == FAILED
    assert workers["workers"].words == "No worker is heard, or all do long jobs"
    assert workers["workers"].backlog == "0 rows, 3 jobs, oldest 8.0 s"


def test_the_only_worker_is_not_missed_while_it_builds_windows_anew() -> None:
    rebuilding = {0: replace(WELL, rebuilding="25/1000")}
    workers = told(replace(QUEUE, living=()), statuses=rebuilding)["workers"]
    assert (workers.state, workers.words) == (LATE, "1 of 1 shard not in time")


def test_of_many_shards_the_worst_come_first() -> None:
    many = dict.fromkeys(range(20), WELL) | {17: AGES_AGO}
    lines = told(statuses=many)["workers"].lines
    assert lines[0].text.startswith("Shard 17")
    assert lines[8].text == "and 12 more shards"


def test_a_redis_that_is_nearly_full_is_said_before_it_is_full() -> None:
    assert told(memory={"only": Memory(86, 100)})["redis"].state == LATE
    assert told(memory={"only": Memory(84, 100)})["redis"].state == OK
    assert told(memory={"only": Memory(86, 0)})["redis"].state == OK


def test_while_redis_is_away_nothing_behind_it_is_claimed() -> None:
    found = {one.name: one for one in stages(None, None, NOW, STALE_MS)}
    assert found["redis"].words == "Does not answer"
    for name in ("ingest", "store", "workers"):
        assert found[name] == Stage(name, UNKNOWN, "Not known")


def test_a_queue_of_its_own_that_is_away_leaves_what_the_windows_say() -> None:
    found = told(queue=None)
    assert found["redis"].words == "That of the jobs does not answer"
    assert found["workers"].state == OK
    assert "not known, the job queue does not answer" in texts(found["workers"])
    assert found["workers"].backlog == "0 rows"
    (*_, redis) = stages(None, QUEUE, NOW, STALE_MS)
    assert redis.words == "That of the windows does not answer"
