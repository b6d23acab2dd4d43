"""Faults on request: small files that the running simulator picks up within a second."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import MeltwatchError, SettingError

log = logging.getLogger(__name__)

MINUTES_LOW, MINUTES_HIGH = 0.1, 7 * 24 * 60.0

#: Names of the faults that can befall each extruder, by its number.
Possible = Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class Command:
    """Let a fault begin on an extruder and last `minutes`, its usual time if None."""

    extruder: int
    fault: str
    minutes: float | None


def request_fault(var_dir: Path, extruder: int, fault: str, minutes: float | None = None) -> None:
    """Ask the simulator that runs with this var folder for a fault.

    `minutes` from onset to repair scales all phases of the fault. Raises SettingError, with the
    values that are possible, when the simulator could not do it.
    """
    command = Command(extruder, fault, minutes)
    check_possible(command, _announced(var_dir))
    name = f"{time.time_ns()}-{extruder}-{fault}.json"
    _write(_folder(var_dir) / name, json.dumps(command.__dict__))


def announce(var_dir: Path, possible: Possible) -> None:
    """Leave word of which faults can be asked for, and a folder for the requests."""
    _folder(var_dir).mkdir(parents=True, exist_ok=True)
    _write(_announcement(var_dir), json.dumps(possible))


def take_commands(var_dir: Path, possible: Possible) -> list[Command]:
    """Requests that have come in, oldest first; each is given out once."""
    taken = (_take(path, possible) for path in sorted(_folder(var_dir).glob("*.json")))
    return [command for command in taken if command is not None]


def _take(path: Path, possible: Possible) -> Command | None:
    """The command in a file, which is then gone; a bad one is logged and moved aside."""
    try:
        command = _parse(path.read_text(encoding="utf-8"))
        check_possible(command, possible)
        path.unlink()
    except (OSError, ValueError, MeltwatchError) as error:
        log.warning("command %s moved aside: %s", path.name, error)
        _move_aside(path)
        return None
    return command


def _move_aside(path: Path) -> None:
    rejected = path.parent / "rejected"
    try:
        rejected.mkdir(exist_ok=True)
        path.replace(rejected / path.name)
    except OSError as error:
        log.warning("command %s stays where it is: %s", path.name, error)


def _parse(text: str) -> Command:
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("expected an object with extruder, fault and minutes")
    return Command(raw.get("extruder", 0), raw.get("fault", ""), raw.get("minutes"))


def check_possible(command: Command, possible: Possible) -> None:
    """Raise SettingError, with the values that are possible, unless the command is."""
    if type(command.extruder) is not int or command.extruder not in possible:
        raise SettingError("EXTRUDER", command.extruder, f"a number from 1 to {max(possible)}")
    faults = possible[command.extruder]
    if command.fault not in faults:
        raise SettingError("FAULT", command.fault, "one of " + ", ".join(faults))
    if command.minutes is not None and not _sane(command.minutes):
        expected = f"a number from {MINUTES_LOW} to {MINUTES_HIGH:.0f}"
        raise SettingError("MINUTES", command.minutes, expected)


def _sane(minutes: object) -> bool:
    if isinstance(minutes, bool) or not isinstance(minutes, int | float):
        return False
    return MINUTES_LOW <= minutes <= MINUTES_HIGH


def _announced(var_dir: Path) -> Possible:
    try:
        raw = json.loads(_announcement(var_dir).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError("VAR_DIR", str(var_dir), "the folder of a running simulator") from error
    return {int(extruder): tuple(faults) for extruder, faults in raw.items()}


def _write(path: Path, text: str) -> None:
    """Write so that a reader sees the whole file or none."""
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _folder(var_dir: Path) -> Path:
    return var_dir / "simulator" / "commands"


def _announcement(var_dir: Path) -> Path:
    return var_dir / "simulator" / "extruders.json"
