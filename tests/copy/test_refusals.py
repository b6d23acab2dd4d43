"""A copy overwrites nobody else's data, and says in one line why not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from data.copy import refusals
from data.copy.__main__ import main
from data.journal import Batch, open_journal
from data.telemetry import open_store
from tests.copy.filled import DAY_MS, START, fill
from tests.journal.samples import event
from tests.raw_sql import sql
from tests.rows import plant, row


@pytest.fixture(autouse=True)
def _look_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "LOOK_S", 0.05)


@pytest.fixture
def source(store_url: str) -> str:
    fill(store_url, 20)
    return store_url


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def other_catalogue(url: str) -> None:
    with closing(open_store(url)) as store:
        store.put_catalogue(plant(1), "another plant", "")


def more_readings(url: str) -> None:
    with closing(open_store(url)) as store:
        store.append([row(START + 9 * DAY_MS + n, 1, 1.0) for n in range(100)])


def other_readings(url: str) -> None:
    with closing(open_store(url)) as store:
        store.append([row(START - DAY_MS + n, 1, 1.0) for n in range(9)])


def other_events(url: str) -> None:
    with closing(open_journal(url)) as journal:
        journal.write(Batch(1, [event(START - 1)]))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (other_catalogue, "limit_sets that the source never had"),
        (more_readings, "readings more than the source"),
        (other_readings, "readings that the source never had"),
        (other_events, "alarm_events that the source never had"),
    ],
)
def test_another_plant_is_not_overwritten(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str],
    make: Callable[[str], None], told: str,
) -> None:  # fmt: skip
    make(postgres_url)
    before = sql(postgres_url, "SELECT count(*) FROM readings")
    assert told in refused(capsys, source, postgres_url)
    assert sql(postgres_url, "SELECT count(*) FROM readings") == before
    assert sql(postgres_url, "SELECT count(*) FROM products") in ([(0,)], [(1,)])


def test_a_target_on_which_the_plant_went_on_is_not_overwritten(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([source, postgres_url]) == 0
    with closing(open_journal(postgres_url)) as journal:
        journal.write(Batch(1, [event(START + 99)]))
    assert "or Meltwatch has run on it" in refused(capsys, source, postgres_url)


def test_a_target_that_meltwatch_runs_on_is_refused(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_store(postgres_url)):
        assert "stop its worker, ingest and web" in refused(capsys, source, postgres_url)
    assert main([source, postgres_url]) == 0


def test_an_ingest_that_starts_meanwhile_stops_the_copy(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(
        "data.copy.__main__.refuse_other_plant", lambda *_: other_readings(postgres_url)
    )
    assert "somebody else writes readings" in refused(capsys, source, postgres_url)


def test_two_copies_at_once_are_refused(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from data.copy.target import Target

    with closing(Target(postgres_url)):
        assert "another copy" in refused(capsys, source, postgres_url)


def test_stores_that_are_none_are_refused(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = tmp_path / "missing.sqlite"
    assert "there is no file" in refused(capsys, f"sqlite:///{missing}", postgres_url)
    assert not missing.exists()
    assert "is no PostgreSQL database" in refused(capsys, source, source)
    assert "source is no SQLite file" in refused(capsys, postgres_url, postgres_url)
    assert "cannot open the store" in refused(capsys, source, "postgresql://127.0.0.1:1/none")
