"""Frames: the readings around a malfunction, kept when the telemetry is not."""

from __future__ import annotations

from data.extruders import Catalogue
from data.journal import Frame
from data.malfunctions.malfunction import Malfunction
from data.monitor.monitor import Monitor
from data.telemetry import TelemetryStore

#: A frame reaches from so long before the onset to so long after the end.
AROUND_MS = 30 * 60_000
#: A longer one is thinned: no frame holds more rows than eight hours at 1 Hz.
MAX_ROWS = 28_800
SECOND_MS = 1000


def due_frames(monitor: Monitor, now: int) -> list[Malfunction]:
    """Malfunctions whose frame is complete and not kept yet, oldest first."""
    ended = [one for one in monitor.malfunctions.values() if one.ended is not None]
    due = [one for one in ended if (one.ended or 0) + AROUND_MS <= now]
    return sorted(
        (one for one in due if one.id not in monitor.framed), key=lambda one: one.detected
    )


def frame_of(one: Malfunction, catalogue: Catalogue, store: TelemetryStore) -> Frame | None:
    """The frame of a malfunction that has ended; None if its extruder is gone.

    Raises StoreError.
    """
    extruder = catalogue.extruder(one.extruder)
    if extruder is None or one.ended is None:
        return None
    start, end = one.onset - AROUND_MS, one.ended + AROUND_MS
    every = -(-(end - start) // (MAX_ROWS * SECOND_MS))
    if every > 1:
        rows = store.rows_thinned(one.extruder, start, end, every * SECOND_MS, SECOND_MS)
    else:
        rows = store.rows_between(one.extruder, start, end)
    names = tuple(signal.name for signal in extruder.signals)
    return Frame(one.id, start, end, every * SECOND_MS, names, rows)
