"""A frozen, a mirrored signal and a changed unit are found; healthy extruders have nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.ingest.checks.unit_jump import ACCEPTED_MS
from data.ingest.checks.units import conversions_of
from data.ingest.simulator.plant import HOPPER, LOAD, MELT, PRESSURE, SLOT, SPEED, THROUGHPUT
from data.ingest.simulator.simulator import Simulator
from tests.ingest.checks.checked import changed, checks_of, healthy, marked, run
from tests.ingest.simulated import START_MS


@pytest.mark.parametrize("name", [PRESSURE, MELT, SPEED, LOAD, HOPPER])
def test_a_frozen_signal_is_found_after_ten_minutes_and_until_it_moves(name: str) -> None:
    catalogue, rows = healthy()
    slot, begin, end = SLOT[name], 3_600, 5_000
    held = rows[begin].values[slot]
    rows = changed(rows, slot, lambda n, values: held if n < end else values[slot], begin)
    out, found = run(catalogue, rows[:5_100])
    assert 600 <= min(found) - begin <= 615
    assert max(found) == end - 1
    assert {(f.signal, f.check) for now in found.values() for f in now} == {(name, "frozen")}
    (finding,) = found[end - 1]
    assert abs(finding.since_ms - rows[begin].ts) <= 1_000
    assert finding.why.startswith(f"{held:g} for 23 min")
    where = np.flatnonzero(marked(out, slot))
    assert (where[0], where[-1]) == (min(found), end - 1)


def test_a_signal_that_is_constant_by_nature_is_not_frozen() -> None:
    catalogue, rows = healthy()
    slot = SLOT[MELT]
    steps = changed(rows, slot, lambda n, values: float(200 + n // 900), 0)
    assert run(catalogue, steps)[1] == {}


def test_a_source_that_repeats_all_values_is_not_a_frozen_signal() -> None:
    catalogue, rows = healthy()
    held = rows[3_600]
    still = [row if n < 3_600 else type(row)(row.ts, row.extruder, held.values, held.quality)
             for n, row in enumerate(rows[:6_000])]  # fmt: skip
    assert run(catalogue, still)[1] == {}


def test_what_is_zero_while_the_extruder_stands_is_not_frozen() -> None:
    catalogue, rows = healthy()
    for slot in (SLOT[SPEED], SLOT[LOAD], SLOT[THROUGHPUT]):
        rows = changed(rows, slot, lambda *_: 0.0, 3_600)
    stands = changed(rows, SLOT[PRESSURE], lambda *_: 1.2, 3_600)
    assert run(catalogue, stands)[1] == {}


def test_a_mirrored_signal_is_found_at_both_ends() -> None:
    catalogue, rows = healthy()
    one, other = SLOT[PRESSURE], SLOT[MELT]
    mirror = changed(rows, other, lambda n, values: values[one] if n < 400 else values[other], 100)
    out, found = run(catalogue, mirror[:500])
    assert 60 <= min(found) - 100 <= 80
    assert max(found) == 399
    assert {(f.signal, f.check) for f in found[399]} == {(PRESSURE, "mirrored"), (MELT, "mirrored")}
    assert marked(out, one) == marked(out, other) == [n in found for n in range(500)]


UNITS = [
    (PRESSURE, "bar → psi"), (PRESSURE, "bar → MPa"), (PRESSURE, "÷100"), (MELT, "°C → °F"),
    (MELT, "°C → K"), (THROUGHPUT, "kg/h → lb/h"), (SPEED, "×10"), (SPEED, "÷1000"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "conversion"), UNITS)
def test_a_changed_unit_is_found_until_it_is_mended(name: str, conversion: str) -> None:
    catalogue, rows = healthy()
    slot = SLOT[name]
    unit = catalogue.extruders[0].signals[slot].unit
    (known,) = (one for one in conversions_of(unit) if one.name == conversion)
    wrong = changed(
        rows, slot, lambda n, values: known.of(values[slot]) if n < 900 else values[slot], 600
    )
    out, found = run(catalogue, wrong[:1_000])
    assert 30 <= min(found) - 600 <= 31
    assert 900 <= max(found) <= 905
    assert {(f.signal, f.check) for now in found.values() for f in now} == {(name, "unit")}
    assert conversion in found[899][0].why
    assert np.flatnonzero(marked(out, slot)).tolist() == sorted(found)


def test_a_changed_unit_is_accepted_after_a_day() -> None:
    catalogue, rows = healthy()
    checks, slot, step = checks_of(catalogue), SLOT[PRESSURE], 60_000
    found = []
    for n in range(ACCEPTED_MS // step + 300):
        one = rows[n % 600]
        values = one.values.copy()
        values[slot] *= 10 if n >= 200 else 1
        ts = START_MS + n * step
        checks.row(type(one)(ts, one.extruder, values, one.quality), ts)
        found += [n] if any(f.check == "unit" for f in checks.findings()) else []
    assert (found[0], found[-1]) == (219, 200 + ACCEPTED_MS // step - 1)


def test_spikes_are_no_unit() -> None:
    catalogue, rows = healthy()
    slot = SLOT[PRESSURE]
    spikes = changed(rows, slot, lambda n, v: v[slot] * (10 if n % 100 < 5 else 1), 600)
    found = run(catalogue, spikes[:2_000])[1]
    assert not found


def test_starts_stops_and_faults_of_a_plant_find_nothing(tmp_path: Path) -> None:
    plant = Simulator(8, 3, START_MS, tmp_path, backfill_s=0, fault_every_h=None)
    checks, found = checks_of(plant.catalogue()), set()
    faults = ["power_dip", "bridging", "power_dip", "surging", "motor_overload",
              "cooling_loss", "thermocouple_break", "heater_band_failure"]  # fmt: skip
    for n, rows in enumerate(plant.simulate(3_600)):
        if n == 1_200:
            for extruder, fault in enumerate(faults, 1):
                plant.begin_fault(extruder, fault)
        for row in rows:
            checks.row(row, row.ts)
        found |= set(checks.findings())
    assert not found
