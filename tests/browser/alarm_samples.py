"""What the worker tells of alarms, as JSON for Valkey: samples for browser tests."""

from __future__ import annotations

import time
from typing import Any

#: Alarms that are told now must not grow old while a test looks at them.
AHEAD_MS = 3_600_000
MALFUNCTION = "2-1700000000000"


def now_ms() -> int:
    return int(time.time() * 1000)


def alarm(extruder: int, source: str, **changes: Any) -> dict[str, Any]:
    """An unacknowledged motor load above HH, or what `changes` say."""
    condition = changes.get("condition", "HH")
    plain = {
        "id": f"{extruder}|{source}|{condition}", "extruder": extruder,
        "extruder_name": f"Extruder {extruder}", "label": "Motor load", "unit": "%",
        "decimals": 1, "condition": condition, "priority": 1, "state": "UNACKNOWLEDGED",
        "active": True, "acked": False, "shelving": "Unshelved", "shelved_until": None,
        "since": now_ms() - 65_000, "changed": now_ms(), "value": 101.2, "limit": 100.0,
        "who": "", "comment": "", "malfunction": "",
    }  # fmt: skip
    return {**plain, **changes}


def few() -> list[dict[str, Any]]:
    """One of each kind that a screen must tell apart."""
    acked = {"state": "ACKNOWLEDGED", "acked": True, "who": "B. Çelik", "comment": "Fan ordered"}
    return [
        alarm(3, "Level", label="Hopper level", condition="L", priority=4, value=17.5, limit=20.0),
        alarm(2, "MainDrive.Load"),
        alarm(1, "Zone3", label="Zone 3", unit="°C", condition="H", priority=3, **acked),
        alarm(1, "Oil", label="Gearbox oil", unit="°C", priority=2, state="SHELVED",
              shelving="OneShotShelved"),
        alarm(3, "Bath", label="Bath", condition="BAD", priority=3, state="OUT_OF_SERVICE"),
    ]  # fmt: skip


def malfunction(**changes: Any) -> dict[str, Any]:
    """Screen clogging on extruder 2, running, open."""
    start = now_ms() - 1_200_000
    plain = {
        "id": MALFUNCTION, "extruder": 2, "extruder_name": "Extruder 2",
        "product_name": "PP pipe", "currency": "EUR", "detected": start, "onset": start,
        "onset_early": start - 600_000, "product": 1, "stage": "open", "ended": None,
        "causes": [
            {"cause": "screen_clogging", "label": "Screen clogging", "likelihood": 0.82,
             "check": "screen ΔP, then change the screen pack",
             "evidence": [{"text": "Screen ΔP rises", "supports": True},
                          {"text": "Load is steady", "supports": False}]},
            {"cause": "overheated_melt", "label": "Overheated melt", "likelihood": 0.11,
             "check": "zone cooling, then purge", "evidence": []},
        ],
        "scrap": {"kg": 12.3, "money": 16.6, "out_of_spec_kg": 12.3, "start_up_kg": 0.0,
                  "purge_kg": 0.0, "hours": 0.3, "final": False},
        "who": "", "acknowledged_at": None, "resolved_at": None, "cause_found": "",
        "action": "", "note": "",
    }  # fmt: skip
    return {**plain, **changes}


def told(alarms: list[dict[str, Any]], *malfunctions: dict[str, Any]) -> dict[str, Any]:
    return {"as_of": now_ms() + AHEAD_MS, "alarms": alarms, "malfunctions": list(malfunctions)}


def event(seconds_ago: int, kind: str, **changes: Any) -> dict[str, Any]:
    names = ("id", "extruder", "extruder_name", "label", "unit", "decimals", "condition", "state",
             "priority", "value", "limit", "who", "comment")  # fmt: skip
    one = alarm(2, "MainDrive.Load", **changes)
    return {
        "ts": now_ms() - 1000 * seconds_ago,
        "kind": kind,
        **{name: one[name] for name in names},
    }


def health() -> dict[str, Any]:
    end = now_ms() // 600_000 * 600_000
    loud = "2|MainDrive.Load|HH"
    return {
        "as_of": now_ms(), "hours": 24, "from": end - 86_400_000, "to": end, "total": 180,
        "per_day": 180.0, "per_10_min_mean": 1.25, "per_10_min_max": 12,
        "rate": [[end - (144 - i) * 600_000, 12 if i == 70 else i % 2] for i in range(144)],
        "floods": [[end - 44_400_000, end - 43_800_000, 12]], "flood_share": 0.007,
        "chattering": [{"id": loud, "count": 4}], "stale": 2, "shelved": 1, "suppressed": 0,
        "out_of_service": 1, "unacknowledged": 2,
        "top10": [{"id": loud, "count": 90, "share": 0.5}], "top10_share": 0.5,
        "by_priority": {"1": 90, "4": 90}, "labels": {loud: "Extruder 2: Motor load HH"},
        "named": {loud: {"extruder_name": "Extruder 2", "label": "Motor load", "condition": "HH"}},
    }  # fmt: skip
