"""Who is told of what, once, in plain words; and who is told when nobody has acknowledged."""

from __future__ import annotations

from datetime import time

import pytest

from data.alarms.events import AlarmEvent, Condition, Kind, Priority, State
from data.alarms.states import Shelving
from data.journal import Notification
from data.notifier.routes import ALARM, MALFUNCTION, Route, Routes, Shift
from data.notifier.routing import escalations, notifications
from tests.notifier.made import CLOGGING, LOAD, NOW, PLANT, alarm, event, route

MIN = 60_000


def told(one: AlarmEvent, *given: Route) -> list[Notification]:
    known = {CLOGGING.id: CLOGGING}
    return notifications([one], known, Routes(given or (route(),)), PLANT, NOW)


def of_malfunction(kind: Kind = Kind.ACTIVE) -> AlarmEvent:
    return event(kind, condition=Condition.MALFUNCTION, source=CLOGGING.id)


def test_an_alarm_is_told_in_plain_words() -> None:
    (one,) = told(event())
    assert one.key == f"shift|3|{LOAD}|HH|{NOW}|active"
    assert (one.route, one.priority, one.next_try) == ("shift", 1, NOW)
    assert one.title == "Critical alarm: Line C, Motor load 101.2 %, above the HH limit 100.0 %"
    assert one.body == (
        "Hall 2, Line C\n"
        "Motor load 101.2 %, above the HH limit 100.0 %\n"
        "Priority: critical\n"
        "Since Tue 2026-03-03 06:12:04 CET\n"
        "http://plant:8050/extruder/3"
    )


def test_a_malfunction_is_told_with_its_cause_and_what_to_check_first() -> None:
    (one,) = told(of_malfunction())
    assert one.title == "Critical malfunction: Line C, Screen clogging"
    assert one.body.splitlines()[3:7] == [
        "Most probable cause: Screen clogging (62%)",
        "Check first: screen ΔP, then change the screen pack",
        "For it: melt pressure 12 % above normal",
        "Since about Tue 2026-03-03 05:00:00 CET",
    ]


def test_a_malfunction_without_a_cause_says_so() -> None:
    made = notifications([of_malfunction()], {}, Routes((route(),)), PLANT, NOW)
    assert made[0].title == "Critical malfunction: Line C, cause unclear"


def test_silence_and_what_left_the_catalogue_have_words_too() -> None:
    silent = event(condition=Condition.SILENT, source="")
    assert told(silent)[0].title == "Critical alarm: Line C, no readings"
    gone = event(condition=Condition.BAD, source="Gone.ActualValue")
    assert "Gone.ActualValue 101.23, sensor failed" in told(gone)[0].title


@pytest.mark.parametrize(
    "one",
    [
        event(Kind.ACTIVE, State.SUPPRESSED_BY_DESIGN),
        event(Kind.CLEARED, State.SHELVED),
        event(Kind.ACKNOWLEDGED, State.ACKNOWLEDGED),
        event(Kind.UNSHELVED),  # the alarm book follows it by ACTIVE
        event(Kind.SHELVED, State.SHELVED),
    ],
)
def test_what_the_operator_does_not_see_or_has_done_is_not_told(one: AlarmEvent) -> None:
    assert told(one, route(cleared=True)) == []


def test_an_alarm_that_comes_again_is_told_under_a_key_of_its_own() -> None:
    keys = [told(event(kind, ts=ts))[0].key for kind, ts in
            [(Kind.ACTIVE, 1), (Kind.ACTIVE, 2), (Kind.RE_ALARMED, 2)]]  # fmt: skip
    assert len(set(keys)) == 3
    assert told(event(Kind.RE_ALARMED))[0].title.startswith("Critical alarm again: ")


def test_only_routes_that_want_it_are_told_that_it_cleared() -> None:
    cleared = event(Kind.CLEARED, State.RETURNED_UNACKNOWLEDGED)
    (one,) = told(cleared, route("a"), route("b", cleared=True))
    assert (one.route, one.title.partition(":")[0]) == ("b", "Alarm cleared")
    assert "Cleared Tue 2026-03-03 06:12:04 CET" in one.body


def test_a_route_is_told_of_its_priorities_extruders_and_events_only() -> None:
    high = route("high", priorities=frozenset({Priority.HIGH}))
    others = route("others", extruders=frozenset({4}))
    alarms = route("alarms", events=frozenset({ALARM}))
    faults = route("faults", events=frozenset({MALFUNCTION}), extruders=frozenset({3}))
    everyone = (high, others, alarms, faults)
    assert [n.route for n in told(event(), *everyone)] == ["alarms"]
    assert [n.route for n in told(of_malfunction(), *everyone)] == ["faults"]


def test_a_route_off_duty_is_not_told() -> None:
    late = Shift(frozenset(range(7)), time(14), time(22))
    assert told(event(), route(shifts=(late,))) == []


def test_each_url_of_a_route_has_its_own_notification() -> None:
    made = told(event(), route(urls=("json://x", "json://y")))
    assert [n.route for n in made] == ["shift #1", "shift #2"]
    assert len({n.key for n in made}) == 2


def test_an_escalation_route_is_told_only_when_nobody_has_acknowledged_in_time() -> None:
    boss = Routes((route("boss", escalate_after_min=10),))
    assert told(event(), *boss) == []
    early = escalations([alarm()], {}, boss, PLANT, NOW + 10 * MIN - 1)
    (late,) = escalations([alarm()], {}, boss, PLANT, NOW + 12 * MIN).notifications
    assert early.notifications == []
    assert late.key == f"boss|3|{LOAD}|HH|{NOW}|escalated"
    assert late.title.startswith("Critical alarm unacknowledged for 12 min: Line C, Motor load")
    assert "Since Tue 2026-03-03 06:12:04 CET" in late.body


@pytest.mark.parametrize(
    "fields", [{"acked": True}, {"shelving": Shelving.TIMED}, {"suppressed": True}]
)
def test_what_is_acknowledged_or_hidden_does_not_escalate(fields: dict[str, object]) -> None:
    boss = Routes((route("boss", escalate_after_min=10),))
    assert not escalations([alarm(**fields)], {}, boss, PLANT, NOW + 60 * MIN).notifications


def test_an_alarm_that_went_but_that_nobody_has_seen_escalates() -> None:
    boss = Routes((route("boss", escalate_after_min=10),))
    assert escalations([alarm(active=False)], {}, boss, PLANT, NOW + 60 * MIN).notifications


def test_an_escalation_is_worded_once_and_forgotten_when_it_is_over() -> None:
    boss = Routes((route("boss", escalate_after_min=10), route("all", escalate_after_min=30)))
    first = escalations([alarm()], {}, boss, PLANT, NOW + 10 * MIN)
    again = escalations([alarm()], {}, boss, PLANT, NOW + 11 * MIN, first.told)
    more = escalations([alarm()], {}, boss, PLANT, NOW + 30 * MIN, again.told)
    assert [len(e.notifications) for e in (first, again, more)] == [1, 0, 1]
    assert escalations([], {}, boss, PLANT, NOW + 31 * MIN, more.told).told == frozenset()


def test_an_escalation_waits_for_the_shift_of_its_route() -> None:
    from_eight = Shift(frozenset(range(7)), time(8), time(16))
    boss = Routes((route("boss", escalate_after_min=10, shifts=(from_eight,)),))
    assert not escalations([alarm()], {}, boss, PLANT, NOW + 60 * MIN).notifications
    (one,) = escalations([alarm()], {}, boss, PLANT, NOW + 108 * MIN).notifications
    assert "unacknowledged for 108 min" in one.title
