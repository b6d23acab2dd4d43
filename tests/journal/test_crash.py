"""What the journal said is kept survives kill -9 of the process that wrote it."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from data.journal import Batch, Journal, open_journal
from data.session import open_session
from tests.journal.samples import acknowledgement
from tests.stack import ROOT

pytestmark = pytest.mark.both_stores

START = """
import sys, time
from data.journal import Batch, Frame, open_journal
from tests.journal.samples import KEY, acknowledgement, event, malfunction
journal = open_journal(sys.argv[1])
"""
RECORD = (
    START
    + """
journal.record_command(acknowledgement("c1", 1000))
print("durable", flush=True)
time.sleep(60)
"""
)
WRITE = (
    START
    + """
journal.write(Batch(1, [event(1)], [(str(KEY), "{}")], (), [malfunction(1000)]))
print("durable", flush=True)
time.sleep(60)
"""
)
WRITE_ON = (
    START
    + """
for n in range(1, 1_000_000):
    journal.write(Batch(n, [event(n)], [(str(KEY), str(n))], (), [malfunction(n)]))
    print(n, flush=True)
"""
)


def start(code: str, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, url]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE)


def kill_after_durable(code: str, url: str) -> Journal:
    with start(code, url) as process:
        assert process.stdout
        assert process.stdout.readline() == "durable\n"
        process.kill()
    return open_journal(url)


def test_a_recorded_command_survives(store_url: str) -> None:
    journal = kill_after_durable(RECORD, store_url)
    assert journal.pending_commands() == [acknowledgement("c1", 1000)]


def test_a_written_batch_survives(store_url: str) -> None:
    journal = kill_after_durable(WRITE, store_url)
    assert len(journal.events(10)) == len(journal.alarm_states()) == 1
    assert [m.id for m in journal.open_malfunctions()] == ["3-1000"]


@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.3])
def test_a_batch_that_was_interrupted_is_there_whole_or_not_at_all(
    store_url: str, after_s: float
) -> None:
    with start(WRITE_ON, store_url) as process:
        assert process.stdout
        told = [process.stdout.readline()]
        time.sleep(after_s)
        process.kill()
        told += process.stdout.readlines()
    durable = max(int(line) for line in told if line.endswith("\n"))
    journal = open_journal(store_url)
    events, malfunctions = journal.events(10**6), journal.malfunctions(0, 10**6)
    assert len(events) in {durable, durable + 1}
    assert [e.ts for e in events] == [m.detected for m in malfunctions]
    assert journal.alarm_states()[0][1] == str(events[0].ts)


def test_writing_goes_on_after_a_kill(store_url: str) -> None:
    kill_after_durable(WRITE, store_url).write(Batch(2, rested=["3|x|H"]))


def test_every_commit_waits_for_the_log_of_postgresql(postgres_url: str) -> None:
    with closing(open_session(postgres_url)) as session:
        assert session.all("SHOW synchronous_commit") == [("on",)]


def test_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    with closing(open_session(f"sqlite:///{tmp_path / 'telemetry.sqlite'}")) as session:
        full, wal = 2, "wal"
        assert session.all("PRAGMA synchronous") == [(full,)]
        assert session.all("PRAGMA journal_mode") == [(wal,)]
