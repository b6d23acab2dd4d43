"""Lines of a CSV file as cells; whatever is wrong with one is named by line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from data.errors import MalformedFile

#: A longer line is no telemetry; without a bound, a file without line feeds would fill memory.
MAX_LINE = 1 << 20


@dataclass(frozen=True)
class Line:
    """Cells of one line; `number` counts from 1, as editors do."""

    number: int
    cells: list[str]


class CsvLines:
    """Reads cells line by line. A quoted cell must end on its line, so that a quote which is
    never closed is found where it is and does not swallow the rest of the file.
    """

    def __init__(self, path: Path, delimiter: str, encoding: str) -> None:
        self.path = path
        self.header: list[str] = []
        self._number = 1
        self._delimiter = delimiter
        self._encoding = encoding
        other = re.escape(delimiter)
        self._cell = re.compile(rf'(?:"((?:[^"]|"")*)"|(?!")([^{other}]*))({other}|\Z)')

    def read_header(self, file: BinaryIO) -> None:
        """Read the first line into `header`."""
        raw = file.readline(MAX_LINE)
        if not raw:
            raise self.malformed(1, 0, "the file is empty, expected a line of column names")
        self.header = [name.strip() for name in self._split(1, self._decode(1, raw))]

    def read(self, file: BinaryIO) -> Iterator[Line]:
        """Lines after the header or those read before; blank ones hold nothing and are passed
        over. After an error it can be called again, and goes on with the next line.
        """
        for raw in iter(lambda: file.readline(MAX_LINE), b""):
            self._number = number = self._number + 1
            if text := self._decode(number, raw):
                yield Line(number, self._checked(number, self._split(number, text)))

    def malformed(self, line: int, index: int, what: str) -> MalformedFile:
        """The error for the cell at a 0-based index of a line."""
        name = f" {self.header[index]!r}" if index < len(self.header) else ""
        return MalformedFile(f"{self.path}: line {line}, column {index + 1}{name}: {what}")

    def _decode(self, number: int, raw: bytes) -> str:
        if len(raw) == MAX_LINE:
            raise self.malformed(number, 0, f"the line is longer than {MAX_LINE} bytes")
        if b"\0" in raw:
            raise self.malformed(number, self._index(raw, raw.index(b"\0")), "a NUL byte")
        try:
            text = raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            what = f"byte 0x{raw[error.start]:02x} is not {self._encoding}"
            raise self.malformed(number, self._index(raw, error.start), what) from error
        return text.removeprefix("\ufeff").rstrip("\r\n")

    def _index(self, raw: bytes, position: int) -> int:
        return raw.count(self._delimiter.encode(), 0, position)

    def _split(self, number: int, text: str) -> list[str]:
        if '"' not in text:
            return text.split(self._delimiter)
        cells: list[str] = []
        position = 0
        while found := self._cell.match(text, position):
            quoted, plain, end = found.groups()
            cells.append(plain if quoted is None else quoted.replace('""', '"'))
            if not end:
                return cells
            position = found.end()
        raise self.malformed(number, len(cells), "the quote is not closed before the cell ends")

    def _checked(self, number: int, cells: list[str]) -> list[str]:
        have, want = len(cells), len(self.header)
        if have != want:
            what = f"{have} cells in this line, {want} in the header"
            raise self.malformed(number, min(have, want), what)
        return cells
