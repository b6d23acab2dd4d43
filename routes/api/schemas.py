"""What the answers of /api/v1 look like, as JSON Schema for /openapi.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.quality import OPC_UA

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_WHOLE: Schema = {"type": "integer"}
_BOOLEAN: Schema = {"type": "boolean"}
_TIME: Schema = {"type": "string", "format": "date-time"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(properties: Mapping[str, Schema]) -> Schema:
    """All keys are there; more may follow."""
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


_REFRESH = {"checked": _or_null(_TIME), "error": _TEXT}
_SIGNAL = _object(
    {
        "name": _TEXT,
        "label": _TEXT,
        "unit": _TEXT,
        "group": _TEXT,
        "low": _NUMBER,
        "high": _NUMBER,
        "states": {"type": "object", "additionalProperties": _TEXT},
    }
)
_COLUMN = _object(
    {
        "name": _TEXT,
        "unit": _TEXT,
        "values": _list(_or_null(_NUMBER)),
        "quality": _list({"enum": [*OPC_UA.values(), None]}),
    }
)
_ALARM = _object(
    {
        "id": _TEXT,
        "extruder": _WHOLE,
        "extruder_name": _TEXT,
        "label": _TEXT,
        "unit": _TEXT,
        "condition": _TEXT,
        "priority": {**_WHOLE, "description": "1 is critical, 4 low"},
        "state": _TEXT,
        "active": _BOOLEAN,
        "acked": _BOOLEAN,
        "shelving": _TEXT,
        "shelved_until": _or_null(_TIME),
        "since": _TIME,
        "changed": _TIME,
        "value": _or_null(_NUMBER),
        "limit": _or_null(_NUMBER),
        "who": _TEXT,
        "comment": _TEXT,
        "malfunction": {**_TEXT, "description": "id of the one that it belongs to"},
    }
)
_MALFUNCTION = _object(
    {
        "id": _TEXT,
        "extruder": _WHOLE,
        "extruder_name": _TEXT,
        "onset": _TIME,
        "detected": _TIME,
        "ended": _or_null(_TIME),
        "cause": _TEXT,
        "state": _TEXT,
        "product": _TEXT,
        "shift": _TEXT,
        "lost_h": _NUMBER,
        "scrap_kg": _NUMBER,
        "cost": _or_null(_NUMBER),
    }
)
_CAUSE = _object(
    {
        "cause": _TEXT,
        "label": _TEXT,
        "likelihood": _NUMBER,
        "check": _TEXT,
        "evidence": _list(_object({"text": _TEXT, "supports": _BOOLEAN})),
    }
)
_SCRAP = _object(
    dict.fromkeys(("kg", "money", "out_of_spec_kg", "start_up_kg", "purge_kg", "hours"), _NUMBER)
)
_EVENT = _object(
    {
        "ts": _TIME,
        "source": _TEXT,
        "condition": _TEXT,
        "kind": _TEXT,
        "priority": _WHOLE,
        "value": _or_null(_NUMBER),
        "limit": _or_null(_NUMBER),
        "who": _TEXT,
        "comment": _TEXT,
    }
)

#: By path of version 1.
SCHEMAS: Mapping[str, Schema] = {
    "/extruders": _object(
        {
            "extruders": _list(_object({"id": _WHOLE, "name": _TEXT, "signals": _list(_SIGNAL)})),
            "products": _list(_object({"code": _WHOLE, "name": _TEXT})),
        }
    ),
    "/extruders/{extruder}/window": _object(
        {
            "extruder": _WHOLE,
            "name": _TEXT,
            **_REFRESH,
            "times": _list(_TIME),
            "signals": _list(_COLUMN),
        }
    ),
    "/alarms": _object({**_REFRESH, "as_of": _or_null(_TIME), "alarms": _list(_ALARM)}),
    "/malfunctions": _object(
        {"currency": _TEXT, "malfunctions": _list(_MALFUNCTION), "next": _or_null(_TEXT)}
    ),
    "/malfunctions/{id}": _object(
        {
            "id": _TEXT,
            "extruder": _WHOLE,
            "extruder_name": _TEXT,
            "product_name": _TEXT,
            "currency": _TEXT,
            "onset": _TIME,
            "onset_early": _TIME,
            "detected": _TIME,
            "ended": _or_null(_TIME),
            "stage": _TEXT,
            "causes": _list(_CAUSE),
            "scrap": _SCRAP,
            "cause_found": _TEXT,
            "alarms": _list(_EVENT),
            "more_alarms": _BOOLEAN,
            "actions": _list(_object({"ts": _TIME, "who": _TEXT, "action": _TEXT, "text": _TEXT})),
        }
    ),
}
