"""What both kinds of store do alike: catalogue, marks, rollups, retention."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from data.extruders import Catalogue, Limits
from data.rollups import HOUR_MS, Rollups
from data.session import Session
from data.shards import WHOLE
from data.telemetry import Appended, ImportMark
from data.telemetry.catalogue import StoredCatalogue
from data.telemetry.rollups import StoredRollups
from data.windows import Row

_SAVE_MARK = (
    "INSERT INTO imports VALUES (?, ?, ?) ON CONFLICT (key)"
    " DO UPDATE SET rows = excluded.rows, done = excluded.done"
)


class Retention(Protocol):
    """How a driver finds and deletes what is old; see the methods of TelemetryStore."""

    def spans(self, until: int) -> dict[int, tuple[int, int | None]]:
        """See TelemetryStore.reading_spans."""

    def unframed(self, since: int) -> dict[int, int]:
        """See TelemetryStore.unframed_onsets."""

    def delete_readings(self, before: Mapping[int, int], held: int, limit: int) -> int:
        """See TelemetryStore.delete_readings; `held` is up to where all rollups go."""

    def delete_rollups(
        self, period_ms: int, extruders: Iterable[int], before: int, limit: int
    ) -> int:
        """See TelemetryStore.delete_rollups."""


class StoredTelemetry(ABC):
    """The part of a TelemetryStore that is the same on both kinds of store.

    A driver makes its session, counting its statements by `_count`, before this.
    """

    statements = 0

    def __init__(self, session: Session, retention: Retention) -> None:
        self._session, self._retention = session, retention
        self._catalogue = StoredCatalogue(session)
        self._rollups = StoredRollups(session, self.rows_between, self._known)

    def _count(self, statements: int) -> None:
        self.statements += statements

    def append(self, rows: Sequence[Row], mark: tuple[str, ImportMark] | None = None) -> Appended:
        """See TelemetryStore.append."""
        with self._writing():
            result = self._insert(rows)
            if mark is not None:
                self._session.run(_SAVE_MARK, mark[0], mark[1].rows, int(mark[1].done))
        return result

    @abstractmethod
    def rows_between(self, extruder: int, start: int, end: int) -> list[Row]:
        """See TelemetryStore.rows_between."""

    def catalogue_version(self) -> int:
        """See TelemetryStore.catalogue_version."""
        return self._catalogue.version()

    def catalogue(self) -> Catalogue:
        """See TelemetryStore.catalogue."""
        return self._catalogue.read()

    def put_catalogue(
        self, catalogue: Catalogue, source: str, reason: str, complete: bool = False
    ) -> None:
        """See TelemetryStore.put_catalogue."""
        with self._writing(), self._catalogue.change():
            self._catalogue.put(catalogue, source, reason)
            if complete:
                self._catalogue.retire_others(catalogue, source)

    def set_limits(
        self, extruder: int, product: int, limits: Mapping[str, Limits], author: str, reason: str
    ) -> None:
        """See TelemetryStore.set_limits."""
        with self._writing(), self._catalogue.change():
            self._catalogue.set_limits(extruder, product, limits, author, reason)

    def import_mark(self, key: str) -> ImportMark:
        """See TelemetryStore.import_mark."""
        found = self._all("SELECT rows, done FROM imports WHERE key = ?", key)
        return ImportMark(found[0][0], bool(found[0][1])) if found else ImportMark()

    def rollup_seqs(self) -> list[int]:
        """See TelemetryStore.rollup_seqs."""
        return self._rollups.seqs()

    def merge_rollups(
        self, minutes: Rollups, rows: int, from_seq: int, to_seq: int, buckets: range = WHOLE
    ) -> bool:
        """See TelemetryStore.merge_rollups."""
        with self._writing():
            return self._rollups.merge(minutes, rows, from_seq, to_seq, buckets)

    def reading_spans(self, until: int) -> dict[int, tuple[int, int | None]]:
        """See TelemetryStore.reading_spans."""
        return self._retention.spans(until)

    def unframed_onsets(self, since: int) -> dict[int, int]:
        """See TelemetryStore.unframed_onsets."""
        return self._retention.unframed(since)

    def delete_readings(self, before: Mapping[int, int], limit: int) -> int:
        """See TelemetryStore.delete_readings."""
        with self._writing():
            return self._retention.delete_readings(before, min(self._rollups.seqs()), limit)

    def delete_rollups(self, period_ms: int, before: int, limit: int) -> int:
        """See TelemetryStore.delete_rollups."""
        whole = before // HOUR_MS * HOUR_MS
        due = self._rollups.due(period_ms, whole)
        if not due:
            return 0
        with self._writing():
            return self._retention.delete_rollups(period_ms, due, whole, limit)

    def close(self) -> None:
        """See TelemetryStore.close."""
        self._session.close()

    def _all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._session.all(sql, *parameters)

    @abstractmethod
    def _insert(self, rows: Sequence[Row]) -> Appended:
        """Store rows inside the transaction of `_writing`."""

    @abstractmethod
    def _known(
        self, table: str, extruders: Sequence[int], starts: Sequence[int]
    ) -> list[tuple[Any, ...]]:
        """Rows (extruder, ts, signals) of a table of rollups."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[None]:
        """A transaction of the one that writes."""
