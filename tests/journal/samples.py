"""Events, malfunctions and commands for tests."""

from __future__ import annotations

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.commands import Command, command_from_dict
from data.malfunctions.malfunction import Evidence, Malfunction, RankedCause, Scrap

KEY = AlarmKey(3, "MainDrive.Load.ActualValue", Condition.HH)


def event(ts: int, kind: Kind = Kind.ACTIVE, key: AlarmKey = KEY, command: str = "") -> AlarmEvent:
    return AlarmEvent(
        ts=ts,
        key=key,
        kind=kind,
        state=State.UNACKNOWLEDGED,
        priority=Priority.CRITICAL,
        value=101.5,
        limit=100.0,
        limits={"h": 90.0, "hh": 100.0},
        who="Ana" if command else "",
        comment="seen" if command else "",
        command=command,
    )


def malfunction(detected: int, **changes: object) -> Malfunction:
    evidence = (Evidence("pressure rises", True), Evidence("load is steady", False))
    cause = RankedCause("screen_clogging", "Screen clogging", 0.8, "Look at the screen", evidence)
    return Malfunction(
        **{
            "id": f"3-{detected}",
            "extruder": 3,
            "detected": detected,
            "onset": detected - 60_000,
            "onset_early": detected - 90_000,
            "causes": (cause,),
            "scrap": Scrap(12.3, 16.6, 12.3),
            **changes,
        }
    )


def acknowledgement(id_: str, ts: int = 1000) -> Command:
    raw = {"id": id_, "action": "acknowledge", "who": "Ana", "alarms": [str(KEY)]}
    return command_from_dict(raw, ts)


def resolution(id_: str, malfunction_id: str, ts: int = 1000, comment: str = "") -> Command:
    raw = {
        "id": id_,
        "action": "resolve_malfunction",
        "who": "Ben",
        "malfunction": malfunction_id,
        "cause": "screen_clogging",
        "action_taken": "changed the screens",
        "comment": comment,
    }
    return command_from_dict(raw, ts)
