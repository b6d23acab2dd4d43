"""Checks as JSON, for Redis and the browser, and back. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from data.alarms.events import Priority
from data.store_guard import DayCheck, Finding, Forecast, MinuteCheck, Stopped


def dumped(check: MinuteCheck | DayCheck) -> str:
    """A check as JSON."""
    return json.dumps(asdict(check))


def minute_of(text: bytes | None) -> MinuteCheck | None:
    """A check of a minute; None if there is none."""
    if not text:
        return None
    raw = json.loads(text)
    stopped = tuple(Stopped(**one) for one in raw.pop("stopped"))
    return MinuteCheck(findings=_findings(raw), stopped=stopped, **raw)


def day_of(text: bytes | None) -> DayCheck | None:
    """A check of a day; None if there is none."""
    if not text:
        return None
    raw = json.loads(text)
    told, notes = raw.pop("forecast"), tuple(raw.pop("notes"))
    forecast = Forecast(**told) if told else None
    return DayCheck(findings=_findings(raw), forecast=forecast, notes=notes, **raw)


def _findings(raw: dict[str, Any]) -> tuple[Finding, ...]:
    found = raw.pop("findings")
    return tuple(Finding(**{**one, "priority": Priority(one["priority"])}) for one in found)
