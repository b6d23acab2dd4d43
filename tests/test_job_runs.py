"""Runs as they are kept, and what is said of many: figures checked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from data.errors import StoreError
from data.job_counts import JobCounts
from data.job_runs import KEPT, Run, error_in_words, in_words, run_of, summary
from data.window_cache import connect, job_runs


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


def kept(client: Redis, job: str = "refresh") -> list[Run]:
    return [run_of(text) for text in client.lrange(job_runs(job), 0, -1)]


def runs(*took: float) -> list[Run]:
    return [Run(1, one, "done", "w", False) for one in took]


def test_a_run_is_the_same_after_redis() -> None:
    run = Run(1_772_514_724_000, 12.3, "done, 4 rows", "ab12", True)
    assert run_of(run.dumped()) == run


def test_percentiles_are_durations_of_runs_and_nothing_in_between() -> None:
    told = summary(runs(*range(1, 101)))
    assert (told["p50"], told["p95"], told["max"]) == (50, 95, 100)
    assert summary(runs(7.0)) == {"runs": 1, "failed": 0, "p50": 7.0, "p95": 7.0, "max": 7.0}
    assert summary([])["runs"] == 0


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("done, 4 rows", "done, 4 rows"),
        ({"recorded": True, "id": "c1"}, "recorded"),
        ({"error": "who='': expected 1 to 60 letters"}, "who='': expected 1 to 60 letters"),
        ({"readings": 7, "now": {}}, "done"),
        ("x" * 1000, "x" * 200),
        ("", ""),
    ],
)
def test_a_result_is_one_short_line(result: object, words: str) -> None:
    assert in_words(result) == words


def test_an_error_without_words_is_told_by_its_class() -> None:
    assert error_in_words(KeyError()) == "KeyError"


def test_each_run_is_kept_with_its_worker_and_what_came_of_it(client: Redis) -> None:
    counts = JobCounts(client, "ab12")
    with counts.counting("refresh") as results:
        results.append("done, 4 rows")
    with pytest.raises(StoreError), counts.counting("refresh"):
        raise StoreError("database is locked")
    counts.tell()
    failed, well = kept(client)
    assert (well.text, well.worker, well.failed) == ("done, 4 rows", "ab12", False)
    assert (failed.text, failed.failed) == ("database is locked", True)
    assert failed.began >= well.began > 0


def test_only_the_newest_runs_are_kept_also_while_redis_is_away(
    client: Redis, tmp_path: Path
) -> None:
    counts = JobCounts(connect(f"unix://{tmp_path / 'nobody.sock'}"))
    for number in range(KEPT + 20):
        with counts.counting("refresh") as results:
            results.append(str(number))
        counts.tell() if number == KEPT else None
    counts._redis = client
    counts.tell()
    assert [run.text for run in kept(client)] == [str(n) for n in range(KEPT + 19, 19, -1)]
    with counts.counting("refresh") as results:
        results.append("the next")
    counts.tell()
    assert len(kept(client)) == KEPT
    assert kept(client)[0].text == "the next"
