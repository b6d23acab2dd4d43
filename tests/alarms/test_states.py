"""The ISA-18.2 state machine: every state with every event, and what holds in any order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.alarms.definitions import Definition
from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.alarms.states import (
    Actor,
    Alarm,
    Shelving,
    Told,
    acknowledge,
    activate,
    alarm_from_dict,
    alarm_to_dict,
    clear,
    reset,
    return_to_service,
    shelve,
    suppress,
    take_out_of_service,
    tick,
    unshelve,
    unsuppress,
)

T0 = 1_700_000_000_000
HOUR = 3_600_000
BY = Actor("Kim", "checked", "command-1")
PLAIN = Definition(Priority.HIGH, re_alarm_s=1800)
LATCHING = replace(PLAIN, latching=True)
REST = Alarm(AlarmKey(3, "MainDrive.Load.ActualValue", Condition.HH), Priority.HIGH)
TIMED = replace(REST, shelving=Shelving.TIMED, shelved_until=T0 + HOUR)
ONE_SHOT = replace(REST, shelving=Shelving.ONE_SHOT, shelved_until=T0 + 8 * HOUR)

STARTS = {
    "normal": REST,
    "unacknowledged": replace(REST, active=True, acked=False),
    "acknowledged": replace(REST, active=True),
    "returned": replace(REST, acked=False),
    "latched": replace(REST, latched=True),
    "shelved": TIMED,
    "shelved, acked": replace(TIMED, active=True),
    "shelved, unacked": replace(TIMED, active=True, acked=False),
    "one-shot": replace(ONE_SHOT, active=True),
    "suppressed": replace(REST, suppressed=True),
    "suppressed, on": replace(REST, suppressed=True, active=True),
    "maintained": replace(REST, out_of_service=True),
    "maintained, on": replace(REST, out_of_service=True, active=True),
}

Act = Callable[[Alarm, int, Definition], Told]
ACTS: dict[str, Act] = {
    "activate": lambda a, ts, d: activate(a, ts, 101.5, 100.0, {"hh": 100.0}, d),
    "clear": lambda a, ts, d: clear(a, ts, 95.0),
    "acknowledge": lambda a, ts, d: acknowledge(a, ts, BY),
    "reset": lambda a, ts, d: reset(a, ts, BY),
    "shelve": lambda a, ts, d: shelve(a, ts, BY, 30, d),
    "shelve once": lambda a, ts, d: shelve(a, ts, BY, None, d),
    "unshelve": lambda a, ts, d: unshelve(a, ts, BY),
    "suppress": lambda a, ts, d: suppress(a, ts),
    "unsuppress": lambda a, ts, d: unsuppress(a, ts),
    "out": lambda a, ts, d: take_out_of_service(a, ts, BY),
    "in": lambda a, ts, d: return_to_service(a, ts, BY),
    "tick": tick,
}
COLUMNS = tuple(ACTS)

STATES = {
    "N": State.NORMAL, "U": State.UNACKNOWLEDGED, "A": State.ACKNOWLEDGED,
    "R": State.RETURNED_UNACKNOWLEDGED, "L": State.LATCHED, "S": State.SHELVED,
    "D": State.SUPPRESSED_BY_DESIGN, "O": State.OUT_OF_SERVICE,
}  # fmt: skip
KINDS = {
    "act": Kind.ACTIVE, "clr": Kind.CLEARED, "ack": Kind.ACKNOWLEDGED, "rea": Kind.RE_ALARMED,
    "rst": Kind.RESET, "shv": Kind.SHELVED, "uns": Kind.UNSHELVED, "sup": Kind.SUPPRESSED,
    "usp": Kind.UNSUPPRESSED, "out": Kind.OUT_OF_SERVICE, "ins": Kind.IN_SERVICE,
}  # fmt: skip

#: Next state and events. Columns as in ACTS; every event comes eight hours after T0.
TABLE = """
normal           |  U:act |  N    |  N    |  N    | S:shv | S:shv | N         | D:sup | N         | O:out | N         | N
unacknowledged   |  U     |  R:clr|  A:ack|  U    | S:shv | S:shv | U         | D:sup | U         | O:out | U         | U
acknowledged     |  A     |  N:clr|  A    |  A    | S:shv | S:shv | A         | D:sup | A         | O:out | A         | U:rea
returned         |  U:act |  R    |  N:ack|  R    | S:shv | S:shv | R         | D:sup | R         | O:out | R         | R
latched          |  U:act |  L    |  L    |  N:rst| S:shv | S:shv | L         | D:sup | L         | O:out | L         | L
shelved          |  S     |  S    |  S    |  S    | S:shv | S:shv | N:uns     | D:sup | S         | O:out | S         | N:uns
shelved, acked   |  S     |  S    |  S    |  S    | S:shv | S:shv | U:uns,act | D:sup | S         | O:out | S         | U:uns,act
shelved, unacked |  S     |  S    |  S:ack|  S    | S:shv | S:shv | U:uns,act | D:sup | S         | O:out | S         | U:uns,act
one-shot         |  S     |  N:uns|  S    |  S    | S:shv | S:shv | U:uns,act | D:sup | S         | O:out | S         | U:uns,act
suppressed       |  D     |  D    |  D    |  D    | D:shv | D:shv | D         | D     | N:usp     | O:out | D         | D
suppressed, on   |  D     |  D    |  D    |  D    | D:shv | D:shv | D         | D     | U:usp,act | O:out | D         | D
maintained       |  O     |  O    |  O    |  O    | O:shv | O:shv | O         | O:sup | O         | O     | N:ins     | O
maintained, on   |  O     |  O    |  O    |  O    | O:shv | O:shv | O         | O:sup | O         | O     | U:ins,act | O
"""  # noqa: E501  a table is read across
CELLS = [
    (start, act, cell.strip())
    for start, *row in (line.split("|") for line in TABLE.strip().splitlines())
    for act, cell in zip(COLUMNS, row, strict=True)
]


def test_the_table_has_every_state_and_every_event() -> None:
    assert {(start.strip(), act) for start, act, _ in CELLS} == {
        (start, act) for start in STARTS for act in ACTS
    }
    assert {alarm.state for alarm in STARTS.values()} == set(State)


@pytest.mark.parametrize(("start", "act", "cell"), CELLS)
def test_every_state_answers_every_event(start: str, act: str, cell: str) -> None:
    state, _, kinds = cell.partition(":")
    before = STARTS[start.strip()]
    after, events = ACTS[act](before, T0 + 8 * HOUR, PLAIN)
    assert after.state is STATES[state]
    assert [event.kind for event in events] == [KINDS[k] for k in kinds.split(",") if k]


def play(alarm: Alarm, *acts: str, definition: Definition = PLAIN) -> Told:
    told: list[AlarmEvent] = []
    for second, act in enumerate(acts):
        alarm, events = ACTS[act](alarm, T0 + second * 1000, definition)
        told += events
    return alarm, tuple(told)


def test_an_event_tells_time_state_value_limits_and_who() -> None:
    _, (active, acked) = play(REST, "activate", "acknowledge")
    assert active == AlarmEvent(
        T0, REST.key, Kind.ACTIVE, State.UNACKNOWLEDGED, Priority.HIGH, 101.5, 100.0,
        {"hh": 100.0},
    )  # fmt: skip
    assert (acked.ts, acked.state) == (T0 + 1000, State.ACKNOWLEDGED)
    assert (acked.who, acked.comment, acked.command) == ("Kim", "checked", "command-1")


def test_clearing_tells_the_value_then_and_none_if_it_is_not_known() -> None:
    alarm, _ = play(REST, "activate")
    assert clear(alarm, T0, 95.0)[1][0].value == 95.0
    assert clear(alarm, T0, None)[1][0].value is None


def test_a_latching_alarm_waits_for_reset_after_clearing_and_acknowledgement() -> None:
    alarm, _ = play(REST, "activate", "reset", "clear", "reset", definition=LATCHING)
    assert alarm.state is State.RETURNED_UNACKNOWLEDGED
    alarm, _ = play(alarm, "acknowledge", definition=LATCHING)
    assert alarm.state is State.LATCHED
    alarm, _ = play(alarm, "reset", definition=LATCHING)
    assert alarm.at_rest


def test_what_nobody_was_told_of_does_not_latch() -> None:
    alarm, _ = play(REST, "suppress", "activate", "clear", "unsuppress", definition=LATCHING)
    assert alarm.at_rest


def test_what_is_told_when_it_is_shown_again_latches() -> None:
    acts = ("suppress", "activate", "unsuppress", "acknowledge", "clear")
    assert play(REST, *acts, definition=LATCHING)[0].state is State.LATCHED


def test_what_waits_for_its_reset_still_waits_after_it_was_hidden() -> None:
    acts = ("activate", "clear", "acknowledge", "suppress", "activate", "clear", "unsuppress")
    assert play(REST, *acts, definition=LATCHING)[0].state is State.LATCHED


def test_a_new_activation_does_not_carry_the_last_persons_name() -> None:
    alarm, _ = play(REST, "activate", "acknowledge", "clear", "activate")
    assert (alarm.who, alarm.comment) == ("", "")


def test_an_alarm_takes_the_priority_that_is_set_when_it_comes() -> None:
    alarm, _ = play(REST, "activate", definition=replace(PLAIN, priority=Priority.LOW))
    assert alarm.priority is Priority.LOW


def test_an_alarm_of_another_version_is_read_as_far_as_it_is_known() -> None:
    alarm, _ = play(REST, "activate")
    raw = {**alarm_to_dict(alarm), "colour": "mauve"}
    del raw["comment"]
    assert alarm_from_dict(raw) == alarm


def test_shelving_what_is_unacknowledged_acknowledges_nothing() -> None:
    alarm, _ = play(REST, "activate", "shelve")
    assert not alarm.acked


def test_what_clears_while_it_is_hidden_comes_back_as_it_is() -> None:
    alarm, events = play(REST, "activate", "shelve", "clear", "unshelve")
    assert alarm.state is State.RETURNED_UNACKNOWLEDGED
    assert [e.kind for e in events] == [Kind.ACTIVE, Kind.SHELVED, Kind.UNSHELVED]


def test_an_alarm_hidden_twice_is_shown_only_when_both_reasons_are_gone() -> None:
    alarm, events = play(REST, "shelve", "suppress", "activate", "unshelve")
    assert alarm.state is State.SUPPRESSED_BY_DESIGN
    assert Kind.ACTIVE not in {e.kind for e in events}
    alarm, events = play(alarm, "unsuppress")
    assert [e.kind for e in events] == [Kind.UNSUPPRESSED, Kind.ACTIVE]


def test_an_alarm_is_told_again_so_long_after_it_was_told() -> None:
    alarm, _ = play(REST, "activate", "acknowledge")
    assert tick(alarm, T0 + 1_799_999, PLAIN)[1] == ()
    again, (event,) = tick(alarm, T0 + 1_800_000, PLAIN)
    assert (event.kind, event.state) == (Kind.RE_ALARMED, State.UNACKNOWLEDGED)
    assert again.since == alarm.since
    assert tick(alarm, T0 + 99 * HOUR, replace(PLAIN, re_alarm_s=0))[1] == ()


@pytest.mark.parametrize(("minutes", "ends"), [(30, 30), (None, 480), (9999, 480)])
def test_shelving_ends_by_itself(minutes: float | None, ends: int) -> None:
    alarm, _ = shelve(REST, T0, BY, minutes, PLAIN)
    assert tick(alarm, T0 + ends * 60_000 - 1, PLAIN)[0].state is State.SHELVED
    assert tick(alarm, T0 + ends * 60_000, PLAIN)[0].at_rest


steps = st.lists(st.tuples(st.sampled_from(COLUMNS), st.integers(0, 3 * HOUR)), max_size=30)
definitions = st.sampled_from([PLAIN, LATCHING, replace(PLAIN, re_alarm_s=0)])


def after(order: list[tuple[str, int]], definition: Definition) -> tuple[Alarm, int]:
    alarm, ts = REST, T0
    for act, wait in order:
        ts += wait
        alarm, _ = ACTS[act](alarm, ts, definition)
    return alarm, ts


@given(steps, definitions)
def test_in_any_order_nothing_changes_untold(
    order: list[tuple[str, int]], definition: Definition
) -> None:
    alarm, ts = REST, T0
    for act, wait in order:
        before, ts = alarm, ts + wait
        alarm, events = ACTS[act](alarm, ts, definition)
        kinds = {event.kind for event in events}
        assert events or alarm.state is before.state
        assert Kind.ACKNOWLEDGED in kinds or before.acked or not alarm.acked
        assert not (alarm.hidden and kinds & {Kind.ACTIVE, Kind.RE_ALARMED})
        assert all(event.ts == ts and event.key == REST.key for event in events)
        assert not events or events[-1].state is alarm.state


@given(steps, definitions)
def test_in_any_order_shelving_never_outlasts_the_maximum(
    order: list[tuple[str, int]], definition: Definition
) -> None:
    alarm, ts, shelved = REST, T0, T0
    for act, wait in order:
        ts += wait
        alarm, events = ACTS[act](alarm, ts, definition)
        shelved = ts if Kind.SHELVED in {event.kind for event in events} else shelved
        if alarm.shelved_until is not None:
            assert alarm.shelved_until - shelved <= definition.max_shelve_s * 1000
    ended, _ = tick(alarm, shelved + round(definition.max_shelve_s * 1000), definition)
    assert ended.shelving is Shelving.UNSHELVED


@given(steps, definitions)
def test_an_alarm_survives_json(order: list[tuple[str, int]], definition: Definition) -> None:
    alarm, _ = after(order, definition)
    assert alarm_from_dict(json.loads(json.dumps(alarm_to_dict(alarm)))) == alarm


@given(steps, definitions)
def test_acknowledging_twice_is_acknowledging_once(
    order: list[tuple[str, int]], definition: Definition
) -> None:
    alarm, ts = after(order, definition)
    once, _ = acknowledge(alarm, ts, BY)
    assert acknowledge(once, ts + 1, Actor("Lee")) == (once, ())


@given(steps, definitions)
def test_every_alarm_comes_to_rest(order: list[tuple[str, int]], definition: Definition) -> None:
    alarm, _ = after(order, definition)
    ends = ("in", "unsuppress", "unshelve", "clear", "acknowledge", "reset")
    assert play(alarm, *ends, definition=definition)[0].at_rest


def test_an_alarm_that_chatters_has_been_waiting_since_it_first_came() -> None:
    alarm = activate(REST, T0, 101.0, 100.0, {}, PLAIN)[0]
    for minute in range(1, 30):
        alarm = clear(alarm, T0 + minute * 60_000 - 1000, 99.0)[0]
        alarm = activate(alarm, T0 + minute * 60_000, 101.0, 100.0, {}, PLAIN)[0]
    assert alarm.unacked_since == T0
    again = tick(acknowledge(alarm, T0 + HOUR, BY)[0], T0 + 2 * HOUR, PLAIN)[0]
    assert again.unacked_since == T0 + 2 * HOUR
