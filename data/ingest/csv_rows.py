"""From lines of a CSV file to records, and so to rows for the store."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from data.errors import MalformedFile
from data.ingest.csv_lines import CsvLines, Line
from data.ingest.mapping import CsvMapping
from data.ingest.recorded_rows import (
    BATCH_LINES,
    SKIPPED,
    Batch,
    Record,
    RecordedRows,
    Reject,
    to_number,
)
from data.ingest.stamps import SkippedTime

#: A reject of a file that is read while it grows.
MALFORMED = "not a line as declared"


class CsvRows(RecordedRows):
    """Reads a CSV file, see RecordedRows."""

    def __init__(self, path: Path, mapping: CsvMapping, reject: Reject) -> None:
        super().__init__(path, mapping, reject)
        self._lines = CsvLines(path, self._format.delimiter, self._format.encoding)
        self._time_index = 0
        self._indexes: list[int] = []

    def batches(self) -> Iterator[Batch]:
        """See RecordedRows."""
        with self._path.open("rb") as file:
            self.begin(file)
            lines = self._lines.read(file)
            while block := list(islice(lines, BATCH_LINES)):
                self.position = file.tell()
                records = [record for line in block if (record := self._record(line))]
                yield self._batch(len(block), records)

    def begin(self, file: BinaryIO) -> None:
        """Read the header of an open file."""
        self._lines.read_header(file)
        self._find_columns()

    def next_batch(self, file: BinaryIO, most: int = BATCH_LINES) -> Batch:
        """What was added to an open file since; a line that is none costs no other."""
        lines, records = 0, []
        while lines < most:
            try:
                line = next(self._lines.read(file), None)
                if line is None:
                    break
                record = self._record(line)
            except MalformedFile as error:
                self.tally.rejected[f"rows: {MALFORMED}"] += 1
                self._reject_one(0, self._format.time_column, str(error), MALFORMED)
                record = None
            lines += 1
            records += [record] if record else []
        self.position = file.tell()
        return self._batch(lines, records)

    def _find_columns(self) -> None:
        """Find the mapped columns in the header."""
        self._time_index = self._index_of(self._format.time_column)
        self._indexes = [self._index_of(column.name) for column in self._columns]
        used = {self._time_index, *self._indexes}
        header = enumerate(self._lines.header)
        self.unmapped = [name for index, name in header if index not in used]

    def _index_of(self, name: str) -> int:
        header = self._lines.header
        found = [index for index, one in enumerate(header) if one == name]
        if not found:
            what = f"the header ends without the mapped column {name!r}"
            raise self._lines.malformed(1, len(header), what)
        if len(found) > 1:
            raise self._lines.malformed(1, found[1], "the header has this mapped column twice")
        return found[0]

    def _record(self, line: Line) -> Record | None:
        """The line's time and numbers, or None if it was rejected."""
        stamp = self._stamp(line)
        if stamp is None:
            return None
        ts, placed = stamp
        numbers, bad = self._numbers(line)
        return Record(placed, placed != ts, numbers, bad)

    def _stamp(self, line: Line) -> tuple[int, int] | None:
        """The line's time as written and as placed, or None if it was rejected."""
        text = line.cells[self._time_index]
        try:
            return self._placed(line.number, text, self._clock.read(text.strip()))
        except SkippedTime:
            self._reject_row(line.number, text, SKIPPED)
            return None
        except (ValueError, OverflowError) as error:
            what = f"{text.strip()!r} is no time of the format {self._format.time_format!r}"
            raise self._lines.malformed(line.number, self._time_index, what) from error

    def _numbers(self, line: Line) -> tuple[list[float], list[int]]:
        """The mapped cells as numbers, and which of them are none."""
        numbers, bad = [], []
        for position, index in enumerate(self._indexes):
            try:
                numbers.append(to_number(line.cells[index], self._format.decimal))
            except ValueError:
                self._reject_text(line, index)
                numbers.append(np.nan)
                bad.append(position)
        return numbers, bad

    def _reject_text(self, line: Line, index: int) -> None:
        text = line.cells[index]
        if not self._format.reject_bad_cells:
            raise self._lines.malformed(line.number, index, f"{text!r} is not a number")
        self._reject_cell(line.number, self._lines.header[index], text)
