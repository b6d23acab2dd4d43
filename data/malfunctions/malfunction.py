"""A malfunction as a value: onset, ranked causes with evidence, what people did, what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

#: The name of no cause: nothing fits well enough, or two fit alike.
CANNOT_TELL = "cannot_tell"


class Stage(StrEnum):
    """How far maintenance is with it. Whether it still lasts is told by `ended`."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Evidence:
    """One observation in words, and whether it speaks for the cause or against it."""

    text: str
    supports: bool


@dataclass(frozen=True)
class RankedCause:
    """A possible cause: its share of all that was observed (0…1), first check, evidence."""

    cause: str
    label: str
    likelihood: float
    check: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Scrap:
    """What a malfunction has cost so far. kg of product; `money` in the plant's currency.

    `kg` = out_of_spec + start_up + purge, less regrind.
    """

    kg: float = 0.0
    money: float = 0.0
    out_of_spec_kg: float = 0.0
    start_up_kg: float = 0.0
    purge_kg: float = 0.0
    hours: float = 0.0
    final: bool = False


@dataclass(frozen=True)
class Malfunction:
    """One malfunction. Times are ms since the epoch, UTC.

    `id` is "extruder-detected"; `onset` is the back-dated true onset, `onset_early` the earliest
    that the data allow; `ended` is when the extruder was normal again, None while it lasts.
    `causes` is ranked, most probable first, and empty when nothing can be told; `seen`
    is what the detectors saw, in words, strongest first. `nelson` says
    in a line which of Nelson's rules the first signal broke, or why they were not asked.
    """

    id: str
    extruder: int
    detected: int
    onset: int
    onset_early: int
    product: int = 0
    stage: Stage = Stage.OPEN
    ended: int | None = None
    causes: tuple[RankedCause, ...] = ()
    scrap: Scrap = Scrap()
    who: str = ""
    acknowledged_at: int | None = None
    resolved_at: int | None = None
    cause_found: str = ""
    action: str = ""
    note: str = ""
    seen: tuple[str, ...] = ()
    nelson: str = ""

    @property
    def cause(self) -> str:
        """The most probable cause, or CANNOT_TELL."""
        return self.causes[0].cause if self.causes else CANNOT_TELL


#: What people write, and readings never change.
_OF_PEOPLE = (
    "stage", "who", "acknowledged_at", "resolved_at", "cause_found", "action", "note",
)  # fmt: skip


def as_people_left_it(one: Malfunction, known: Malfunction) -> Malfunction:
    """`one` with what people have done to `known`."""
    return replace(one, **{name: getattr(known, name) for name in _OF_PEOPLE})


def acknowledged(one: Malfunction, who: str, now: int) -> Malfunction:
    """Somebody has seen it; what is acknowledged or resolved stays so."""
    if one.stage is not Stage.OPEN:
        return one
    return replace(one, stage=Stage.ACKNOWLEDGED, who=who, acknowledged_at=now)


def malfunction_to_dict(malfunction: Malfunction) -> dict[str, Any]:
    """As plain JSON values."""
    return asdict(malfunction)


def malfunction_from_dict(raw: Mapping[str, Any]) -> Malfunction:
    """Inverse of `malfunction_to_dict` for a value that went through JSON."""
    causes = tuple(
        RankedCause(**{**one, "evidence": tuple(Evidence(**e) for e in one["evidence"])})
        for one in raw["causes"]
    )
    return Malfunction(
        **{
            **raw,
            "stage": Stage(raw["stage"]),
            "causes": causes,
            "seen": tuple(raw["seen"]),
            "scrap": Scrap(**raw["scrap"]),
        }
    )
