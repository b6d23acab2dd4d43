"""How well the alarm system serves operators: the figures of ISA-18.2 and EEMUA 191."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from data.alarms.events import AlarmEvent, Kind, Priority, State
from data.alarms.states import Alarm

TEN_MINUTES_MS = 600_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
#: A week of ten minutes: of a longer time only the newest are listed.
BINS = 1008
#: ISA-18.2, EEMUA 191: a flood begins above ten alarms in ten minutes and ends below five.
FLOOD_BEGINS_ABOVE, FLOOD_ENDS_BELOW = 10, 5
#: ISA-18.2: about 5 % high, 15 % medium, 80 % low; critical ones below 1 %.
PRIORITY_TARGETS = {
    Priority.CRITICAL: 0.01,
    Priority.HIGH: 0.05,
    Priority.MEDIUM: 0.15,
    Priority.LOW: 0.80,
}
#: An alarm chatters that comes and goes three times in a minute.
CHATTERS_FROM = 3

Times = npt.NDArray[np.int64]


def scorecard(
    events: Sequence[AlarmEvent], start_ms: int, end_ms: int, standing: Sequence[Alarm]
) -> dict[str, Any]:
    """Figures of the time from `start_ms` up to `end_ms` as JSON values.

    Only what operators were told counts as an alarm: ACTIVE and RE_ALARMED events that left it
    unacknowledged. `standing` are the alarms not at rest at `end_ms`. "floods" are [start, end,
    alarms], "flood_share" and "top10_share" are shares of 1, ids are alarm keys. Means over less
    than ten minutes are taken over ten minutes. Targets (ISA-18.2, EEMUA 191): at most 150 a day,
    below 1 per 10 min, floods below 1 % of the time, chattering 0, stale below 5, top 10 below
    5 % of the load.
    "by_priority" counts by priority, "priority_targets" are the shares that ISA-18.2 aims at.
    """
    within = sorted((e for e in events if start_ms <= e.ts < end_ms), key=lambda e: e.ts)
    told = [event for event in within if _is_told(event)]
    times = np.array([event.ts for event in told], np.int64)
    floods = _floods(times, end_ms)
    return {
        "from": start_ms,
        "to": end_ms,
        **_rates(times, start_ms, end_ms),
        "floods": [list(one) for one in floods],
        "flood_share": sum(end - start for start, end, _ in floods) / max(end_ms - start_ms, 1),
        "chattering": _chattering(within),
        **_standing(standing, end_ms),
        **_top10(told),
        "by_priority": _by_priority(told),
        "priority_targets": {str(int(p)): share for p, share in PRIORITY_TARGETS.items()},
    }


def _is_told(event: AlarmEvent) -> bool:
    return event.kind in {Kind.ACTIVE, Kind.RE_ALARMED} and event.state is State.UNACKNOWLEDGED


def _rates(times: Times, start_ms: int, end_ms: int) -> dict[str, Any]:
    """Alarms per hour, day and ten minutes; bins of ten minutes begin at `start_ms`."""
    span = max(end_ms - start_ms, TEN_MINUTES_MS)
    bins = -(-span // TEN_MINUTES_MS)
    counts = np.bincount((times - start_ms) // TEN_MINUTES_MS, minlength=bins).tolist()
    rate = [[start_ms + n * TEN_MINUTES_MS, count] for n, count in enumerate(counts)]
    return {
        "total": len(times),
        "per_hour": len(times) * HOUR_MS / span,
        "per_day": len(times) * DAY_MS / span,
        "per_10_min_mean": len(times) * TEN_MINUTES_MS / span,
        "per_10_min_max": max(counts),
        "rate": rate[-BINS:],
    }


def _floods(times: Times, end_ms: int) -> list[tuple[int, int, int]]:
    """Start, end and alarms of every flood, by the count of the last ten minutes at any time.

    A flood begins with the first alarm of the ten minutes that had too many (ISA-18.2 §16.5,
    EEMUA 191: above 10 in 10 min) and lasts until fewer than 5 came in ten minutes, or `end_ms`.
    """
    floods: list[tuple[int, int, int]] = []
    oldest = np.searchsorted(times, times - TEN_MINUTES_MS, side="right")
    recent = np.arange(len(times)) - oldest + 1
    index, free = 0, 0
    while (over := np.flatnonzero(recent[index:] > FLOOD_BEGINS_ABOVE)).size:
        first = max(int(oldest[index + over[0]]), free)
        last = _last_of_flood(times, index + int(over[0]))
        gone = int(times[last - FLOOD_ENDS_BELOW + 1]) + TEN_MINUTES_MS
        floods.append((int(times[first]), min(gone, end_ms), last - first + 1))
        index = free = last + 1
    return floods


def _last_of_flood(times: Times, index: int) -> int:
    """The last alarm from `index` on before the fifth newest is older than ten minutes."""
    fifth = times[index - FLOOD_ENDS_BELOW + 1 : len(times) - FLOOD_ENDS_BELOW]
    ended = np.flatnonzero(fifth + TEN_MINUTES_MS < times[index + 1 :])
    return index + int(ended[0]) if ended.size else len(times) - 1


def _chattering(events: Iterable[AlarmEvent]) -> list[dict[str, Any]]:
    """Alarms that went ACTIVE → CLEARED at least three times in any minute, and their most."""
    cleared: dict[str, list[int]] = defaultdict(list)
    last: dict[str, Kind] = {}
    for event in events:
        key = str(event.key)
        if event.kind is Kind.CLEARED and last.get(key) is Kind.ACTIVE:
            cleared[key].append(event.ts)
        if event.kind in {Kind.ACTIVE, Kind.CLEARED}:
            last[key] = event.kind
    most = {key: _most_in_a_minute(times) for key, times in cleared.items()}
    found = [(key, count) for key, count in most.items() if count >= CHATTERS_FROM]
    return [{"id": key, "count": count} for key, count in sorted(found, key=lambda o: -o[1])]


def _most_in_a_minute(cleared: Sequence[int]) -> int:
    times = np.array(cleared, np.int64)
    since = np.searchsorted(times, times - MINUTE_MS, side="right")
    return int((np.arange(len(times)) - since + 1).max())


def _standing(standing: Sequence[Alarm], end_ms: int) -> dict[str, int]:
    """Alarms by what they are now; stale are those shown and active for over 24 h (ISA-18.2)."""
    states = Counter(alarm.state for alarm in standing)
    stale = (a for a in standing if a.active and not a.hidden and end_ms - a.since > DAY_MS)
    return {
        "stale": sum(1 for _ in stale),
        "shelved": states[State.SHELVED],
        "suppressed": states[State.SUPPRESSED_BY_DESIGN],
        "out_of_service": states[State.OUT_OF_SERVICE],
        "unacknowledged": states[State.UNACKNOWLEDGED] + states[State.RETURNED_UNACKNOWLEDGED],
    }


def _top10(told: Sequence[AlarmEvent]) -> dict[str, Any]:
    """The ten alarms told most often, and their share of all (EEMUA 191: below 5 %)."""
    often = Counter(str(event.key) for event in told).most_common(10)
    total = max(len(told), 1)
    return {
        "top10": [{"id": key, "count": n, "share": n / total} for key, n in often],
        "top10_share": sum(n for _, n in often) / total,
    }


def _by_priority(told: Sequence[AlarmEvent]) -> dict[str, int]:
    counts = Counter(event.priority for event in told)
    return {str(int(priority)): counts[priority] for priority in Priority}
