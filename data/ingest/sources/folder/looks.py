"""Which files of a folder are complete: those that did not change between two looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

#: Beside a file, with this after its name: it is complete.
DONE = ".done"

State = tuple[int, int, int]


def state_of(path: Path) -> State:
    """What changes when a file does: size, time of change and identity."""
    told = path.stat()
    return told.st_size, told.st_mtime_ns, told.st_ino


class Looks:
    """Looks at a folder. `names` are patterns; `by_marker`: only files with a DONE beside them."""

    def __init__(self, folder: Path, names: Sequence[str], by_marker: bool) -> None:
        self._folder, self._names, self._by_marker = folder, names, by_marker
        self._before: dict[str, State] = {}
        self._over: dict[str, State] = {}

    def files(self) -> Iterator[Path]:
        """All files of these names in their order. Hidden ones are none. Raises OSError."""
        for path in sorted(self._folder.iterdir()):
            name = path.name.lower()
            wanted = any(fnmatch(name, one.lower()) for one in self._names)
            if wanted and not name.startswith(".") and path.is_file():
                yield path

    def complete(self) -> list[Path]:
        """The files that can be read now, and were not before."""
        now: dict[str, State] = {}
        for path in self.files():
            try:
                now[path.name] = state_of(path)
            except FileNotFoundError:  # taken away meanwhile
                continue
        found = [name for name, state in now.items() if self._is_complete(name, state)]
        self._before = now
        self._over = {name: state for name, state in self._over.items() if name in now}
        return [self._folder / name for name in found]

    def is_over(self, path: Path, state: State) -> None:
        """The file stays, and is not to be read again unless it changes."""
        self._over[path.name] = state

    def _is_complete(self, name: str, state: State) -> bool:
        if self._over.get(name) == state:
            return False
        if self._by_marker:
            return (self._folder / (name + DONE)).exists()
        return self._before.get(name) == state
