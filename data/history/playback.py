"""Readings of one extruder over a few minutes of the past, as the live page would have had them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from data.errors import HistoryTooLarge, UnknownExtruder
from data.extruders import JOB_STATUS, PRODUCT
from data.history import Reader
from data.journal.frame_blob import unpack
from data.quality import Quality
from data.rollups import RECORD
from data.windows import NEVER, Qualities, RingSpec, Row, Values, empty_records, fold

#: No window has more steps: 20 minutes at 1 Hz.
MAX_STEPS = 1_200
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
#: Where the readings of a window come from, finest first.
RAW, FRAME, MINUTE, HOUR, NONE = "raw", "frame", "minute", "hour", "none"
#: A malfunction that began so long before cannot have a frame of this time, as far as we look.
_LONGEST_MS = 14 * 24 * HOUR_MS


@dataclass(frozen=True)
class PlaybackWindow:
    """Readings from `first_ts` (ms) on, a step every `step_ms`, and where they come from.

    `values` is steps × signals little-endian float32, `quality` as many bytes, oldest step
    first. `head_ts` is the time of the newest reading, -1 for none. `level` is one of "raw",
    "frame" (kept with a malfunction), "minute" and "hour" (means; of a state its highest code),
    and "none": nothing of this time is kept.
    """

    level: str
    step_ms: int
    first_ts: int
    steps: int
    signals: int
    catalogue: int
    head_ts: int
    values: bytes
    quality: bytes


def window(
    reader: Reader, extruder: int, start: int, end: int, step_ms: int = 1000
) -> PlaybackWindow:
    """The readings of start <= t < end (ms) at the finest level that is kept.

    Raises HistoryTooLarge for more than MAX_STEPS, UnknownExtruder.
    """
    if (end - start) // step_ms > MAX_STEPS:
        raise HistoryTooLarge(MAX_STEPS)
    view = _View(reader, extruder, start, end, step_ms)
    rows = view.raw()
    if rows and not view.raw_was_taken():
        return view.of_rows(RAW, step_ms, rows)
    for coarser in view.coarser():
        found = coarser()
        if found is not None:
            return found
    return view.of_rows(RAW if rows or view.raw_is_kept else NONE, step_ms, rows)


class _View:
    """One extruder and time span, and the ways to read it."""

    def __init__(self, reader: Reader, extruder: int, start: int, end: int, step_ms: int) -> None:
        self._all = reader.all
        self._extruder, self._start, self._end = extruder, start, end
        self._step_ms = step_ms
        definitions = self._all(
            "SELECT definition FROM signals WHERE extruder = ? ORDER BY slot", extruder
        )
        if not definitions:
            raise UnknownExtruder(f"no extruder {extruder}")
        self._states = [_is_state(json.loads(text)) for (text,) in definitions]
        found = self._all("SELECT min(ts) FROM readings WHERE extruder = ?", extruder)
        self._oldest = found[0][0]
        #: Readings from the start on are still there, as far as there were any.
        self.raw_is_kept = self._oldest is not None and start >= self._oldest - step_ms

    def raw_was_taken(self) -> bool:
        """True if retention took some of the span: not if nothing was read before."""
        if self.raw_is_kept or self._oldest is None:
            return False
        first, oldest = (ts // MINUTE_MS * MINUTE_MS for ts in (self._start, self._oldest))
        sql = "SELECT 1 FROM minute_rollups WHERE extruder = ? AND ts >= ? AND ts < ? LIMIT 1"
        return bool(self._all(sql, self._extruder, first, oldest))

    def coarser(self) -> list[Callable[[], PlaybackWindow | None]]:
        """What to try where raw readings are gone, finest first."""
        return [
            partial(self._frame, whole=True),
            partial(self._rollups, MINUTE, "minute_rollups", MINUTE_MS),
            partial(self._frame, whole=False),
            partial(self._rollups, HOUR, "hour_rollups", HOUR_MS),
        ]

    def raw(self) -> list[Row]:
        """Rows of the telemetry."""
        found = self._all(
            'SELECT ts, "values", quality FROM readings'
            " WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts",
            self._extruder,
            self._start,
            self._end,
        )
        return [_row(ts, self._extruder, values, quality) for ts, values, quality in found]

    def _frame(self, whole: bool) -> PlaybackWindow | None:
        """Rows kept with a malfunction whose frame covers the span, or touches it."""
        reach = '<= ?3 AND f."end" >= ?4' if whole else '< ?4 AND f."end" > ?3'
        found = self._all(
            "SELECT f.step_ms, f.count, f.rows FROM malfunctions m"
            " JOIN frames f ON f.malfunction = m.id"
            f" WHERE m.extruder = ?1 AND m.onset >= ?2 AND m.onset < ?4 + {HOUR_MS}"
            f" AND f.start {reach} ORDER BY f.step_ms, m.onset LIMIT 1",
            self._extruder,
            self._start - _LONGEST_MS,
            self._start,
            self._end,
        )
        for step_ms, count, blob in found:
            every = max(step_ms, self._step_ms)
            first = self._start // every * every
            rows = unpack(blob, count, self._extruder)
            inside = [row for row in rows if first <= row.ts < self._end]
            if inside:
                return self.of_rows(FRAME, every, inside)
        return None

    def _rollups(self, level: str, table: str, step_ms: int) -> PlaybackWindow | None:
        first = self._start // step_ms * step_ms
        found = self._all(
            f"SELECT ts, signals FROM {table}"
            " WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts",
            self._extruder,
            first,
            self._end,
        )
        rows = [self._mean(ts, blob) for ts, blob in found]
        return self.of_rows(level, step_ms, rows) if rows else None

    def _mean(self, ts: int, blob: bytes) -> Row:
        """A rollup as a reading: means, and of a state a code that was there."""
        records = np.frombuffer(blob, RECORD)
        states = np.array(self._states[: len(records)], bool)
        states = np.pad(states, (0, len(records) - len(states)))
        values = np.where(states, records["max"], records["mean"]).astype(np.float32)
        quality = np.full(len(records), Quality.ABSENT, np.uint8)
        quality[records["bad"] > 0] = Quality.BAD_SENSOR_FAILURE
        quality[records["count"] > 0] = Quality.GOOD
        values[quality != Quality.GOOD] = np.nan
        return Row(ts, self._extruder, values, quality)

    def of_rows(self, level: str, step_ms: int, rows: Iterable[Row]) -> PlaybackWindow:
        """The window of these rows; steps without a row are gaps."""
        first = self._start // step_ms
        count = -(-self._end // step_ms) - first
        spec = RingSpec(len(self._states), count, step_ms)
        records = empty_records(spec, count)
        head = NEVER
        for step, row in fold(rows, spec).items():
            records["values"][step - first] = row.values
            records["quality"][step - first] = row.quality
            head = max(head, row.ts)
        return self._packed(level, spec, first, head, records["values"], records["quality"])

    def _packed(
        self, level: str, spec: RingSpec, first: int, head: int, values: Values, quality: Qualities
    ) -> PlaybackWindow:
        version = self._all("SELECT value FROM meta WHERE key = 'catalogue_version'")[0][0]
        return PlaybackWindow(
            level=level,
            step_ms=spec.step_ms,
            first_ts=first * spec.step_ms,
            steps=spec.slots,
            signals=spec.signals,
            catalogue=version,
            head_ts=head,
            values=np.ascontiguousarray(values).tobytes(),
            quality=np.ascontiguousarray(quality).tobytes(),
        )


def _is_state(definition: dict[str, object]) -> bool:
    return bool(definition.get("states")) or definition.get("name") in {JOB_STATUS, PRODUCT}


def _row(ts: int, extruder: int, values: bytes, quality: bytes | None) -> Row:
    numbers = np.frombuffer(values, "<f4")
    codes = np.frombuffer(quality, np.uint8) if quality else np.zeros(len(numbers), np.uint8)
    return Row(ts, extruder, numbers, codes)
