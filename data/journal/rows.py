"""Values of the journal as rows of its tables and back."""

from __future__ import annotations

import json
from typing import Any

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.commands import Action, Command, command_to_dict
from data.journal import Delivery, Sending
from data.malfunctions.malfunction import Malfunction, malfunction_from_dict, malfunction_to_dict

EVENT = (
    "ts, extruder, source, condition, kind, state, priority, value,"
    ' "limit", limits, who, comment, command'
)
DELIVERY = (
    "id, key, created, route, title, body, priority, state, attempts, next_try, error, sent_at"
)


def event_row(event: AlarmEvent) -> tuple[Any, ...]:
    """Columns EVENT of an event."""
    return (
        event.ts,
        event.key.extruder,
        event.key.source,
        event.key.condition,
        event.kind,
        event.state,
        int(event.priority),
        event.value,
        event.limit,
        _json(event.limits),
        event.who,
        event.comment,
        event.command,
    )


def event_of(row: tuple[Any, ...]) -> AlarmEvent:
    """Inverse of `event_row`."""
    ts, extruder, source, condition, kind, state, priority, value, limit, limits, *action = row
    return AlarmEvent(
        ts,
        AlarmKey(extruder, source, Condition(condition)),
        Kind(kind),
        State(state),
        Priority(priority),
        value,
        limit,
        json.loads(limits),
        *action,
    )


def malfunction_row(malfunction: Malfunction) -> tuple[Any, ...]:
    """All columns of the table malfunctions."""
    m = malfunction
    return (
        m.id,
        m.extruder,
        m.onset,
        m.detected,
        m.ended,
        max(m.detected, m.acknowledged_at or 0, m.ended or 0, m.resolved_at or 0),
        m.stage,
        m.cause_found or m.cause,
        m.scrap.kg,
        m.scrap.money,
        _json(malfunction_to_dict(m)),
        m.product,
        m.scrap.hours,
    )


def malfunction_of(document: str) -> Malfunction:
    """A malfunction from its column document."""
    return malfunction_from_dict(json.loads(document))


def command_row(command: Command) -> tuple[Any, ...]:
    """Columns id, ts, who and body of a command."""
    return command.id, command.ts, command.who, _json(command_to_dict(command))


def command_of(body: str) -> Command:
    """A command from its column body; it was checked before it was kept."""
    raw = json.loads(body)
    return Command(**{**raw, "action": Action(raw["action"]), "alarms": tuple(raw["alarms"])})


def delivery_of(row: tuple[Any, ...]) -> Delivery:
    """A delivery from its columns DELIVERY."""
    fields = dict(zip(DELIVERY.split(", "), row, strict=True))
    return Delivery(**{**fields, "state": Sending(fields["state"])})


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
