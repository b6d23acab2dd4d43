"""The telemetry store: every reading is appended once and read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from data.extruders import Catalogue, Limits
from data.rollups import Rollups
from data.settings import is_postgres
from data.shards import WHOLE
from data.windows import Row


@dataclass(frozen=True)
class Appended:
    """What an append did: rows stored anew, rows that corrected others, rows already there."""

    stored: int = 0
    corrected: int = 0
    unchanged: int = 0

    def __add__(self, other: Appended) -> Appended:
        return Appended(
            self.stored + other.stored,
            self.corrected + other.corrected,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True)
class ImportMark:
    """How far a file was imported: `rows` of it are stored, `done` once all are."""

    rows: int = 0
    done: bool = False


class TelemetryStore(Protocol):
    """What every store must do. All times are ms since the Unix epoch, UTC.

    `statements` counts the SQL statements sent, so that a test can prove what reads the store.
    All methods raise StoreError when the store refuses or times out.
    """

    statements: int

    def append(self, rows: Sequence[Row], mark: tuple[str, ImportMark] | None = None) -> Appended:
        """Store rows in one transaction, durable on return; repeating it changes nothing.

        A row whose (extruder, ts) exists corrects it: signals that the new row reports replace
        the old ones, ABSENT ones keep them, and the row gets a new `seq`. `mark` is the
        progress of an import, (key, mark), saved in the same transaction.
        """

    def rows_since(self, seq: int, limit: int, buckets: range = WHOLE) -> list[Row]:
        """At most `limit` rows with a `seq` greater than `seq`, in order of seq.

        `buckets` (data.shards) leaves the rows of other extruders out.
        """

    def last_seq(self) -> int:
        """The greatest `seq` ever given, 0 for an empty store."""

    def last_ts(self, extruder: int) -> int | None:
        """Time of an extruder's newest row, None if it has none."""

    def rows_between(self, extruder: int, start: int, end: int) -> list[Row]:
        """Rows of one extruder with start <= ts < end, in order of ts."""

    def rows_thinned(
        self, extruder: int, start: int, end: int, every_ms: int, first_ms: int
    ) -> list[Row]:
        """As rows_between, but only those in the first `first_ms` of every `every_ms`."""

    def catalogue_version(self) -> int:
        """Version of the catalogue; 0 before the first."""

    def catalogue(self) -> Catalogue:
        """Extruders, signals, limits and products as configured now."""

    def put_catalogue(
        self, catalogue: Catalogue, source: str, reason: str, complete: bool = False
    ) -> None:
        """Add or change what `source` delivers; unchanged parts keep their version.

        A price that the source does not tell (0) stays as it is known.
        `complete` says that these are all extruders of this source: its others are retired (no
        longer shown, their readings kept). Limits that a person has set stay in force.
        Raises CatalogueConflict when known signals of an extruder are reordered or removed,
        since the slots of stored rows would change their meaning.
        """

    def set_limits(
        self, extruder: int, product: int, limits: Mapping[str, Limits], author: str, reason: str
    ) -> None:
        """Put limits in force for one extruder and product (0: any); every version is kept."""

    def import_mark(self, key: str) -> ImportMark:
        """Progress of the import called `key`."""

    def rollup_seqs(self) -> list[int]:
        """By bucket, up to which `seq` the rollups hold its extruders' readings, each once."""

    def merge_rollups(
        self, minutes: Rollups, rows: int, from_seq: int, to_seq: int, buckets: range = WHOLE
    ) -> bool:
        """Merge minutes of the `rows` readings after `from_seq` up to `to_seq`, in one transaction.

        They are all readings of the extruders in `buckets`. False, and nothing was changed, if
        one of their rollups does not end at `from_seq` (another worker was here) or a correction
        has taken one of these readings away meanwhile: then roll up what the store holds after
        `rollup_seqs`. Later corrections keep the rollups right.
        """

    def reading_spans(self, until: int) -> dict[int, tuple[int, int | None]]:
        """By extruder, the times of its oldest reading and of the newest one not after `until`."""

    def unframed_onsets(self, since: int) -> dict[int, int]:
        """By extruder, the earliest onset (ms) of a malfunction that has no frame yet.

        Malfunctions that last, and those that changed at `since` or later.
        """

    def delete_readings(self, before: Mapping[int, int], limit: int) -> int:
        """Delete at most `limit` of the oldest readings, in one transaction; how many it were.

        `before` says by extruder before which time (ms, rounded down to the minute). Readings
        that the rollups do not hold yet stay. Less than `limit`: nothing more is due.
        """

    def delete_rollups(self, period_ms: int, before: int, limit: int) -> int:
        """Delete rollups of minutes or hours that began before a whole hour; as delete_readings."""

    def close(self) -> None:
        """Release the connection."""


def open_store(url: str, readonly: bool = False) -> TelemetryStore:
    """Open the store that DATABASE_URL names.

    Raises SettingError for a URL that is neither `sqlite:///path` nor `postgresql://…`,
    StoreError if it cannot be opened. Open a store inside the job that uses it, never before a
    fork.
    """
    # Only the chosen driver loads.
    if is_postgres(url):
        from data.telemetry.postgres import PostgresStore  # noqa: PLC0415

        return PostgresStore(url, readonly)
    from data.sqlite_file import path_of  # noqa: PLC0415
    from data.telemetry.sqlite import SqliteStore  # noqa: PLC0415

    return SqliteStore(path_of(url), readonly)


def batches(rows: Iterable[Row], size: int) -> Iterable[list[Row]]:
    """Rows in lists of at most `size`."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
