"""Rows through the checks, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from data.extruders import Catalogue
from data.ingest.checks import Checks
from data.quality import Quality
from data.window_cache.source_state import Finding
from data.windows import Row
from tests.ingest.simulated import quiet_plant

UNCERTAIN = Quality.UNCERTAIN_LAST_USABLE_VALUE
#: What happens to a row's value in a slot: the row's number, its values, the new value.
Change = Callable[[int, Sequence[float]], float]


@cache
def healthy(seconds: int = 7_200) -> tuple[Catalogue, tuple[Row, ...]]:
    """A simulated extruder without faults."""
    with TemporaryDirectory() as folder:
        plant = quiet_plant(Path(folder), extruders=1)
        return plant.catalogue(), tuple(row for (row,) in plant.simulate(seconds))


def checks_of(catalogue: Catalogue) -> Checks:
    return Checks(lambda: catalogue)


def changed(rows: Iterable[Row], slot: int, change: Change, begin: int) -> list[Row]:
    """The rows with the value of a slot changed from row number `begin` on."""
    made = []
    for n, row in enumerate(rows):
        values = row.values.copy()
        if n >= begin:
            values[slot] = change(n, row.values)
        made.append(replace(row, values=values))
    return made


def run(catalogue: Catalogue, rows: Iterable[Row]) -> tuple[list[Row], dict[int, list[Finding]]]:
    """The rows as they come out, and what was found then, by the row's number."""
    checks = checks_of(catalogue)
    out: list[Row] = []
    found: dict[int, list[Finding]] = {}
    for n, row in enumerate(rows):
        out.append(checks.row(row, row.ts + 200))
        if now := checks.findings():
            found[n] = list(now)
    return out, found


def marked(rows: Iterable[Row], slot: int) -> list[bool]:
    return [row.quality[slot] == UNCERTAIN for row in rows]
