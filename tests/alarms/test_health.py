"""Figures of the alarm system, against ISA-18.2 and EEMUA 191 in plain words."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.alarms.health import scorecard
from data.alarms.states import Alarm, Shelving

T0 = 1_700_000_000_000
MINUTE, DAY = 60_000, 86_400_000
WINDOW = 10 * MINUTE


def key(extruder: int = 1, condition: Condition = Condition.H) -> AlarmKey:
    return AlarmKey(extruder, "P", condition)


def event(
    after_ms: int, kind: Kind = Kind.ACTIVE, state: State = State.UNACKNOWLEDGED,
    of: AlarmKey | None = None, priority: Priority = Priority.MEDIUM,
) -> AlarmEvent:  # fmt: skip
    return AlarmEvent(T0 + after_ms, of or key(), kind, state, priority)


def card(
    events: list[AlarmEvent], span: int = DAY, standing: tuple[Alarm, ...] = ()
) -> dict[str, Any]:
    found = scorecard(events, T0, T0 + span, standing)
    json.dumps(found)
    return found


def test_no_alarms_are_a_card_of_zeros() -> None:
    found = card([])
    assert (found["from"], found["to"], found["total"]) == (T0, T0 + DAY, 0)
    assert (found["per_day"], found["per_10_min_mean"], found["per_10_min_max"]) == (0, 0, 0)
    assert found["rate"] == [[T0 + n * WINDOW, 0] for n in range(144)]
    assert (found["floods"], found["chattering"], found["top10"]) == ([], [], [])
    assert found["by_priority"] == {"1": 0, "2": 0, "3": 0, "4": 0}


def test_only_what_operators_were_told_counts() -> None:
    found = card(
        [
            event(1),
            event(2, Kind.RE_ALARMED, priority=Priority.CRITICAL),
            event(3, Kind.ACTIVE, State.SHELVED),
            event(4, Kind.CLEARED, State.RETURNED_UNACKNOWLEDGED),
            event(5, Kind.ACKNOWLEDGED, State.ACKNOWLEDGED),
            event(-1),
            event(DAY),
        ]
    )
    assert found["total"] == 2
    assert found["by_priority"] == {"1": 1, "2": 0, "3": 1, "4": 0}


def test_rates_are_per_day_and_per_ten_minutes() -> None:
    found = card([event(n * MINUTE) for n in (0, 1, 2, 15)], 20 * MINUTE)
    assert found["rate"] == [[T0, 3], [T0 + WINDOW, 1]]
    assert (found["per_10_min_mean"], found["per_10_min_max"], found["per_day"]) == (2, 3, 288)
    assert found["per_hour"] == 12


def test_targets_by_priority_are_those_of_the_standard() -> None:
    assert card([])["priority_targets"] == {"1": 0.01, "2": 0.05, "3": 0.15, "4": 0.8}


def test_a_minute_of_alarms_is_not_blown_up_to_a_day() -> None:
    assert card([event(0)], MINUTE)["per_10_min_mean"] == 1


def test_of_more_than_a_week_the_newest_rates_are_listed() -> None:
    rate = card([], 8 * DAY)["rate"]
    assert (len(rate), rate[-1][0]) == (1008, T0 + 8 * DAY - WINDOW)


def test_eleven_alarms_in_ten_minutes_are_a_flood_and_ten_are_not() -> None:
    assert card([event(n * MINUTE // 2) for n in range(10)])["floods"] == []
    found = card([event(n * MINUTE // 2) for n in range(11)])
    # The fifth newest is 3 min after the start; ten minutes later there are fewer than five.
    assert found["floods"] == [[T0, T0 + 13 * MINUTE, 11]]
    assert found["flood_share"] == 13 * MINUTE / DAY


def test_a_flood_goes_on_if_an_alarm_comes_as_the_fifth_newest_is_forgotten() -> None:
    found = card([event(n * MINUTE // 2) for n in (*range(11), 26)])
    assert found["floods"] == [[T0, T0 + 27 * MINUTE // 2, 12]]


def test_no_alarm_is_of_two_floods() -> None:
    again = 14 * MINUTE
    found = card([event(n * MINUTE // 2) for n in range(11)] + [event(again)] * 10)
    assert found["floods"] == [[T0, T0 + 13 * MINUTE, 11], [T0 + again, T0 + again + WINDOW, 10]]


def test_a_flood_that_goes_on_ends_with_the_time_that_was_asked_for() -> None:
    found = card([event(n * MINUTE // 2) for n in range(20)], 10 * MINUTE)
    assert found["floods"] == [[T0, T0 + 10 * MINUTE, 20]]
    assert found["flood_share"] == 1


def naive_floods(times: list[int], end: int) -> list[list[int]]:
    """The words of the standard, at every moment at which the count can change."""
    floods: list[list[int]] = []
    start, free = None, 0
    moments = sorted({*times, *(t + WINDOW for t in times)})
    for now in [m for m in moments if m < end]:
        recent = [n for n, t in enumerate(times) if now - WINDOW < t <= now]
        if start is None and len(recent) > 10:
            start = max(recent[0], free)
        elif start is not None and len(recent) < 5:
            free = sum(t <= now for t in times)
            floods.append([times[start], now, free - start])
            start = None
    if start is not None:
        floods.append([times[start], end, len(times) - start])
    return floods


@given(st.lists(st.sampled_from([0, 10, 30, 60, 60, 90, 150, 240, 600]), max_size=80))
def test_floods_are_those_of_the_standard(gaps: list[int]) -> None:
    times, now = [], 0
    for gap in gaps:
        now += gap * 1000
        times.append(now)
    found = card([event(t) for t in times])
    assert found["floods"] == naive_floods([T0 + t for t in times], T0 + DAY)


def cycles(*seconds: float, of: AlarmKey | None = None) -> list[AlarmEvent]:
    """An alarm that comes at these seconds and goes a second later."""
    return [
        event(round((at + shift) * 1000), kind, of=of)
        for at in seconds
        for shift, kind in ((0, Kind.ACTIVE), (1, Kind.CLEARED))
    ]


def test_an_alarm_chatters_that_comes_and_goes_three_times_in_a_minute() -> None:
    found = card(cycles(0, 20, 40, 58) + cycles(0, 30, 70, of=key(2)))
    assert found["chattering"] == [{"id": "1|P|H", "count": 4}]


def test_clearing_what_did_not_come_again_is_no_chatter() -> None:
    cleared = [event(n * 1000, Kind.CLEARED) for n in range(5)]
    assert card(cleared)["chattering"] == []


def test_a_minute_of_chatter_may_begin_at_any_time() -> None:
    assert card(cycles(45, 60, 90))["chattering"][0]["count"] == 3
    assert card(cycles(0, 30, 60))["chattering"] == []


def test_the_ten_most_frequent_alarms_and_their_share() -> None:
    events = [event(n, of=key(e)) for n, e in enumerate([*range(1, 13), 12, 12, 11])]
    found = card(events)
    assert found["top10"][0] == {"id": "12|P|H", "count": 3, "share": 3 / 15}
    assert len(found["top10"]) == 10
    assert found["top10_share"] == 13 / 15


def test_standing_alarms_are_counted_by_what_they_are() -> None:
    end = T0 + DAY
    found = card(
        [],
        standing=(
            Alarm(key(1), Priority.LOW, active=True, acked=False, since=end - DAY - 1),
            Alarm(key(2), Priority.LOW, active=True, since=end - DAY),
            Alarm(key(3), Priority.LOW, acked=False, since=0),
            Alarm(key(4), Priority.LOW, active=True, shelving=Shelving.TIMED, since=0),
            Alarm(key(5), Priority.LOW, suppressed=True),
            Alarm(key(6), Priority.LOW, out_of_service=True, suppressed=True),
        ),
    )
    names = ("stale", "shelved", "suppressed", "out_of_service", "unacknowledged")
    assert [found[name] for name in names] == [1, 1, 1, 1, 2]
