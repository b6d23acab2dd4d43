"""What a look means: heartbeats that stop, pauses of the watcher, certificates, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack import free_port
from tests.watcher.site import Site, whole_site
from watcher.beats import Heard, OwnBeats
from watcher.certificate import DAY_MS, passed, steps
from watcher.findings import Finding, Look
from watcher.history import History
from watcher.post import Post
from watcher.rounds import Rounds
from watcher.send import send
from watcher.settings import Settings
from watcher.state import Level
from watcher.telling import duration

GOOD = Look()
AWAY = Look((Finding(Level.DOWN, "the page does not answer", "/: refused by 10.0.0.7"),))
OLD = Look((Finding(Level.STALE, "the data are old", "/plant: 61 s old"),))
START = 1_800_000_000_000


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Rounds]]:
    """Starts a watcher without its processes; each call is one more start on the same folder."""
    opened: list[History] = []

    def start() -> Rounds:
        settings = Settings.read(
            {
                "WATCH_URL": "http://a.example",
                "WATCH_NAME": "Plant",
                "WATCH_TELL": "json://127.0.0.1/x",
            }
        )
        history = History(tmp_path, settings.gap_ms)
        opened.append(history)
        return Rounds(settings, history, Post(history, [], send), Heard(history), OwnBeats(""))

    yield start
    for history in opened:
        history.close()


def take(rounds: Rounds, looks: list[Look], first_s: int = 0, beats: bool = False) -> None:
    for number, look in enumerate(looks):
        at = START + (first_s + number * 10) * 1000
        if beats:
            rounds.heard.beat(at - 1000)
        rounds.take(look, at)


def titles(tmp_path: Path) -> list[str]:
    history = History(tmp_path, 1)
    found = []
    while (waiting := history.waiting(0)) is not None:
        found.append(waiting.message.title)
        history.sent(waiting.id, 1)
    history.close()
    return found


def body(tmp_path: Path) -> str:
    history = History(tmp_path, 1)
    waiting = history.waiting(0)
    history.close()
    assert waiting is not None
    return waiting.message.body


Start = Callable[[], Rounds]


def test_people_are_told_at_the_start_and_at_the_end_with_how_long(
    start: Start, tmp_path: Path
) -> None:
    take(start(), [GOOD, *[AWAY] * 10, *[GOOD] * 5])
    assert titles(tmp_path) == [
        "DOWN: Plant: the page does not answer",
        "UP again: Plant, after 1 min DOWN",
    ]


def test_the_message_says_why_and_where_to_look(start: Start, tmp_path: Path) -> None:
    take(start(), [GOOD, *[AWAY] * 3], beats=True)
    assert "/: refused by 10.0.0.7" in body(tmp_path)
    assert "look at web process, proxy and network" in body(tmp_path)


def test_heartbeats_that_stop_are_told_though_the_site_answers(
    start: Start, tmp_path: Path
) -> None:
    rounds = start()
    take(rounds, [GOOD], beats=True)
    take(rounds, [GOOD] * 3, first_s=10)
    assert rounds.state.level is Level.UP
    take(rounds, [GOOD] * 3, first_s=40)
    assert titles(tmp_path) == ["STALE: Plant: the monitoring inside is silent"]


def test_heartbeats_that_never_came_are_not_missed(start: Start, tmp_path: Path) -> None:
    take(start(), [GOOD] * 60)
    assert titles(tmp_path) == []


def test_heartbeats_that_stop_are_missed_also_after_a_restart_of_the_watcher(
    start: Start, tmp_path: Path
) -> None:
    take(start(), [GOOD], beats=True)
    take(start(), [GOOD] * 3, first_s=300)
    assert titles(tmp_path) == []  # nobody was here to hear them
    take(start(), [GOOD] * 7, first_s=330)
    assert titles(tmp_path) == ["STALE: Plant: the monitoring inside is silent"]


def test_a_reminder_tells_how_it_is_and_not_how_it_was(start: Start, tmp_path: Path) -> None:
    take(start(), [GOOD, *[AWAY] * 3, *[OLD] * 200])
    assert titles(tmp_path) == [
        "DOWN: Plant: the page does not answer",
        "Still STALE after 30 min: Plant",
    ]


def test_a_probe_does_not_count_while_the_reference_is_away_too(tmp_path: Path) -> None:
    site, reference = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    env = {"WATCH_URL": site, "WATCH_REFERENCE_URL": reference, "WATCH_EVERY_S": "0.2"}
    settings = Settings.read(env)
    history = History(tmp_path, settings.gap_ms)
    rounds = Rounds(settings, history, Post(history, [], send), Heard(history), OwnBeats(""))

    async def go_on(until: Callable[[], bool]) -> None:
        going = asyncio.create_task(rounds.go_on_for_ever(look))
        async with asyncio.timeout(20):
            while not until():
                await asyncio.sleep(0.05)
        going.cancel()

    asked: list[Settings] = []

    async def look(settings: Settings) -> Look:
        asked.append(settings)
        return AWAY

    asyncio.run(go_on(lambda: len(asked) == 4))
    assert (rounds.looked, rounds.state.run) == (0, None)
    with Site(whole_site(), port=int(reference.split(":")[2])):
        asyncio.run(go_on(lambda: rounds.state.level is Level.DOWN))
    history.close()


def test_a_restart_in_the_middle_of_an_incident_neither_loses_nor_repeats_it(
    start: Start, tmp_path: Path
) -> None:
    take(start(), [GOOD, *[AWAY] * 3])
    take(start(), [AWAY] * 5, first_s=40)
    take(start(), [GOOD] * 3, first_s=90)
    assert [title[:4] for title in titles(tmp_path)] == ["DOWN", "UP a"]


def test_a_watcher_that_slept_judges_anew(start: Start) -> None:
    rounds = start()
    take(rounds, [GOOD, AWAY, AWAY], beats=True)
    take(rounds, [AWAY, AWAY], first_s=4000)
    assert rounds.state.level is Level.UP
    take(rounds, [AWAY], first_s=4020)
    assert rounds.state.level is Level.DOWN


def test_each_step_before_the_certificate_ends_is_told_once(start: Start, tmp_path: Path) -> None:
    rounds = start()
    for days in (20, 13, 12, 6, 6, 2, 0.5, 0.4):
        rounds.take(Look(certificate_ends=START + round(days * DAY_MS)), START)
    rounds.take(Look(certificate_ends=START + 90 * DAY_MS), START)
    assert titles(tmp_path) == [
        f"Certificate of Plant expires in {days} days" for days in (13, 6, 2, 0)
    ]
    assert rounds.state.level is Level.UP


def test_no_steps_are_none() -> None:
    assert (steps(0), steps(2), steps(14)) == ([], [2, 1], [14, 7, 3, 1])
    assert passed(START, START + 1, steps(0)) == 0


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (40_400, "40 s"),
        (12 * 60_000, "12 min"),
        (185 * 60_000, "3 h 05 min"),
        (100 * 3_600_000, "4 d 4 h"),
    ],
)
def test_how_long_is_said_in_few_words(ms: int, text: str) -> None:
    assert duration(ms) == text
