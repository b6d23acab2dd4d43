"""What is published of alarms: topics, and JSON with the names of OPC UA Part 9. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from data.alarms.events import AlarmKey, Priority

#: What a level of a topic must not hold.
_NOT_IN_A_LEVEL = re.compile(r"[+#/\0]")

Messages = Mapping[str, bytes]


def alarm_topic(prefix: str, alarm: Mapping[str, Any]) -> str:
    """PREFIX/alarms/EXTRUDER/SIGNAL/CONDITION; an alarm of no signal has "-" in its place."""
    signal = _NOT_IN_A_LEVEL.sub("_", AlarmKey.parse(alarm["id"]).source or "-")
    return f"{prefix}/alarms/{alarm['extruder']}/{signal}/{alarm['condition']}"


def messages(prefix: str, alarms: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """By topic what is retained, of alarms as GET /alarms/now tells them."""
    return {alarm_topic(prefix, one): json.dumps(_told(one)).encode() for one in alarms}


def changes(shown: Messages, wanted: Messages) -> list[tuple[str, bytes, bool]]:
    """Topic, payload and whether it is retained, to get from what is shown to what is wanted.

    What is over is told once more, as inactive, and then its topic is emptied.
    """
    found = [(topic, told, True) for topic, told in wanted.items() if shown.get(topic) != told]
    for topic in shown.keys() - wanted.keys():
        found += [(topic, _over(shown[topic]), False), (topic, b"", True)]
    return found


def _told(alarm: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Extruder": alarm["extruder"],
        "ExtruderName": alarm["extruder_name"],
        "SourceName": AlarmKey.parse(alarm["id"]).source,
        "Message": alarm["label"],
        "Condition": alarm["condition"],
        "State": alarm["state"],
        "ActiveState": bool(alarm["active"]),
        "AckedState": bool(alarm["acked"]),
        "ShelvingState": alarm["shelving"],
        "Priority": Priority(alarm["priority"]).name.lower(),
        "Time": _utc(alarm["since"]),
        "Value": alarm["value"],
        "Limit": alarm["limit"],
        "Unit": alarm["unit"],
        "Malfunction": alarm["malfunction"],
    }


def _over(payload: bytes) -> bytes:
    try:
        told = json.loads(payload)
    except ValueError:
        told = {}
    known = told if isinstance(told, dict) else {}
    return json.dumps({**known, "ActiveState": False, "State": "NORMAL"}).encode()


def _utc(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).isoformat(timespec="milliseconds")
