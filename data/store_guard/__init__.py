"""The store guard: is the store as Meltwatch made it, does it use its indexes, will it fit?

Pure values here; what a store says of itself is read in sqlite.py and postgres.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.alarms.events import Priority


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, in one sentence.

    `key` names it for as long as it stands. `mend` is what mends it, complete: SQL, or a command
    where a line begins with "$"; empty where people must decide.
    """

    key: str
    priority: Priority
    text: str
    mend: str = ""


@dataclass(frozen=True)
class Forecast:
    """How the store grows. Sizes in bytes; None: cannot be told.

    `rows_per_day` readings' rows of `bytes_per_row` come in; `plateau` is reached after
    `plateau_days`, when as much is deleted as comes in (None: something is kept for ever that
    grows by as much as matters). `free` is what the disk has left, full in `days_until_full`
    (None: not within ten years).
    """

    now: int
    rows_per_day: float
    bytes_per_row: float
    in_30_days: int
    plateau: int | None
    plateau_days: int | None
    free: int | None
    days_until_full: int | None


@dataclass(frozen=True)
class MinuteCheck:
    """What is looked at every minute: indexes, triggers, sessions. `checked` in ms.

    `indexes` are needed; `stopped` are statements that were cancelled within the last hours.
    """

    checked: int
    indexes: int
    findings: tuple[Finding, ...] = ()
    stopped: tuple[Stopped, ...] = ()


@dataclass(frozen=True)
class Stopped:
    """A statement that ran away: when it was cancelled first and last (ms), how often."""

    key: str
    text: str
    first: int
    last: int
    times: int = 1


@dataclass(frozen=True)
class DayCheck:
    """What is looked at once a day: plans, upkeep, growth. `checked` in ms.

    `statements` were explained; `notes` say what could not be looked at.
    """

    checked: int
    store: str
    statements: int
    forecast: Forecast | None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
