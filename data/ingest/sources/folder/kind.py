"""Kind `folder`: its keys, and the round that takes one file after the other."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import NamedTuple

from data.errors import MalformedFile
from data.ingest.clock import now_ms
from data.ingest.csv_import import CsvImport, Report
from data.ingest.mapped_extruders import MappedExtruder
from data.ingest.mapping import SHIPPED, CsvMapping, load_mapping
from data.ingest.recorded import columns_of
from data.ingest.sources import Desk, SourceLost, Tested
from data.ingest.sources.folder.growing import GrowingFiles
from data.ingest.sources.folder.into_desk import IntoDesk, Stopped
from data.ingest.sources.folder.looks import DONE, Looks, State, state_of
from data.ingest.sources.folder.progress import Progress
from data.ingest.sources.kinds import About
from data.ingest.sources.places import Places
from data.toml_table import Table


class Rules(NamedTuple):
    """Which files are taken, and what becomes of them. Times in s."""

    names: tuple[str, ...] = ("*.csv", "*.parquet")
    every_s: float = 2.0
    by_marker: bool = False
    leave: bool = False
    follow: bool = False


class Folder:
    """A Kind whose `extruders` are those of the mapping. `own` is a folder of ours."""

    def __init__(self, path: Path, mapping: CsvMapping, own: Path, rules: Rules) -> None:
        self._path, self._mapping, self._own, self._rules = path, mapping, own, rules
        self._progress = Progress(own / "files.sqlite")
        self.address = str(path)
        self.extruders: tuple[MappedExtruder, ...] = mapping.extruders

    def receive(self, desk: Desk, stop: Event) -> None:
        """See Kind."""
        looks, growing = self._looks(), GrowingFiles(self._mapping, desk, self._progress)
        try:
            while not stop.is_set():
                if self._rules.follow:
                    growing.look(looks.files(), stop)
                else:
                    self._round(looks, desk, stop)
                desk.connected(f"looking every {self._rules.every_s:g} s")
                stop.wait(self._rules.every_s)
        except OSError as error:
            raise SourceLost(f"{self._path}: {error.strerror or error}") from error
        finally:
            growing.close()

    def test(self) -> Tested:
        """See Kind."""
        try:
            files = list(self._looks().files())
            return Tested(f"{len(files)} files are there", tuple(map(self._told, files[:10])))
        except OSError as error:
            raise SourceLost(f"{self._path}: {error.strerror or error}") from error

    def _told(self, path: Path) -> str:
        try:
            fits = self._mapping.fits(columns_of(path, self._mapping.format.delimiter))
        except MalformedFile as error:
            return str(error)
        return f"{path.name}: {'as' if fits else 'not as'} {self._mapping.path.name} declares"

    def _looks(self) -> Looks:
        return Looks(self._path, self._rules.names, self._rules.by_marker)

    def _round(self, looks: Looks, desk: Desk, stop: Event) -> None:
        for path in looks.complete():
            with suppress(Stopped, FileNotFoundError):
                state = state_of(path)
                if not self._take(path, state, desk, stop):
                    looks.is_over(path, state)
            if stop.is_set():
                return

    def _take(self, path: Path, state: State, desk: Desk, stop: Event) -> bool:
        """Hand in one file; whether it is gone from here or has to be looked at again."""
        into, rejects = IntoDesk(desk, self._progress, stop), self._own / "rejects"
        try:
            report = CsvImport(path, self._mapping, _no_bar).run(into, rejects / f"{path.name}.csv")
            into.wait()
        except MalformedFile as error:
            if state_of(path) != state:
                return True
            desk.reject("a file refused", str(error))
            return self._moved(path, "failed", str(error), desk)
        except PermissionError as error:
            desk.reject("a file that cannot be read", str(error))
            return False
        _tell_rejects(path, report, desk)
        return self._moved(path, "done", "", desk)

    def _moved(self, path: Path, where: str, reason: str, desk: Desk) -> bool:
        if self._rules.leave:
            return False
        try:
            target = _free(self._path / where / path.name)
            path.replace(target)
            if reason:
                target.with_name(f"{target.name}.reason.txt").write_text(f"{reason}\n")
            path.with_name(path.name + DONE).unlink(missing_ok=True)
        except OSError as error:
            desk.reject("a file that cannot be moved", str(error))
            return False
        return True


def build(table: Table, about: About) -> Folder:
    """See data.ingest.sources.kinds."""
    path = Path(table.text("path"))
    named = table.text("mapping")
    shipped = SHIPPED / f"{named}.toml"
    mapping = load_mapping(shipped if "/" not in named and shipped.exists() else Path(named))
    if about.mapped:
        table.fail("extruder", about.mapped[0].extruder.name, "none: the mapping has them")
    rules = Rules(
        names=tuple(table.texts("names")) if table.has("names") else Rules().names,
        every_s=table.number("every_s", 2.0),
        by_marker=table.choice("complete", "stable", ("stable", "done")) == "done",
        leave=table.choice("after", "move", ("move", "leave")) == "leave",
        follow=table.flag("follow", False),
    )
    if not 0.05 <= rules.every_s <= 3600:
        table.fail("every_s", rules.every_s, "a number from 0.05 to 3600")
    _refuse_moved_signals(table, named, mapping, about.folder)
    return Folder(path, mapping, about.folder, rules)


def _refuse_moved_signals(table: Table, named: str, mapping: CsvMapping, own: Path) -> None:
    """Rows have their signals in the mapping's order, and slots keep their meaning for ever."""
    known = Places(own / "known.json", 1).catalogue()
    for mapped in mapping.extruders:
        names = [signal.name for signal in mapped.extruder.signals]
        for one in known.extruders:
            before = [signal.name for signal in one.signals]
            if one.id == mapped.extruder.id and names[: len(before)] != before:
                told = f"one that only appends to the signals of extruder {one.id}: {before}"
                table.fail("mapping", named, told)


def _tell_rejects(path: Path, report: Report, desk: Desk) -> None:
    for reason, count in report.tally.rejected.items():
        for _ in range(count):
            desk.reject(reason, f"{path.name}: all are in {report.rejects}")


def _free(path: Path) -> Path:
    """The path, or if there is such a file, one with the time in its name."""
    path.parent.mkdir(exist_ok=True)
    if not os.path.lexists(path):
        return path
    return path.with_name(f"{path.stem}.{now_ms()}{path.suffix}")


class _NoBar:
    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing was shown."""

    def update(self, n: float, /) -> None:
        """Nothing is shown."""


def _no_bar(_title: str, _total: int) -> _NoBar:
    return _NoBar()
