"""The state machine: sure before it says anything, one message per incident, none for flapping."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watcher.state import Event, Happening, Level, Rules, Seen, State, after_gap, step

RULES = Rules(fails=3, recovers=3, remind_ms=600_000)
UP, STALE, DOWN = (Seen(level, level.name, f"why {level.name}") for level in list(Level)[1:])
EVERY_MS = 10_000
NOTHING = State()


def go(
    looks: Sequence[Seen], state: State = NOTHING, rules: Rules = RULES, first: int = 1
) -> tuple[State, list[Happening]]:
    told = []
    for number, seen in enumerate(looks, first):
        state, happening = step(state, seen, number * EVERY_MS, rules)
        told += [happening] if happening else []
    return state, told


def events(told: Sequence[Happening]) -> list[Event]:
    return [one.event for one in told]


def test_the_first_good_look_is_believed_at_once_and_a_bad_one_is_not() -> None:
    assert go([UP])[0].level is Level.UP
    assert go([DOWN, DOWN])[0].level is Level.UNKNOWN
    state, told = go([DOWN] * 3)
    assert (state.level, events(told)) == (Level.DOWN, [Event.BEGAN])


def test_a_failure_is_believed_after_some_in_a_row_and_began_with_the_first() -> None:
    state, told = go([UP, UP, DOWN, DOWN])
    assert (state.level, told) == (Level.UP, [])
    state, told = go([UP, UP, DOWN, DOWN, DOWN, DOWN])
    assert events(told) == [Event.BEGAN]
    assert (told[0].incident.start, told[0].incident.brief) == (3 * EVERY_MS, "DOWN")
    assert state.since == 3 * EVERY_MS


def test_failures_that_are_not_in_a_row_are_nothing() -> None:
    state, told = go([UP, DOWN, DOWN, UP, DOWN, DOWN, UP, DOWN, DOWN] * 5)
    assert (state.level, told) == (Level.UP, [])


def test_an_incident_ends_with_the_first_of_some_good_looks() -> None:
    _, told = go([UP, *[DOWN] * 4, UP, UP, DOWN, UP, UP, UP])
    assert events(told) == [Event.BEGAN, Event.ENDED]
    assert told[1].incident.end == 9 * EVERY_MS


def test_stale_that_becomes_down_is_told_again_and_is_one_incident() -> None:
    _, told = go([UP, *[STALE] * 3, *[DOWN] * 3, *[STALE] * 3, *[DOWN] * 3, *[UP] * 3])
    assert events(told) == [Event.BEGAN, Event.WORSE, Event.ENDED]
    assert (told[1].incident.level, told[1].incident.start) == (Level.DOWN, 2 * EVERY_MS)
    assert told[2].incident.level is Level.DOWN


def test_a_site_that_answers_with_old_data_is_not_called_up() -> None:
    state, told = go([UP, *[DOWN] * 3, UP, STALE, UP])
    assert (state.level, events(told)) == (Level.STALE, [Event.BEGAN])


def test_a_reminder_comes_while_it_lasts_and_not_after() -> None:
    _, told = go([UP, *[DOWN] * 130, *[UP] * 200])
    assert events(told) == [Event.BEGAN, Event.REMINDER, Event.REMINDER, Event.ENDED]


def test_a_site_that_flaps_makes_few_messages() -> None:
    flapping = [*[DOWN] * 3, *[UP] * 3] * 60  # an hour
    _, told = go([UP, *flapping])
    assert len([one for one in told if one.event is not Event.REMINDER]) <= 6


def test_the_same_trouble_hours_later_is_believed_gone_as_fast_as_at_first() -> None:
    state, _ = go([UP, *[DOWN] * 3, *[UP] * 3, *[DOWN] * 3, *[UP] * 6])
    assert state.flaps == 1
    state, told = go([*[DOWN] * 3, *[UP] * 3], state, first=1000)
    assert (state.flaps, events(told)) == (0, [Event.BEGAN, Event.ENDED])


def test_looks_before_a_pause_do_not_count_with_those_after_it() -> None:
    state, _ = go([UP, DOWN, DOWN])
    assert step(after_gap(state), DOWN, 10**9, RULES)[0].level is Level.UP


@given(some.lists(some.sampled_from([UP, STALE, DOWN]), max_size=80), some.integers(1, 4))
def test_incidents_begin_and_end_in_turn_and_in_order(looks: list[Seen], fails: int) -> None:
    state, told = go(looks, rules=Rules(fails, 2, 10**12))
    turns = [event for event in events(told) if event is not Event.WORSE]
    assert turns == [Event.BEGAN, Event.ENDED] * (len(turns) // 2) + turns[len(turns) // 2 * 2 :]
    assert (state.incident is not None) == (len(turns) % 2 == 1)
    times = [
        one.incident.end if one.event is Event.ENDED else one.incident.start
        for one in told
        if one.event is not Event.WORSE
    ]
    assert times == sorted(times)  # type: ignore[type-var]


@pytest.mark.parametrize("level", [Level.STALE, Level.DOWN])
def test_the_words_are_those_of_the_latest_look(level: Level) -> None:
    state, _ = go([UP, *[Seen(level, "first")] * 3, Seen(level, "second")])
    assert state.seen.brief == "second"
