"""What an alarm is set to: priority, deadband, delays … with the defaults of DOMAIN.md."""

from __future__ import annotations

from dataclasses import dataclass

from data.alarms.events import Condition, Priority
from data.extruders import Limits, Signal

#: MaxTimeShelved: one shift of eight hours, in s.
MAX_SHELVE_S = 8 * 3600.0
#: A critical alarm that was acknowledged and still stands is told again after so long, in s (D).
CRITICAL_RE_ALARM_S = 1800.0
#: An alarm that is gone for a minute is gone: the default off delay is never longer, in s (D).
LONGEST_OFF_DELAY_S = 60.0
LIMITS = (Condition.LL, Condition.L, Condition.H, Condition.HH)
HIGH = frozenset({Condition.H, Condition.HH})


@dataclass(frozen=True)
class Definition:
    """Settings of one alarm: `deadband` in the signal's unit, times in s, 0 re-alarm is never."""

    priority: Priority
    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    latching: bool = False
    re_alarm_s: float = 0.0
    max_shelve_s: float = MAX_SHELVE_S


@dataclass(frozen=True)
class _Class:
    """Deadband as a share of the signal's scale, and delay, of one kind of measurement."""

    deadband: float
    delay_s: float


#: DOMAIN.md: deadband flow/level/pressure/temperature 5/5/2/1 %, delay 15/60/15/60 s.
_FLOW, _LEVEL = _Class(0.05, 15), _Class(0.05, 60)
_PRESSURE, _TEMPERATURE = _Class(0.02, 15), _Class(0.01, 60)
_DRIVE, _CURRENT, _OTHER = _Class(0.02, 15), _Class(0.05, 60), _Class(0.02, 15)
_BY_UNIT = {
    "kg/h": _FLOW, "m/min": _FLOW, "bar": _PRESSURE, "°C": _TEMPERATURE, "rpm": _DRIVE,
    "A": _CURRENT,
}  # fmt: skip

_UNACCEPTABLE = ("MeltPressureZone", "MainDrive.Load")


def definition(signal: Signal, limits: Limits, condition: Condition) -> Definition:
    """Settings of the alarm that `condition` raises on a signal under these limits.

    The default deadband is never wider than half the way to the set value or to the limit of
    the other side, so that every alarm can clear. What `limits` sets explicitly wins.
    """
    if condition in OTHERS:
        return OTHERS[condition]
    kind = _LEVEL if "Level" in signal.name else _BY_UNIT.get(signal.unit, _OTHER)
    on_delay = _given(limits.on_delay_s, kind.delay_s)
    priority = _priority(signal, condition)
    re_alarm = CRITICAL_RE_ALARM_S if priority is Priority.CRITICAL else 0.0
    return Definition(
        priority=priority,
        deadband=_given(limits.deadband, _deadband(signal, limits, condition, kind.deadband)),
        on_delay_s=on_delay,
        off_delay_s=_given(limits.off_delay_s, min(on_delay, LONGEST_OFF_DELAY_S)),
        latching=bool(limits.latching),
        re_alarm_s=_given(limits.re_alarm_s, re_alarm),
    )


#: Alarms that no limit raises.
OTHERS = {
    Condition.BAD: Definition(Priority.MEDIUM, on_delay_s=5, off_delay_s=60),
    Condition.FROZEN: Definition(Priority.LOW),
    Condition.SILENT: Definition(Priority.HIGH),
    Condition.MALFUNCTION: Definition(Priority.HIGH),
}


def bound_of(limits: Limits, condition: Condition) -> float | None:
    """The limit that a condition names; None if it is not set or no limit."""
    value = getattr(limits, condition.lower(), None) if condition in LIMITS else None
    return None if value is None else float(value)


def _priority(signal: Signal, condition: Condition) -> Priority:
    if condition in {Condition.HH, Condition.LL}:
        unacceptable = condition is Condition.HH and signal.name.startswith(_UNACCEPTABLE)
        return Priority.CRITICAL if unacceptable else Priority.HIGH
    runs_low = condition is Condition.L and "Level" in signal.name
    return Priority.LOW if runs_low else Priority.MEDIUM


def _deadband(signal: Signal, limits: Limits, condition: Condition, share: float) -> float:
    widest = [share * (signal.high - signal.low)]
    bound = bound_of(limits, condition)
    near, far = (limits.l, limits.ll) if condition in HIGH else (limits.h, limits.hh)
    other = far if near is None else near
    if bound is not None:
        widest += [abs(bound - one) / 2 for one in (limits.set_value, other) if one is not None]
    return max(0.0, min(widest))


def _given(value: float | None, default: float) -> float:
    return default if value is None else float(value)
