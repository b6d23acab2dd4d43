"""Import of a recorded file, CSV or Parquet: checked as a whole, then stored batch by batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from data.errors import MalformedFile
from data.extruders import Catalogue
from data.ingest.mapping import CsvMapping
from data.ingest.recorded import rows_of
from data.ingest.recorded_rows import Batch, RecordedRows, Tally
from data.ingest.rejects import Rejects
from data.telemetry import Appended, ImportMark
from data.windows import Row


class Bar(Protocol):
    """A progress bar, such as tqdm's."""

    def __enter__(self) -> Bar:
        """Show it."""

    def __exit__(self, *error: object) -> None:
        """Finish it."""

    def update(self, n: float, /) -> object:
        """`n` more units are done."""


class Importing(Protocol):
    """Where an import goes, such as a TelemetryStore; see there."""

    def import_mark(self, key: str) -> ImportMark:
        """How far the import of this key has come."""

    def put_catalogue(self, catalogue: Catalogue, source: str, reason: str) -> object:
        """The extruders that the rows are of."""

    def append(self, rows: Sequence[Row], mark: tuple[str, ImportMark]) -> Appended:
        """Store rows, and how far the import has come then."""


#: Makes a progress bar from its title and the number of bytes to read.
Progress = Callable[[str, int], Bar]


@dataclass
class Report:
    """What an import did. Of `tally.rows`, `skipped` were stored by an earlier, broken run."""

    file: Path
    mapping: Path
    already: bool = False
    skipped: int = 0
    tally: Tally = field(default_factory=Tally)
    appended: Appended = field(default_factory=Appended)
    unmapped: list[str] = field(default_factory=list)
    rejects: Path | None = None


class CsvImport:
    """One file on its way into a store.

    The progress is kept in the store under a key of file and mapping, in the same transaction
    as the rows, so a broken import goes on where it was and a finished one is not repeated.
    """

    def __init__(self, path: Path, mapping: CsvMapping, progress: Progress) -> None:
        self._path = path
        self._mapping = mapping
        self._progress = progress
        self._state = self._file_state()
        self._key = _digest(path, mapping)

    def run(self, store: Importing, rejects: Path, again: bool = False) -> Report:
        """Import into a store; `again` reads and appends a file that is already imported.

        Raises MalformedFile before anything is stored, StoreError between two batches.
        """
        report = Report(self._path, self._mapping.path)
        mark = store.import_mark(self._key)
        if mark.done and not again:
            report.already = True
            return report
        report.skipped = 0 if again else mark.rows
        self._check(report, rejects)
        store.put_catalogue(self._mapping.catalogue(), "import", self._path.name)
        self._store(report, store)
        return report

    def _check(self, report: Report, path: Path) -> None:
        """Read the whole file without storing it; what it holds goes into the report."""
        with Rejects(path) as rejects:
            rows = rows_of(self._path, self._mapping, rejects.add)
            for _ in self._shown("checking", rows):
                pass
            if self._file_state() != self._state:
                raise MalformedFile(
                    f"{self._path}: line {rows.tally.rows + 1}, column 1: the file changed while"
                    " it was read; import it when it is complete"
                )
        report.tally, report.unmapped = rows.tally, rows.unmapped
        report.rejects = path if rejects.count else None

    def _store(self, report: Report, store: Importing) -> None:
        rows = rows_of(self._path, self._mapping, _known)
        done = 0
        for batch in self._shown("storing", rows):
            done += batch.lines
            if done > report.skipped:
                mark = ImportMark(done, done == report.tally.rows)
                report.appended += store.append(batch.rows, (self._key, mark))
        if done == 0:
            store.append([], (self._key, ImportMark(0, True)))

    def _shown(self, title: str, rows: RecordedRows) -> Iterator[Batch]:
        with self._progress(title, self._state[0]) as bar:
            before = 0
            for batch in rows.batches():
                yield batch
                bar.update(rows.position - before)
                before = rows.position

    def _file_state(self) -> tuple[int, int]:
        state = self._path.stat()
        return state.st_size, state.st_mtime_ns


def _digest(path: Path, mapping: CsvMapping) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(mapping.source)
    return digest.hexdigest()


def _known(_line: int, _column: str, _value: str, _reason: str) -> None:
    """Rejects were written while checking; reading again meets the same ones."""


def summary(report: Report, verbose: bool) -> Iterator[str]:
    """The report in lines for a terminal; `verbose` names the columns that are not mapped."""
    if report.already:
        yield f"{report.file}: already imported; nothing changed"
        return
    yield f"{report.file} imported by {report.mapping}"
    yield from _counts(report)
    for title, reasons in (
        ("repaired", report.tally.repaired),
        ("rejected", report.tally.rejected),
    ):
        yield f"{sum(reasons.values()):>10,}  {title}"
        yield from (f"{count:>14,}  {reason}" for reason, count in sorted(reasons.items()))
    yield f"{len(report.unmapped):>10,}  columns not mapped"
    if verbose:
        yield from (f"{'':>16}{name}" for name in report.unmapped)
    if report.rejects:
        yield f"rejects: {report.rejects}"


def _counts(report: Report) -> Iterator[str]:
    did = report.appended
    yield f"{report.tally.rows:>10,}  rows read"
    if report.skipped:
        yield f"{report.skipped:>10,}  of them stored by an earlier run"
    yield f"{did.stored:>10,}  extruder rows stored"
    yield f"{did.corrected:>10,}  corrected"
    yield f"{did.unchanged:>10,}  unchanged"
