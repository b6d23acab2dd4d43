"""What the journal says of one extruder in a span: alarms, people's actions, changed limits."""

from __future__ import annotations

import json
from dataclasses import dataclass

from data.extruders import Limits, limits_from_dict
from data.history import Reader
from data.history.named import named

#: Events of the span that are listed at most.
MOST_ALARMS = 300
MOST_ACTIONS = 200
#: Attachments shown in place: the newest so many letters of them.
MOST_ATTACHED = 1_000_000
#: Limits that a source delivered are no action of a person: see data.telemetry.catalogue.
_SOURCE = "source: %"

_ALARMS = f"""
    SELECT ts, source, condition, kind, priority, value, "limit",
        {named()}, comment
    FROM alarm_events WHERE extruder = ? AND ts >= ? AND ts < ?
        AND (condition <> 'MALFUNCTION' OR source = ?)
    ORDER BY ts, id LIMIT ?"""
_ACTIONS = f"""
    SELECT id, ts, {named()}, action, text,
        attachment_name, length(attachment)
    FROM malfunction_actions WHERE malfunction = ? ORDER BY ts DESC, id DESC LIMIT ?"""
_ATTACHED = "SELECT attachment FROM malfunction_actions WHERE id = ? AND malfunction = ?"
_IN_FORCE = """
    SELECT product, ts, limits FROM limit_sets WHERE version IN (
        SELECT max(version) FROM limit_sets
        WHERE extruder = ? AND product IN (0, ?) AND ts <= ? GROUP BY product)"""
_OLDEST = """
    SELECT product, ts, limits FROM limit_sets WHERE version IN (
        SELECT min(version) FROM limit_sets
        WHERE extruder = ? AND product IN (0, ?) GROUP BY product)"""
_CHANGES = f"""
    SELECT ts, {named("author")}, reason FROM limit_sets
    WHERE extruder = ? AND product IN (0, ?) AND ts > ? AND ts < ? AND author NOT LIKE ?
    ORDER BY version LIMIT ?"""


@dataclass(frozen=True)
class AlarmLine:
    """One event of an alarm: `ts` in ms, `value` and `limit` in the signal's unit.

    `source` is a signal's name, empty for the extruder itself; the rest as in AlarmEvent.
    """

    ts: int
    source: str
    condition: str
    kind: str
    priority: int
    value: float | None
    limit: float | None
    who: str
    comment: str


@dataclass(frozen=True)
class ActionLine:
    """What a person did: an action of data.commands.Action, or "limits" for changed limits.

    `attachment` is None where the text is not shown because there are too many.
    """

    ts: int
    who: str
    action: str
    text: str
    attachment_name: str = ""
    attachment: str | None = ""


@dataclass(frozen=True)
class LimitsThen:
    """Limits by signal's name as they were in force at a time; `since` (ms) is when they were set.

    `later` is True where none are known so early, and these are the first that are known.
    """

    by_signal: dict[str, Limits]
    since: int | None = None
    later: bool = False


def alarms_between(
    reader: Reader, extruder: int, start: int, end: int, malfunction: str
) -> list[AlarmLine]:
    """Alarms of an extruder from `start` to `end` (ms), oldest first, MOST_ALARMS + 1 at most.

    Alarms of other malfunctions are left out.
    """
    rows = reader.all(_ALARMS, extruder, start, end, malfunction, MOST_ALARMS + 1)
    return [AlarmLine(*row) for row in rows]


def actions_of(reader: Reader, malfunction: str) -> list[ActionLine]:
    """What people did about a malfunction, oldest first, at most the newest MOST_ACTIONS."""
    lines, left = [], MOST_ATTACHED
    for id_, ts, who, action, text, name, size in reader.all(_ACTIONS, malfunction, MOST_ACTIONS):
        left -= size
        attached = _attached(reader, id_, malfunction, size) if left >= 0 else None
        lines.append(ActionLine(ts, who, action, text, name, attached))
    return lines[::-1]


def _attached(reader: Reader, action: int, malfunction: str, size: int) -> str:
    return str(reader.all(_ATTACHED, action, malfunction)[0][0]) if size else ""


def limits_at(reader: Reader, extruder: int, product: int, ts: int) -> LimitsThen:
    """Limits in force at `ts` (ms): those of the product, else those of any product."""
    found = reader.all(_IN_FORCE, extruder, product, ts)
    later = not found
    if later:
        found = reader.all(_OLDEST, extruder, product)
    by_product = {code: (since, text) for code, since, text in found}
    since, text = by_product.get(product) or by_product.get(0) or (None, "{}")
    return LimitsThen(limits_from_dict(json.loads(text)), since, later and since is not None)


def changed_limits(
    reader: Reader, extruder: int, product: int, start: int, end: int
) -> list[ActionLine]:
    """Changes of limits that people made between `start` and `end` (ms), oldest first."""
    rows = reader.all(_CHANGES, extruder, product, start, end, _SOURCE, MOST_ACTIONS)
    return [ActionLine(ts, who, "limits", reason) for ts, who, reason in rows]
