"""What the screens are told: the monitor's state as JSON values, in words and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from data.alarms.events import AlarmEvent, AlarmKey, Condition
from data.alarms.states import Alarm
from data.extruders import Catalogue, Signal
from data.malfunctions.malfunction import Malfunction, malfunction_to_dict
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor

CAUSE_UNCLEAR = "Cause unclear"


def alarms_json(monitor: Monitor, now: int) -> dict[str, Any]:
    """Every alarm that is not normal, the malfunctions of now and the last 24 h, predictions."""
    of = {one.extruder: one.id for one in monitor.malfunctions.values() if one.ended is None}
    told = sorted(monitor.book.alarms.values(), key=lambda a: (a.priority, -a.since))
    return {
        "as_of": now,
        "alarms": [_alarm(monitor, alarm, of) for alarm in told],
        "malfunctions": [
            _malfunction(one, monitor.catalogue, monitor.terms)
            for one in sorted(monitor.malfunctions.values(), key=lambda m: -m.detected)
        ],
        "predictions": {
            e: [asdict(p) for p in made] for e, made in monitor.predictions.items() if made
        },
    }


def history_json(events: list[AlarmEvent], monitor: Monitor, now: int) -> dict[str, Any]:
    """The journal's newest lines, newest first."""
    return {"as_of": now, "events": [_event(event, monitor) for event in events]}


def health_json(
    card: Mapping[str, Any], plant: Catalogue, monitor: Monitor, now: int
) -> dict[str, Any]:
    """The scorecard, with what every alarm that it names is about, also those of other shards:
    "labels" are that in English, "named" its parts.
    """
    ids = [one["id"] for one in (*card["top10"], *card["chattering"])]
    named = {id_: _about(AlarmKey.parse(id_), plant, monitor) for id_ in ids}
    labels = {id_: _title(about) for id_, about in named.items()}
    return {"as_of": now, **card, "labels": labels, "named": named}


def card_extras(monitor: Monitor) -> dict[int, dict[str, Any]]:
    """What every extruder's card says of alarms, malfunction and predictions, by extruder."""
    extras: dict[int, dict[str, Any]] = {
        extruder.id: {
            "alarms": {"unacked": 0, "active": 0, "priority": None},
            "malfunction": None,
            "predictions": [asdict(p) for p in monitor.predictions.get(extruder.id, ())],
        }
        for extruder in monitor.catalogue.extruders
    }
    for alarm in monitor.book.alarms.values():
        _count(extras[alarm.key.extruder]["alarms"], alarm)
    for one in monitor.malfunctions.values():
        if not one.scrap.final and one.extruder in extras:
            extras[one.extruder]["malfunction"] = _brief(one, monitor.terms)
    return extras


def _alarm(monitor: Monitor, alarm: Alarm, malfunctions: Mapping[int, str]) -> dict[str, Any]:
    key = alarm.key
    return {
        **_about(key, monitor.catalogue, monitor),
        "priority": int(alarm.priority),
        "state": alarm.state,
        "active": alarm.active,
        "acked": alarm.acked,
        "shelving": alarm.shelving,
        "shelved_until": alarm.shelved_until,
        "since": alarm.since,
        "changed": alarm.changed,
        "value": alarm.value,
        "limit": alarm.limit,
        "who": alarm.who,
        "comment": alarm.comment,
        "malfunction": malfunctions.get(key.extruder, "") if alarm.active else "",
    }


def _event(event: AlarmEvent, monitor: Monitor) -> dict[str, Any]:
    return {
        "ts": event.ts,
        **_about(event.key, monitor.catalogue, monitor),
        "kind": event.kind,
        "state": event.state,
        "priority": int(event.priority),
        "value": event.value,
        "limit": event.limit,
        "who": event.who,
        "comment": event.comment,
    }


def _title(about: Mapping[str, Any]) -> str:
    if about["condition"] == Condition.MALFUNCTION:
        return f"{about['extruder_name']}: malfunction, {about['label']}"
    return f"{about['extruder_name']}: {about['label']} {about['condition']}"


def _about(key: AlarmKey, catalogue: Catalogue, monitor: Monitor) -> dict[str, Any]:
    signal = catalogue.signal(key.extruder, key.source)
    return {
        "id": str(key),
        "extruder": key.extruder,
        "extruder_name": catalogue.extruder_name(key.extruder),
        "label": _label(key, signal, monitor),
        "unit": signal.unit if signal else "",
        "decimals": signal.decimals if signal else 1,
        "condition": key.condition,
    }


def _label(key: AlarmKey, signal: Signal | None, monitor: Monitor) -> str:
    """What an alarm is about: a signal's label, a malfunction's cause."""
    if key.condition is Condition.MALFUNCTION:
        one = monitor.malfunctions.get(key.source)
        return _cause(one) if one else "Malfunction"
    return signal.label if signal else ""


def _malfunction(one: Malfunction, catalogue: Catalogue, terms: Terms) -> dict[str, Any]:
    extruder = catalogue.extruder(one.extruder)
    return {
        **malfunction_to_dict(one),
        "label": _cause(one),
        "extruder_name": extruder.name if extruder else "",
        "product_name": catalogue.product_name(one.product),
        "currency": terms.currency,
    }


def _brief(one: Malfunction, terms: Terms) -> dict[str, Any]:
    return {
        "id": one.id,
        "stage": one.stage,
        "label": _cause(one),
        "check": one.causes[0].check if one.causes else "pressure, melt temperature, load",
        "likelihood": one.causes[0].likelihood if one.causes else None,
        "onset": one.onset,
        "kg": one.scrap.kg,
        "money": one.scrap.money,
        "currency": terms.currency,
        "running": one.ended is None,
    }


def _cause(one: Malfunction) -> str:
    return one.causes[0].label if one.causes else CAUSE_UNCLEAR


def _count(counts: dict[str, Any], alarm: Alarm) -> None:
    if alarm.hidden:
        return
    counts["active"] += alarm.active
    counts["unacked"] += not alarm.acked
    if alarm.active or not alarm.acked:
        counts["priority"] = min(counts["priority"] or 9, int(alarm.priority))
