"""What the limits of one signal would have done to readings of the past: alarms before and after.

The answers are those of `LimitConditions`, one signal at a time over all its readings at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data.alarms.definitions import HIGH, LIMITS, OTHERS, Definition, bound_of, definition
from data.alarms.events import Condition
from data.extruders import Limits, Signal
from data.quality import Quality
from data.windows import Qualities, Values

Flags = npt.NDArray[np.bool_]
Times = npt.NDArray[np.int64]

#: Of more alarms than this only the newest are listed.
LISTED = 200


@dataclass(frozen=True)
class Spell:
    """One alarm: from when to when (ms; None if it still stands) which condition held."""

    on: int
    off: int | None
    condition: Condition


def replay(
    ts: Times, values: Values, quality: Qualities, production: Flags, limits: Limits,
    signal: Signal,
) -> dict[str, Any]:  # fmt: skip
    """Alarms that `limits` would have raised on readings in order of time, as JSON values.

    `ts` (n,) ms, `values` (n,) in the signal's unit, `quality` (n,), `production` (n,) true while
    a job is in production: outside it limits are suppressed, a failed sensor is not. As on the
    live plant conditions go on behind that, so one that stands when production begins is an alarm
    at once. Gives "alarms", "per_condition" by name, "minutes" during which
    at least one alarm stood, and "events" [on, off or None, condition], the newest `LISTED`.
    """
    found = spells(ts, values, quality, production, limits, signal)
    conditions = [one.condition for one in found]
    return {
        "alarms": len(found),
        "minutes": _minutes(found, int(ts[-1])) if len(ts) else 0.0,
        "per_condition": {str(c): conditions.count(c) for c in dict.fromkeys(conditions)},
        "events": [[one.on, one.off, str(one.condition)] for one in found[-LISTED:]],
    }


def spells(
    ts: Times, values: Values, quality: Qualities, production: Flags, limits: Limits,
    signal: Signal,
) -> list[Spell]:  # fmt: skip
    """All alarms of `replay` in order of their beginning."""
    values = np.asarray(values, np.float32)
    usable = np.isfinite(values) & (quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE)
    found: list[Spell] = []
    for condition in LIMITS:
        bound, settings = bound_of(limits, condition), definition(signal, limits, condition)
        if bound is not None:
            comes, stays = _beyond(values, bound, condition, settings)
            stood = _standing(ts, usable, comes, stays, settings)
            found += _spells(ts, stood & production, condition)
    found += _spells(ts, _failing(ts, quality), Condition.BAD)
    return sorted(found, key=lambda one: (one.on, one.condition))


def _beyond(
    values: Values, bound: float, condition: Condition, settings: Definition
) -> tuple[Flags, Flags]:
    """Where the limit is passed, and where it is not yet left again; float32 as the live one."""
    sign = np.float32(1 if condition in HIGH else -1)
    needed = np.float32(bound) * sign
    with np.errstate(invalid="ignore"):
        signed = values * sign
        return signed >= needed, signed >= needed - np.float32(settings.deadband)


def _failing(ts: Times, quality: Qualities) -> Flags:
    failed = (quality == Quality.BAD_SENSOR_FAILURE) | (quality == Quality.BAD_NO_COMMUNICATION)
    return _standing(ts, quality != Quality.ABSENT, failed, failed, OTHERS[Condition.BAD])


def _standing(ts: Times, judged: Flags, comes: Flags, stays: Flags, settings: Definition) -> Flags:
    """At which readings the condition holds, after its delays; (n,)."""
    at = np.flatnonzero(judged)
    turned = np.zeros(len(ts), bool)
    turned[at[list(_turns(ts[at], comes[at], stays[at], settings))]] = True
    return np.logical_xor.accumulate(turned)


def _turns(ts: Times, comes: Flags, stays: Flags, settings: Definition) -> Iterator[int]:
    """At which readings the condition goes on and off, in turn."""
    if not comes.any():
        return
    on_ms, off_ms = (
        float(np.float32(one) * 1000) for one in (settings.on_delay_s, settings.off_delay_s)
    )
    active, since = False, -1
    lists = (one.tolist() for one in (ts, comes, stays))
    for index, (now, come, stay) in enumerate(zip(*lists, strict=True)):
        if (stay if active else come) == active:
            since = -1
        else:
            since = now if since < 0 else since
            if now - since >= (off_ms if active else on_ms):
                active, since = not active, -1
                yield index


def _spells(ts: Times, shown: Flags, condition: Condition) -> list[Spell]:
    turns = ts[np.flatnonzero(np.diff(shown, prepend=False))].tolist()
    ends = [*turns[1::2], *([None] if len(turns) % 2 else [])]
    return [Spell(on, off, condition) for on, off in zip(turns[::2], ends, strict=True)]


def _minutes(found: list[Spell], end: int) -> float:
    """Minutes in which any of them stood; a minute of two alarms counts once."""
    total, until = 0, 0
    for one in found:
        off = end if one.off is None else one.off
        total += max(0, off - max(one.on, until))
        until = max(until, off)
    return total / 60_000
