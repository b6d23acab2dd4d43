"""The copy itself: what is missing, then what differs, then a check of everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from data.copy.source import Source
from data.copy.tables import READINGS, TABLES, Digest, RowTuple, Table, digest_of
from data.copy.target import Target


class Bar(Protocol):
    """A progress bar, such as tqdm's."""

    def __enter__(self) -> Bar:
        """Show it."""

    def __exit__(self, *error: object) -> None:
        """Finish it."""

    def update(self, n: float, /) -> object:
        """`n` more rows are done."""


#: Makes a progress bar from its title and a number of rows.
Progress = Callable[[str, int], Bar]


@dataclass
class Report:
    """Rows written by table, what was compared, and in which parts the stores still differ."""

    written: dict[str, int] = field(default_factory=dict)
    checked: dict[str, Digest] = field(default_factory=dict)
    differing: list[str] = field(default_factory=list)


class Copying:
    """One copy from a source to a target, which a broken one before may have begun.

    Rows that are there already are not written again, so the same copy started once more goes on.
    """

    def __init__(self, source: Source, target: Target, progress: Progress) -> None:
        self._source, self._target, self._progress = source, target, progress
        self._tables = [target.table(name, source.columns(name)) for name in TABLES]
        self._report = Report(dict.fromkeys(TABLES, 0))

    def run(self) -> Report:
        """Copy, check, and do over what had changed in the source since an earlier copy.

        Raises StoreError, CopyRefused once somebody else writes to the target.
        """
        self._copy()
        differing = self._check(self._tables)
        if differing:
            self._mend(differing)
            again = [table for table in self._tables if table in {one for one, _ in differing}]
            differing = self._check(again)
        self._report.differing = [table.told(part) for table, part in differing]
        return self._report

    def check(self) -> Report:
        """Compare only."""
        self._report.differing = [table.told(part) for table, part in self._check(self._tables)]
        return self._report

    def _copy(self) -> None:
        after = f"seq > {self._target.seq}"
        total = sum(
            self._source.count(table, after if table.name == READINGS else "true")
            for table in self._tables
        )
        with self._progress("copying", total) as bar:
            for table in self._tables:
                if table.name == READINGS:
                    self._append(table, after, bar)
                else:
                    for part in self._parts(table):
                        self._sync(table, table.where(part), bar)
        sequences = {table.name: self._source.sequence(table.name) for table in self._tables}
        self._target.finish(self._source.last_seq, sequences)

    def _append(self, table: Table, where: str, bar: Bar) -> None:
        for batch in _batches(self._source.rows(table, where), table.batch):
            self._target.append(batch)
            self._written(table, len(batch))
            bar.update(len(batch))

    def _mend(self, differing: Sequence[tuple[Table, int]]) -> None:
        total = sum(self._source.count(table, table.where(part)) for table, part in differing)
        with self._progress("mending", total) as bar:
            for table, part in differing:
                for where in self._steps(table, part):
                    self._sync(table, where, bar)

    def _parts(self, table: Table) -> list[int]:
        """So that what is held in memory stays small."""
        if not table.by_extruder:
            return [0]
        known = "SELECT id FROM extruders UNION SELECT extruder FROM hour_rollups ORDER BY 1"
        return [extruder for (extruder,) in self._source.all(known)]

    def _steps(self, table: Table, part: int) -> list[str]:
        """Conditions of rows that fit into memory: a day extruder by extruder."""
        where = table.where(part)
        if table.name != READINGS:
            return [where]
        ask = f"SELECT DISTINCT extruder FROM {READINGS} WHERE {where}"
        known = {*self._source.all(ask), *self._target.all(ask)}
        return [f"extruder = {extruder} AND {where}" for (extruder,) in sorted(known)]

    def _sync(self, table: Table, where: str, bar: Bar) -> None:
        """Make rows of the target the same as in the source, one by one."""
        there = {table.key_of(row): digest_of(row) for row in self._target.rows(table, where)}
        for batch in _batches(self._source.rows(table, where), table.batch):
            self._put(table, batch, there)
            bar.update(len(batch))
        if there:
            self._target.delete(table, list(there))

    def _put(self, table: Table, batch: list[RowTuple], there: dict[RowTuple, int]) -> None:
        """What is found in `there` is taken out of it."""
        new: list[RowTuple] = []
        changed: list[RowTuple] = []
        for row in batch:
            known = there.pop(table.key_of(row), None)
            if known is None:
                new.append(row)
            elif known != digest_of(row):
                changed.append(row)
        if new or changed:
            self._target.put(table, new, changed)
            self._written(table, len(new) + len(changed))

    def _check(self, tables: Sequence[Table]) -> list[tuple[Table, int]]:
        """Parts that differ, found by counts and checksums."""
        total = sum(self._source.count(table) for table in tables)
        differing = []
        with self._progress("checking", 2 * total) as bar:
            for table in tables:
                ours = _digests(table, self._source.rows(table, "true"), bar)
                theirs = _digests(table, self._target.rows(table, "true"), bar)
                self._report.checked[table.name] = _sum(ours.values())
                parts = sorted(ours.keys() | theirs.keys())
                differing += [(table, part) for part in parts if ours[part] != theirs[part]]
        return differing

    def _written(self, table: Table, rows: int) -> None:
        self._report.written[table.name] += rows


def _digests(table: Table, rows: Iterable[RowTuple], bar: Bar) -> dict[int, Digest]:
    found: dict[int, Digest] = defaultdict(Digest)
    for batch in _batches(rows, 1_000):
        for row in batch:
            found[table.part_of(row)].add(row)
        bar.update(len(batch))
    return found


def _sum(digests: Iterable[Digest]) -> Digest:
    whole = Digest()
    for one in digests:
        whole.rows += one.rows
        whole.checksum = (whole.checksum + one.checksum) % 2**64
    return whole


def _batches(rows: Iterable[RowTuple], size: int) -> Iterator[list[RowTuple]]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
