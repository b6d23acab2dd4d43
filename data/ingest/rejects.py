"""The rejects file: every cell or row of an import that was not taken, and why."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import TextIO

HEADER = ("line", "column", "value", "reason")


class Rejects:
    """Writes PATH at the end, in one step, and only if something was rejected.

    An import that fails leaves no rejects file behind, as it leaves the store unchanged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._partial = path.with_name(path.name + ".partial")
        self._file: TextIO | None = None

    def add(self, line: int, column: str, value: str, reason: str) -> None:
        """One rejected cell; the time column stands for a whole row."""
        if self._file is None:
            self._partial.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._partial.open("w", newline="", encoding="utf-8")
            csv.writer(self._file).writerow(HEADER)
        csv.writer(self._file).writerow((line, column, value, reason))
        self.count += 1

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        self._file.close()
        if kind is None:
            self._partial.replace(self.path)
        else:
            self._partial.unlink()
