"""What was recorded is there again, also after kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import ROOT
from watcher.history import History, Message
from watcher.state import Incident, Level, Run, Seen, State, after_gap

GAP_MS = 30_000
DOWN = Seen(Level.DOWN, "the page does not answer", "why")
INCIDENT = Incident(1_000, Level.DOWN, "brief", "detail", told=2_000)
MESSAGE = Message("DOWN", "body", Level.DOWN)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path, GAP_MS)
    yield opened
    opened.close()


def at(level: Level, since: int) -> State:
    return State(level, since, Seen(level))


def test_a_state_comes_back_whole(history: History) -> None:
    assert history.state() == State()
    state = State(Level.STALE, 5, DOWN, Run(2, 7, DOWN), INCIDENT, ended=3, flaps=1)
    history.record(state, 10)
    assert history.state() == state
    history.record(after_gap(state), 20)
    assert history.state().run is None


def test_looks_of_the_same_state_are_one_span(history: History) -> None:
    for time in (1_000, 11_000, 21_000):
        history.record(at(Level.UP, 1_000), time)
    assert history.spans(0) == [(Level.UP, 1_000, 21_000)]


def test_a_changed_state_began_with_the_first_look_that_saw_it(history: History) -> None:
    for time in (0, 10_000, 20_000, 30_000):
        history.record(at(Level.UP, 0), time)
    history.record(at(Level.DOWN, 20_000), 40_000)
    assert history.spans(0) == [(Level.UP, 0, 20_000), (Level.DOWN, 20_000, 40_000)]


def test_a_time_without_looks_belongs_to_no_state(history: History) -> None:
    history.record(at(Level.UP, 0), 10_000)
    history.record(at(Level.UP, 0), 500_000)
    history.record(at(Level.UP, 0), 510_000)
    history.record(at(Level.DOWN, 900_000), 920_000)
    assert history.spans(0) == [
        (Level.UP, 0, 10_000),
        (Level.UP, 500_000, 510_000),
        (Level.DOWN, 900_000, 920_000),
    ]


def test_nothing_is_watched_before_the_state_is_known(history: History) -> None:
    history.record(State(run=Run(1, 10, DOWN)), 10)
    assert history.spans(0) == []


def test_an_incident_is_one_row_from_its_start_to_its_end(history: History) -> None:
    history.record(at(Level.DOWN, 1_000), 2_000, changed=INCIDENT)
    assert history.incidents(0, 10)[0].end is None
    ended = Incident(1_000, Level.DOWN, "brief", "detail", end=9_000)
    history.record(at(Level.UP, 9_000), 10_000, changed=ended)
    assert history.incidents(0, 10) == [ended]
    assert history.incidents(9_001, 10) == []


def test_a_message_waits_for_each_target_in_order(history: History) -> None:
    history.record(State(), 5, messages=[MESSAGE, Message("UP", "", Level.UP)], targets=2)
    first = history.waiting(1)
    assert first is not None
    assert (first.message, first.attempts, first.due) == (MESSAGE, 0, 5)
    history.failed(first.id, "refused", due=99, at=6)
    again = history.waiting(1)
    assert again is not None
    assert (again.id, again.attempts, again.due) == (first.id, 1, 99)
    history.sent(first.id, 100)
    later = history.waiting(1)
    assert later is not None
    assert later.message.title == "UP"
    history.failed(later.id, "refused", due=None, at=200)
    assert history.waiting(1) is None
    assert history.undelivered() == 2


RECORDS_UNTIL_KILLED = """
import sys
from pathlib import Path
from watcher.history import History, Message
from watcher.state import Incident, Level, State
history = History(Path(sys.argv[1]), 30_000)
for n in range(1, 10**6):
    one = Incident(n, Level.DOWN, "brief", "detail", told=n)
    state = State(Level.DOWN, n, incident=one)
    history.record(state, n, changed=one, messages=[Message(str(n), "", Level.DOWN)], targets=1)
    print(n, flush=True)
"""


def test_kill_9_loses_no_incident_and_no_message(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RECORDS_UNTIL_KILLED, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if line == "20\n":
                break
        writer.send_signal(signal.SIGKILL)
        said = [20, *map(int, writer.stdout.read().split())]
    history = History(tmp_path, GAP_MS)
    last = history.state().since
    starts = [one.start for one in history.incidents(0, 10**6)]
    assert last >= said[-1]
    assert starts == list(range(last, 0, -1))
    assert history.undelivered() == last
    history.close()
