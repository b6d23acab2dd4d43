"""A copied plant is the same plant; a copy goes on after a kill and takes what came since."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from data.copy import refusals
from data.copy.__main__ import main
from data.copy.tables import NOT_COPIED, TABLES
from data.journal import Batch, Notification, open_journal
from data.rollups import MINUTE_MS
from data.telemetry import open_store
from tests.copy.filled import DAY_MS, EXTRUDERS, START, fill, readings
from tests.journal.samples import KEY, event, malfunction
from tests.raw_sql import sql
from tests.rows import row
from tests.stack import ROOT

SAME = "checked by counts and checksums: the target is the same as the source"


@pytest.fixture(autouse=True)
def _look_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "LOOK_S", 0.05)


@pytest.fixture
def source(store_url: str) -> str:
    fill(store_url)
    return store_url


def copy(source: str, target: str, *options: str) -> int:
    return main([source, target, *options])


def tables(url: str) -> set[str]:
    if url.startswith("sqlite"):
        return {n for (n,) in sql(url, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
    found = sql(
        url,
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace",
    )
    return {name for (name,) in found}


def columns(url: str, table: str) -> set[str]:
    if url.startswith("sqlite"):
        return {name for (name,) in sql(url, f"SELECT name FROM pragma_table_info('{table}')")}
    statement = "SELECT column_name::text FROM information_schema.columns WHERE table_name = ?"
    return {name for (name,) in sql(url, statement, table)}


def test_no_table_and_no_column_is_forgotten(store_url: str, postgres_url: str) -> None:
    for url in (store_url, postgres_url):
        open_store(url).close()
    assert tables(store_url) | tables(postgres_url) == {*TABLES, *NOT_COPIED}
    for table in TABLES:
        lacking = columns(store_url, table) ^ columns(postgres_url, table)
        assert lacking == ({"seq"} if table == "commands" else set()), table


def test_every_table_of_a_plant_is_copied(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert all(sql(source, f"SELECT 1 FROM {table}") for table in TABLES), "nothing is untested"
    before = Path(source.removeprefix("sqlite:///")).read_bytes()
    assert copy(source, postgres_url) == 0
    assert SAME in capsys.readouterr().out
    assert Path(source.removeprefix("sqlite:///")).read_bytes() == before
    for table in TABLES:
        count = f"SELECT count(*) FROM {table}"
        assert sql(source, count) == sql(postgres_url, count), table


def test_stores_and_journals_answer_the_same(source: str, postgres_url: str) -> None:
    copy(source, postgres_url)
    answers = []
    for url in (source, postgres_url):
        with closing(open_store(url)) as store, closing(open_journal(url)) as journal:
            rows = store.rows_since(0, 10**6)
            answers.append(
                (
                    [(r.seq, r.ts, r.extruder, bytes(r.values), bytes(r.quality)) for r in rows],
                    store.catalogue(), store.last_seq(), store.rollup_seqs(),
                    store.import_mark("file.csv"), journal.alarm_states(), journal.events(99),
                    journal.open_malfunctions(), journal.snapshot(),
                    journal.recent_notifications(9),
                    [c.id for c in journal.pending_commands()],
                    [journal.malfunction_actions(m.id) for m in journal.malfunctions(0, 9)],
                )
            )  # fmt: skip
    assert answers[0] == answers[1]
    assert len(answers[0][0]) == 1000 * EXTRUDERS - 5


def test_the_copy_goes_on_where_the_source_was(source: str, postgres_url: str) -> None:
    copy(source, postgres_url)
    with closing(open_store(source)) as store:
        last = store.last_seq()
    with closing(open_store(postgres_url)) as store, closing(open_journal(postgres_url)) as journal:
        store.append([row(START + 9 * DAY_MS, 1, 1.0)])
        assert store.last_seq() == last + 1
        journal.write(Batch(1, [event(1)], (), (), (), ["c3"], [_message("k9")]))
        assert journal.recent_notifications(1)[0].id == 4
        assert journal.pending_commands() == []


def test_a_copy_that_was_killed_goes_on(store_url: str, postgres_url: str) -> None:
    fill(store_url, 20_000)
    open_store(postgres_url).close()
    command = [sys.executable, "-m", "data.copy", store_url, postgres_url]
    running = subprocess.Popen(command, cwd=ROOT)
    with psycopg.connect(postgres_url, autocommit=True) as db:
        while db.execute("SELECT seq FROM reading_seq").fetchone() == (0,):
            assert running.poll() is None
        running.kill()
        assert running.wait(10) == -signal.SIGKILL
        begun = db.execute("SELECT count(*) FROM readings").fetchall()[0][0]
    assert 0 < begun < 20_000 * EXTRUDERS - 5
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert SAME in done.stdout
    assert f"readings ({20_000 * EXTRUDERS - 5 - begun:,} written now)" in done.stdout


def test_a_second_copy_takes_what_changed_since(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(source, postgres_url)
    with closing(open_store(source)) as store:
        store.append([row(START + 20 * MINUTE_MS, 2, 77.0), row(START + 5 * DAY_MS, 2, 1.0)])
        store.delete_readings({1: START + 10 * MINUTE_MS}, 1000)
    with closing(open_journal(source)) as journal:
        journal.write(
            Batch(2, [event(9)], (), [str(KEY)], [malfunction(START, ended=START + 7)], ["c3"])
        )
    capsys.readouterr()
    assert copy(source, postgres_url) == 0
    out = capsys.readouterr().out
    assert SAME in out
    assert "malfunctions (1 written now)" in out
    assert copy(source, postgres_url) == 0
    assert "written now" not in capsys.readouterr().out


def test_what_was_written_meanwhile_is_told(
    source: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def look(*_: object) -> None:
        with closing(open_store(source)) as store:
            store.append(readings(4, START + 7 * DAY_MS))

    with monkeypatch.context() as patched:
        patched.setattr("data.copy.__main__.refuse_running", look)
        assert copy(source, postgres_url) == 0
    out = capsys.readouterr().out
    assert f"meanwhile {4 * EXTRUDERS} readings came into the source (seq 3001 → 3013)" in out
    assert copy(source, postgres_url) == 0
    out = capsys.readouterr().out
    assert f"readings ({4 * EXTRUDERS} written now)" in out
    assert "meanwhile" not in out


def test_a_check_names_the_day_and_the_table_that_differ(
    source: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(source, postgres_url)
    later = START + 15 * 60 * MINUTE_MS  # 03:00 on the next day
    sql(postgres_url, f"UPDATE readings SET quality = '\\x000040' WHERE ts = {later}")
    sql(postgres_url, "UPDATE alarm_events SET value = value + 1e-9 WHERE id = 2")
    capsys.readouterr()
    assert copy(source, postgres_url, "--check") == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "DIFFERENT" in line]
    assert told == ["DIFFERENT: readings of 2026-11-19", "DIFFERENT: alarm_events"]
    assert copy(source, postgres_url) == 0
    assert copy(source, postgres_url, "--check") == 0


def _message(key: str) -> Notification:
    return Notification(key, "mail", "title", "body", 1, START)
