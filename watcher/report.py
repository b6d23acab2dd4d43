"""What the status page and status.json say, as values; nothing in it names addresses or reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from watcher.history import History
from watcher.rounds import Rounds
from watcher.settings import Settings
from watcher.state import Incident, Level, State
from watcher.telling import NAMES
from watcher.uptime import Day, by_day, since, total

#: Incidents on the page; a site that has more has other worries.
MOST_INCIDENTS = 50


@dataclass(frozen=True)
class Report:
    """All that can be seen from outside. Times in ms since the epoch, 0 and None are never."""

    at: int
    state: State
    looked: int
    late: bool
    days: Sequence[Day]
    incidents: Sequence[Incident]
    data_age_s: float | None
    took_ms: int | None
    beat: int | None
    undelivered: int
    own_beats_failed: int

    @property
    def level(self) -> Level:
        """The state; UNKNOWN if it is not known now, whatever it was."""
        return Level.UNKNOWN if self.late or not self.looked else self.state.level


def report(rounds: Rounds, history: History, settings: Settings, at: int) -> Report:
    """Everything as it is at `at` (ms). Raises sqlite3.Error."""
    first = since(at, settings.zone)
    return Report(
        at=at,
        state=rounds.state,
        looked=rounds.looked,
        late=bool(rounds.looked) and at - rounds.looked > settings.gap_ms,
        days=by_day(history.spans(first), at, settings.zone),
        incidents=history.incidents(first, MOST_INCIDENTS),
        data_age_s=rounds.last.data_age_s if rounds.last else None,
        took_ms=rounds.last.took_ms if rounds.last else None,
        beat=rounds.heard.last,
        undelivered=history.undelivered(),
        own_beats_failed=rounds.own.failed,
    )


def as_json(found: Report) -> dict[str, Any]:
    """The report for machines; times as ISO 8601 in UTC, durations in seconds."""
    every = total(found.days)
    return {
        "state": NAMES[found.level].lower(),
        "since": _iso(found.state.since) if found.level is not Level.UNKNOWN else None,
        "reason": found.state.seen.brief if found.level is not Level.UNKNOWN else "",
        "probed": _iso(found.looked),
        "served": _iso(found.at),
        "probe_ms": found.took_ms,
        "probes_that_differ": found.state.run.count if found.state.run else 0,
        "data_age_s": found.data_age_s,
        "last_heartbeat": _iso(found.beat or 0),
        "messages_waiting": found.undelivered,
        "own_heartbeats_failed": found.own_beats_failed,
        "watched_s": round(every.watched_s),
        "up_s": round(every.up_s),
        "stale_s": round(every.stale_s),
        "down_s": round(every.down_s),
        "days": [_day(day) for day in found.days if day.watched_s],
        "incidents": [_incident(one) for one in found.incidents],
    }


def _day(day: Day) -> dict[str, Any]:
    seconds = {"up_s": day.up_s, "stale_s": day.stale_s, "down_s": day.down_s}
    return {"date": day.date.isoformat(), **{name: round(s) for name, s in seconds.items()}}


def _incident(one: Incident) -> dict[str, Any]:
    return {
        "start": _iso(one.start),
        "end": _iso(one.end or 0),
        "worst": NAMES[one.level].lower(),
        "cause": one.brief,
    }


def _iso(ms: int) -> str | None:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds") if ms else None
