"""CSV files that a logger appends to, read as they grow."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from threading import Event
from typing import BinaryIO, cast

from data.errors import MalformedFile
from data.ingest.csv_rows import CsvRows
from data.ingest.mapping import CsvMapping
from data.ingest.recorded_rows import BATCH_LINES
from data.ingest.sources import Desk
from data.ingest.sources.folder.progress import Grown, Progress

_TAIL = 64


class WholeLines:
    """A file whose last line counts only once it has its line feed."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.identity = path.stat().st_ino

    def readline(self, size: int) -> bytes:
        """The next whole line, or one of `size` bytes; empty if there is none yet."""
        place = self.file.tell()
        raw = self.file.readline(size)
        if raw.endswith(b"\n") or len(raw) == size:
            return raw
        self.file.seek(place)
        return b""

    def tell(self) -> int:
        """Where the next line begins."""
        return self.file.tell()

    def tail(self, place: int) -> bytes:
        """The last bytes before a place."""
        before, first = self.file.tell(), max(0, place - _TAIL)
        self.file.seek(first)
        tail = self.file.read(place - first)
        self.file.seek(before)
        return tail


class _Growing:
    """One file, from its start; lines that were safe before are read, but not handed in."""

    def __init__(self, path: Path, mapping: CsvMapping, desk: Desk, progress: Progress) -> None:
        self._path, self._desk, self._progress = path, desk, progress
        self.lines = WholeLines(path)
        self._file = cast("BinaryIO", self.lines)  # what CsvLines needs of a file
        self._rows = CsvRows(path, mapping, self._reject)
        before = progress.grown(path.name)
        is_same = before.place and self.lines.tail(before.place) == before.tail
        self._safe, self._read, self._begun = before.lines if is_same else 0, 0, False

    def read(self, stop: Event) -> None:
        """Hand in what was added. Raises MalformedFile if the header is not as declared."""
        if not self._begun:
            if not self.lines.readline(1 << 20):
                return
            self.lines.file.seek(0)
            self._rows.begin(self._file)
            self._begun = True
        while not (stop.is_set() or self._desk.is_full):
            again = self._safe - self._read  # these were handed in before, and no others
            batch = self._rows.next_batch(
                self._file, min(again, BATCH_LINES) if again > 0 else BATCH_LINES
            )
            if not batch.lines:
                return
            self._read += batch.lines
            if self._read > self._safe:
                place = self._rows.position
                grown = Grown(self._read, place, self.lines.tail(place))
                kept = partial(self._progress.keep_grown, self._path.name, grown)
                self._desk.take_rows(batch.rows, kept)

    def is_replaced(self) -> bool:
        """Whether another file has its name now, or it was emptied."""
        try:
            told = self._path.stat()
        except FileNotFoundError:
            return True
        return told.st_ino != self.lines.identity or told.st_size < self.lines.tell()

    def close(self) -> None:
        """Close the file."""
        self.lines.file.close()

    def _reject(self, line: int, column: str, value: str, reason: str) -> None:
        if self._read >= self._safe:
            told = f"line {line}, {column} {value!r}" if line else value
            self._desk.reject(reason, f"{self._path.name}: {told}")


class GrowingFiles:
    """All growing files of a folder; `close` them."""

    def __init__(self, mapping: CsvMapping, desk: Desk, progress: Progress) -> None:
        self._mapping, self._desk, self._progress = mapping, desk, progress
        self._files: dict[Path, _Growing] = {}
        self._refused: dict[Path, int] = {}

    def look(self, paths: Iterable[Path], stop: Event) -> None:
        """Read what was added to each, in the order of their names."""
        for path in paths:
            if self._refused.get(path) == path.stat().st_size:
                continue
            try:
                self._read(path, stop)
            except MalformedFile as error:
                self._refused[path] = path.stat().st_size
                self._desk.reject("a file refused", str(error))
                self._forget(path)

    def close(self) -> None:
        """Close all."""
        for path in list(self._files):
            self._forget(path)

    def _read(self, path: Path, stop: Event) -> None:
        one = self._files.get(path)
        if one is None:
            one = _Growing(path, self._mapping, self._desk, self._progress)
            self._files[path] = one
        replaced = one.is_replaced()  # asked first: what came before is read to its end
        one.read(stop)
        if replaced:
            self._forget(path)

    def _forget(self, path: Path) -> None:
        if one := self._files.pop(path, None):
            one.close()
