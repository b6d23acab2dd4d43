"""Faults, malfunctions, alarms and frames of the model plant of history_plant.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.commands import Action
from data.ingest.simulator import plant
from data.ingest.simulator.recipes import PRODUCTS
from data.journal import Batch, Frame
from data.malfunctions.malfunction import Evidence, Malfunction, RankedCause, Scrap, Stage
from data.malfunctions.signatures import SIGNATURES
from data.quality import Quality
from data.windows import Row

if TYPE_CHECKING:
    from tests.history_plant import Model

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
AROUND_MS = 30 * MINUTE_MS
#: The newest malfunctions have frames of every second, those before of every 10 s, older none.
FINE_FRAMES, COARSE_FRAMES = 24, 200

_EFFECTS: dict[str, Mapping[str, float]] = {
    "screen_clogging": {plant.PRESSURE: 1.3, plant.SCREEN: 8.0, plant.LOAD: 1.06},
    "surging": {plant.PRESSURE: 1.12, plant.LOAD: 1.1},
    "bridging": {plant.THROUGHPUT: 0.4, plant.PRESSURE: 0.6, plant.LOAD: 0.6},
    "overheated_melt": {plant.MELT: 1.1, plant.PRESSURE: 0.9},
    "gearbox_overheating": {plant.GEARBOX: 1.35},
    "cooling_loss": {plant.BATH: 1.7},
}
_ALARMS = {
    "screen_clogging": plant.SCREEN, "surging": plant.PRESSURE, "bridging": plant.THROUGHPUT,
    "overheated_melt": plant.MELT, "gearbox_overheating": plant.GEARBOX,
    "cooling_loss": plant.BATH,
}  # fmt: skip
_ACTIONS = {
    "screen_clogging": "screen change", "surging": "feed rate lowered",
    "bridging": "throat cleared", "overheated_melt": "zone 4 cooling mended",
    "gearbox_overheating": "oil cooler cleaned", "cooling_loss": "pump restarted",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A fault from `onset` to `ended`; the extruder runs again at `running` (ms)."""

    extruder: int
    product: int
    cause: str
    onset: int
    detected: int
    ended: int
    running: int
    effect: Mapping[str, float]


def faults_of(
    extruder: int, product: int, start: int, end: int, hours_between: float
) -> Iterator[Fault]:
    """Faults of one extruder, the last of which still lasts on every fourth extruder."""
    rng = np.random.default_rng([extruder, 99])
    at = start + int(rng.exponential(hours_between) * HOUR_MS)
    while at < end - 10 * MINUTE_MS:
        cause = str(rng.choice(list(_EFFECTS)))
        lasts = int(rng.uniform(8, 90)) * MINUTE_MS
        stop = int(rng.choice([0, 0, 15, 40])) * MINUTE_MS
        late = int(rng.uniform(1, 6)) * MINUTE_MS
        yield Fault(extruder, product, cause, at, at + late, at + lasts, at + lasts + stop,
                    _EFFECTS[cause])  # fmt: skip
        at += lasts + stop + int((0.5 + rng.exponential(hours_between)) * HOUR_MS)
    if extruder % 4 == 0 and at > end:  # this one still lasts
        onset, hour = end - 25 * MINUTE_MS, HOUR_MS
        yield Fault(extruder, product, "screen_clogging", onset, onset + 240_000, end + hour,
                    end + hour, _EFFECTS["screen_clogging"])  # fmt: skip


def malfunction_of(fault: Fault, now: int) -> Malfunction:
    """The malfunction that was found; most are resolved, the newest are not."""
    lasting = fault.ended > now
    number = fault.onset // MINUTE_MS
    resolved = not lasting and fault.ended < now - 24 * HOUR_MS
    found = fault.cause if number % 7 else "other"
    price = next(p.price_per_kg for p in PRODUCTS if p.code == fault.product)
    hours = (min(fault.ended, now) - fault.onset) / HOUR_MS
    kg = round(250 * hours, 1)
    people = {"who": "Ben", "stage": Stage.ACKNOWLEDGED, "acknowledged_at": fault.detected + 90_000}
    done = {"stage": Stage.RESOLVED, "resolved_at": fault.ended + 5 * MINUTE_MS,
            "cause_found": found, "action": _ACTIONS[fault.cause],
            "note": "looked at it twice"}  # fmt: skip
    return Malfunction(
        id=f"{fault.extruder}-{fault.detected}",
        extruder=fault.extruder,
        detected=fault.detected,
        onset=fault.onset,
        onset_early=fault.onset - 2 * MINUTE_MS,
        product=fault.product,
        ended=None if lasting else fault.ended,
        causes=_causes(fault.cause),
        scrap=Scrap(kg, round(kg * price, 2), round(kg * 0.9, 1), round(kg * 0.1, 1), 0.0,
                    round(hours, 3), not lasting),
        seen=(f"{SIGNATURES[fault.cause].label}: {_ALARMS[fault.cause]} moved",),
        nelson="Nelson rule 2: nine in a row on one side",
        **(people if number % 3 and not resolved else {}),
        **({**people, **done} if resolved else {}),
    )  # fmt: skip


def _causes(cause: str) -> tuple[RankedCause, ...]:
    other = "surging" if cause != "surging" else "screen_clogging"
    first, second = SIGNATURES[cause], SIGNATURES[other]
    return (
        RankedCause(cause, first.label, 0.78, first.check,
                    (Evidence("moves as the signature says", True),
                     Evidence("oil is steady", False))),
        RankedCause(other, second.label, 0.15, second.check, (Evidence("swings a little", True),)),
    )  # fmt: skip


def events_of(faults: Sequence[Fault], now: int | None = None) -> Iterator[Batch]:
    """All that the journal keeps of the faults, in batches."""
    ordered = sorted(faults, key=lambda fault: fault.detected)
    now = now or max((fault.running for fault in ordered), default=0)
    for first in range(0, len(ordered), 500):
        part = ordered[first : first + 500]
        yield Batch(
            ts=now,
            events=[event for fault in part for event in _alarm_events(fault, now)],
            malfunctions=[malfunction_of(fault, now) for fault in part],
        )


def actions_of(found: Malfunction) -> Iterator[tuple[str, int, str, str, str, str]]:
    """Rows of malfunction_actions: what people did about it, as commands leave it."""
    steps = (
        (Action.ACKNOWLEDGE_MALFUNCTION, found.acknowledged_at, ""),
        (Action.NOTE_MALFUNCTION, found.resolved_at and found.resolved_at - MINUTE_MS, found.note),
        (Action.RESOLVE_MALFUNCTION, found.resolved_at, f"{found.action}\n{found.note}"),
    )
    for action, ts, text in steps:
        if ts:
            yield found.id, ts, found.who, action, text, f"{action}-{found.id}"


def _alarm_events(fault: Fault, now: int) -> Iterable[AlarmEvent]:
    low = _EFFECTS[fault.cause][_ALARMS[fault.cause]] < 1
    steps = (
        (Condition.L if low else Condition.H, Priority.HIGH, 2),
        (Condition.LL if low else Condition.HH, Priority.CRITICAL, 5),
    )
    for condition, priority, minutes in steps:
        key = AlarmKey(fault.extruder, _ALARMS[fault.cause], condition)
        at = fault.detected + minutes * MINUTE_MS
        if at < min(fault.ended, now):
            yield AlarmEvent(at, key, Kind.ACTIVE, State.UNACKNOWLEDGED, priority, 50.0, 40.0,
                             {"h": 40.0, "hh": 60.0})  # fmt: skip
            yield AlarmEvent(at + 40_000, key, Kind.ACKNOWLEDGED, State.ACKNOWLEDGED, priority,
                             50.0, 40.0, {"h": 40.0, "hh": 60.0}, "Ana", "seen",
                             f"ack-{fault.extruder}-{at}")  # fmt: skip
            if fault.ended <= now:
                yield AlarmEvent(fault.ended, key, Kind.CLEARED, State.NORMAL, priority, 10.0,
                                 40.0, {"h": 40.0, "hh": 60.0})  # fmt: skip


def frames_of(models: Mapping[int, Model], now: int) -> Iterator[Frame]:
    """Frames of the newest malfunctions that ended half an hour ago or earlier."""
    faults = [fault for model in models.values() for fault in model.faults]
    over = [fault for fault in faults if fault.ended + AROUND_MS <= now]
    over.sort(key=lambda fault: -fault.detected)
    for index, fault in enumerate(over[:COARSE_FRAMES]):
        yield _frame(models[fault.extruder], fault, 1000 if index < FINE_FRAMES else 10_000)


def _frame(model: Model, fault: Fault, step_ms: int) -> Frame:
    start, end = fault.onset - AROUND_MS, fault.ended + AROUND_MS
    times = np.arange(start, end, step_ms)
    values = model.values(times)
    good = np.full(values.shape[1], Quality.GOOD, np.uint8)
    rows = [Row(int(t), model.extruder, v, good) for t, v in zip(times, values, strict=True)]
    id_ = f"{fault.extruder}-{fault.detected}"
    return Frame(id_, start, end, step_ms, model.names, rows)
