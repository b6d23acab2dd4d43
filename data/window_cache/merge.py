"""What several shards say, put together as one plant says it. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from data.extruders import Catalogue
from data.window_cache import Status

#: Lines of the history on the screen.
HISTORY = 1000


def merged_status(all_: Sequence[Status]) -> Status:
    """The status of the plant: as old as its oldest part, with the newest error that counts."""
    if len(all_) == 1:
        return all_[0]
    failing = [one for one in all_ if one.last_error_at > one.last_success]
    worst = max(failing, key=lambda one: one.last_error_at, default=Status())
    return Status(
        watermark=min(one.watermark for one in all_),
        last_success=min(one.last_success for one in all_),
        duration_ms=max(one.duration_ms for one in all_),
        rows=sum(one.rows for one in all_),
        rows_total=sum(one.rows_total for one in all_),
        rows_ahead=sum(one.rows_ahead for one in all_),
        backlog=max(one.backlog for one in all_),
        statements_total=sum(one.statements_total for one in all_),
        refreshes_total=sum(one.refreshes_total for one in all_),
        last_error=worst.last_error,
        last_error_at=worst.last_error_at,
        rebuilding=next((one.rebuilding for one in all_ if one.rebuilding), ""),
        # Screens load the catalogue anew once all have the new one.
        catalogue=min(one.catalogue for one in all_),
        readings_late=sum(one.readings_late for one in all_),
        rollups_behind=max(one.rollups_behind for one in all_),
    )


def merged_catalogue(all_: Sequence[Catalogue]) -> Catalogue:
    """All extruders in order of their numbers, under the oldest version."""
    extruders = sorted((e for one in all_ for e in one.extruders), key=lambda e: e.id)
    products = max(all_, key=lambda one: one.version).products
    return Catalogue(min(one.version for one in all_), tuple(extruders), products)


def merged_alarms(texts: Sequence[bytes | None]) -> bytes | None:
    """Alarms, malfunctions and predictions (JSON) of all shards, in the order of one."""
    return _merged(texts, _alarms)


def merged_history(texts: Sequence[bytes | None]) -> bytes | None:
    """The newest events (JSON) of all shards, newest first."""
    return _merged(texts, _history)


def _merged(texts: Sequence[bytes | None], merge: Any) -> bytes | None:
    there = [text for text in texts if text]
    if len(there) < 2:
        return next(iter(there), None)
    parts = [json.loads(text) for text in there]
    as_of = min(part["as_of"] for part in parts)
    return json.dumps({"as_of": as_of, **merge(parts)}).encode()


def _alarms(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    alarms = [alarm for part in parts for alarm in part["alarms"]]
    malfunctions = [one for part in parts for one in part["malfunctions"]]
    return {
        "alarms": sorted(alarms, key=lambda a: (a["priority"], -a["since"])),
        "malfunctions": sorted(malfunctions, key=lambda m: -m["detected"]),
        "predictions": {e: made for part in parts for e, made in part["predictions"].items()},
    }


def _history(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    events = [event for part in parts for event in part["events"]]
    return {"events": sorted(events, key=lambda e: -e["ts"])[:HISTORY]}
