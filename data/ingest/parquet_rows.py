"""From the rows of a Parquet file to records, and so to rows for the store.

The time column holds times (with a zone, or local ones of the mapping's), or texts as in CSV.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from data.errors import MalformedFile
from data.ingest.mapping import CsvMapping
from data.ingest.recorded_rows import (
    BATCH_LINES,
    SKIPPED,
    Batch,
    Numbers,
    Record,
    RecordedRows,
    Reject,
    to_number,
)
from data.ingest.stamps import SkippedTime


class ParquetRows(RecordedRows):
    """Reads a Parquet file, see RecordedRows. Rows count from 1."""

    def __init__(self, path: Path, mapping: CsvMapping, reject: Reject) -> None:
        super().__init__(path, mapping, reject)
        self._number = 0

    def batches(self) -> Iterator[Batch]:
        """See RecordedRows."""
        size = self._path.stat().st_size
        with self._readable(), parquet.ParquetFile(self._path) as file:
            wanted = self._find_columns(file.schema_arrow)
            total = max(1, file.metadata.num_rows)
            for batch in file.iter_batches(BATCH_LINES, columns=wanted, use_threads=False):
                yield self._batch(batch.num_rows, list(self._records(batch)))
                self.position = size * self._number // total

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Whatever Arrow finds wrong with a file is a malformed file."""
        try:
            yield
        except pa.ArrowException as error:
            raise self._malformed(str(error).splitlines()[0]) from error
        except OSError as error:
            if isinstance(error, FileNotFoundError | PermissionError):
                raise
            raise self._malformed(str(error).splitlines()[0]) from error

    def _find_columns(self, schema: pa.Schema) -> list[str]:
        time, wanted = self._format.time_column, [column.name for column in self._columns]
        for name in (time, *wanted):
            if schema.names.count(name) != 1:
                found = "twice" if name in schema.names else "not"
                raise self._malformed(f"the mapped column {name!r} is {found} there")
        kind = schema.field(time).type
        if not (pa.types.is_timestamp(kind) or _is_text(kind)):
            raise self._malformed(f"column {time!r} is of type {kind}, expected times or texts")
        self.unmapped = [name for name in schema.names if name not in {time, *wanted}]
        return list(dict.fromkeys((time, *wanted)))

    def _records(self, batch: pa.RecordBatch) -> Iterator[Record]:
        first, times = self._number + 1, _times(batch.column(self._format.time_column))
        self._number += batch.num_rows
        columns = [
            self._numbers(batch.column(column.name), column.name, first) for column in self._columns
        ]
        numbers = np.column_stack([numbers for numbers, _ in columns])
        for index, time in enumerate(times):
            stamp = self._stamp(first + index, time)
            if stamp is not None:
                bad = [n for n, (_, bad) in enumerate(columns) if index in bad]
                yield Record(stamp[1], stamp[1] != stamp[0], numbers[index].tolist(), bad)

    def _stamp(self, number: int, time: datetime | str | None) -> tuple[int, int] | None:
        try:
            if time is None:
                raise ValueError("no time")
            told = self._clock.read(time.strip()) if isinstance(time, str) else self._taken(time)
            return self._placed(number, str(time), told)
        except SkippedTime:
            self._reject_row(number, str(time), SKIPPED)
            return None
        except (ValueError, OverflowError) as error:
            raise self._malformed(f"row {number}: {time!r} is no time") from error

    def _taken(self, time: datetime) -> tuple[int, bool]:
        return self._clock.take(time)

    def _numbers(self, column: pa.Array, name: str, first: int) -> tuple[Numbers, set[int]]:
        """A column as float64, and which of its cells are text in place of a number."""
        if _is_text(column.type):
            return self._texts(column.to_pylist(), name, first)
        if pa.types.is_boolean(column.type):
            column = pc.cast(column, pa.int8())
        numbers = pc.cast(column, pa.float64(), safe=False)
        return np.array(numbers.to_numpy(zero_copy_only=False), np.float64), set()

    def _texts(self, cells: list[str | None], name: str, first: int) -> tuple[Numbers, set[int]]:
        numbers, bad = np.full(len(cells), np.nan), set()
        for index, cell in enumerate(cells):
            try:
                numbers[index] = to_number(cell or "", self._format.decimal)
            except ValueError:
                if not self._format.reject_bad_cells:
                    told = f"row {first + index}, column {name!r}: {cell!r} is not a number"
                    raise self._malformed(told) from None
                self._reject_cell(first + index, name, cell or "")
                bad.add(index)
        return numbers, bad

    def _malformed(self, what: str) -> MalformedFile:
        return MalformedFile(f"{self._path}: {what}")


def column_names(path: Path) -> list[str]:
    """Names of a file's columns. Raises MalformedFile."""
    try:
        return list(parquet.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise MalformedFile(f"{path}: {str(error).splitlines()[0]}") from error


def _times(column: pa.Array) -> list[Any]:
    """Python's times; what is finer than a µs is cut off, as ms are all that is stored."""
    if pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False)
    return list(column.to_pylist())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
