"""Whatever rows come, in whatever order: they go on, and only their quality is changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.extruders import Catalogue, Signal
from data.ingest.checks import NAMES, Checks
from data.ingest.simulator.plant import MELT, PRESSURE, SLOT
from data.quality import Quality
from data.windows import Row, fit
from tests.ingest.checks.checked import UNCERTAIN, changed, checks_of, healthy, run

ODD = np.array([np.nan, np.inf, -np.inf, 0, -0.0, 1e-45, 3.4e38, -3.4e38, 1, 10, 1e-30], np.float32)


@pytest.mark.filterwarnings("error")
def test_any_values_and_times_are_taken() -> None:
    rng = np.random.default_rng(5)
    catalogue, rows = healthy()
    checks = checks_of(catalogue)
    for n, row in enumerate(rows[:3_000]):
        values = np.where(rng.random(34) < 0.3, rng.choice(ODD, 34), row.values)
        quality = rng.choice([0, 0, 0, 1, 2, 255], 34).astype(np.uint8)
        far = int(rng.choice([0, 0, 0, 0, 1, -1, 10**4, -(10**7), -(10**12), 10**9]))
        given = Row(row.ts + far, 1, values.astype(np.float32), quality)
        out = checks.row(given, row.ts + 200)
        assert np.array_equal(out.values, given.values, equal_nan=True), n
        was_good = given.quality == Quality.GOOD
        assert (out.quality[~was_good] == given.quality[~was_good]).all()
        assert set(out.quality[was_good].tolist()) <= {Quality.GOOD, UNCERTAIN}
        checks.findings()


def test_a_signal_of_rows_that_come_a_little_later_is_checked_too() -> None:
    catalogue, rows = healthy()
    wrong = changed(rows, SLOT[MELT], lambda _, values: values[SLOT[PRESSURE]], 0)
    mixed = []
    for row in wrong[:900]:
        first = np.arange(34) % 2 == 0
        for part in (first, ~first):
            mixed.append(replace(row, quality=np.where(part, row.quality, Quality.ABSENT)))
    jumping = changed(mixed, SLOT[PRESSURE], lambda _, values: 10 * values[SLOT[PRESSURE]], 1_200)
    seen = {(f.check, f.signal) for now in run(catalogue, jumping)[1].values() for f in now}
    assert seen == {("unit", PRESSURE)}


def test_signals_are_looked_at_again_after_a_clock_was_set_back() -> None:
    catalogue, rows = healthy()
    back = [replace(row, ts=row.ts - 3_600_000 * (n >= 2_000)) for n, row in enumerate(rows)]
    wrong = changed(back, SLOT[MELT], lambda _, values: values[SLOT[PRESSURE]], 2_500)
    checks, seen = checks_of(catalogue), set()
    for n, row in enumerate(wrong[:3_000]):
        checks.row(row, rows[n].ts)
        seen |= {one.check for one in checks.findings()}
    assert seen == {"clock", "mirrored"}


def test_signals_that_are_added_are_checked_from_then_on() -> None:
    catalogue, rows = healthy()
    (extruder,) = catalogue.extruders
    added = Signal("New", "New", "bar", "Melt", 0, 500)
    wider = Catalogue(2, (replace(extruder, signals=(*extruder.signals, added)),))
    now = catalogue
    checks, seen = Checks(lambda: now), set()
    for n, row in enumerate(rows[:900]):
        if n == 300:
            now = wider
        assert checks.row(row, row.ts) is row
        if n >= 300:
            more = fit(row, 35)
            more.values[34], more.quality[34] = row.values[SLOT[PRESSURE]], Quality.GOOD
            checks.row(more, row.ts)
        seen |= {(one.check, one.signal) for one in checks.findings()}
    assert seen == {("mirrored", "New"), ("mirrored", PRESSURE)}


def test_only_the_checks_that_are_named_look() -> None:
    catalogue, rows = healthy()
    for named in NAMES:
        checks, seen = Checks(lambda: catalogue, (named,)), set()
        for row in changed(rows, SLOT[MELT], lambda _, values: values[SLOT[PRESSURE]], 0)[:300]:
            checks.row(row, row.ts + 7_200_000)
            seen |= {one.check for one in checks.findings()}
        assert seen == ({named} if named in {"mirrored", "clock"} else set())
