"""Fingerprints: the same fault is near, another is far, whatever the readings are like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.fingerprint import (
    AFTER,
    BEFORE,
    GAP,
    MINUTES,
    Fingerprint,
    distances,
    of_rows,
    pack,
    unpack,
)
from data.quality import Quality
from data.windows import Row
from tests.similar_rows import (
    BRIDGING,
    CLOGGING,
    LOAD,
    MINUTE_MS,
    NAMES,
    PRESSURE,
    ZONES,
    Moves,
    rows_of,
    zone_cold,
)

ONSET = 1_770_105_600_000
SIMILAR, NOTHING_IN_COMMON = 0.3, 0.9


def made(rows: list[Row], until: float = AFTER, onset: int = ONSET) -> Fingerprint:
    found = of_rows(NAMES, rows, onset, ONSET + round(until * MINUTE_MS))
    assert found is not None
    return found


def fault(moves: Moves, **changes: float) -> Fingerprint:
    until = changes.pop("until", AFTER)
    return made(rows_of(ONSET, moves, seed=1, **changes), until)  # type: ignore[arg-type]


def apart(one: Fingerprint, other: Fingerprint) -> float:
    return float(distances(one, [pack(other)])[0])


def test_the_same_fault_on_a_machine_of_another_size_is_near() -> None:
    assert apart(fault(CLOGGING), fault(CLOGGING, extruder=2, scale=1.7)) < SIMILAR


def test_another_fault_is_far() -> None:
    assert apart(fault(CLOGGING), fault(BRIDGING)) > NOTHING_IN_COMMON


def test_the_same_fault_of_another_zone_is_near_and_a_hot_zone_is_not_a_cold_one() -> None:
    hot: Moves = {ZONES[0]: lambda m: 1.0 * m.clip(0)}
    assert apart(fault(zone_cold(1)), fault(zone_cold(3))) < SIMILAR
    assert apart(fault(zone_cold(1)), fault(hot)) > NOTHING_IN_COMMON


def test_a_fault_that_was_repaired_sooner_is_compared_as_far_as_both_lasted() -> None:
    assert apart(fault(CLOGGING), fault(CLOGGING, until=15)) < SIMILAR
    assert apart(fault(CLOGGING, until=15), fault(CLOGGING)) < SIMILAR


def test_an_onset_that_errs_by_three_minutes_does_no_harm() -> None:
    late = made(rows_of(ONSET, BRIDGING, seed=2), onset=ONSET + 3 * MINUTE_MS)
    early = made(rows_of(ONSET, BRIDGING, seed=2), onset=ONSET - 3 * MINUTE_MS)
    assert apart(fault(BRIDGING), late) < SIMILAR
    assert apart(fault(BRIDGING), early) < SIMILAR


def test_a_swing_shows_though_the_mean_stays() -> None:
    swinging: Moves = {PRESSURE: lambda m: 8.0 * np.sin(m * 12) * (m > 0)}
    assert apart(fault(swinging), fault(swinging, extruder=2)) < SIMILAR
    assert apart(fault(swinging), fault(CLOGGING)) > 0.5


def test_a_failed_sensor_shows_and_is_not_taken_for_a_gap() -> None:
    def broken(quality: Quality) -> Fingerprint:
        rows = rows_of(ONSET, {}, seed=3)
        slot = NAMES.index(LOAD)
        for row in rows:
            if row.ts > ONSET:
                row.values[slot], row.quality[slot] = np.nan, quality
        return made(rows)

    failed, absent = broken(Quality.BAD_SENSOR_FAILURE), broken(Quality.ABSENT)
    assert apart(failed, broken(Quality.BAD_SENSOR_FAILURE)) < SIMILAR
    assert np.isnan(apart(absent, absent)), "nothing moved, so there is nothing to compare"


def test_gaps_spikes_of_no_number_and_a_quiet_plant_do_no_harm() -> None:
    rows = [row for n, row in enumerate(rows_of(ONSET, CLOGGING, seed=4)) if n % 3]
    rows = [row for row in rows if not 10 <= (row.ts - ONSET) / MINUTE_MS < 14]
    for row in rows[::7]:
        row.values[:3] = np.inf
    assert apart(made(rows), fault(CLOGGING)) < SIMILAR
    assert np.isnan(apart(fault({}), fault(CLOGGING, until=1)))


def test_states_are_left_out_and_rows_from_before_a_signal_was_added_are_taken() -> None:
    rows = [replace(r, values=r.values[:1], quality=r.quality[:1]) for r in rows_of(ONSET, {})]
    found = made(rows)
    assert not set(found.names) & {"JobStatus", "Product"}
    assert (found.cells[found.names.index(LOAD)] == GAP).all()


@pytest.mark.parametrize("minutes", [(2, 60), (-3, 60)])
def test_without_readings_before_the_onset_there_is_no_fingerprint(
    minutes: tuple[float, float],
) -> None:
    rows = rows_of(ONSET, CLOGGING, minutes=minutes)
    assert of_rows(NAMES, rows, ONSET, ONSET + AFTER * MINUTE_MS) is None
    assert of_rows(NAMES, [], ONSET, ONSET) is None


def test_what_comes_after_the_end_is_a_gap() -> None:
    cells = fault(CLOGGING, until=20).cells
    assert (cells[:, :, BEFORE + 20 :] == GAP).all()
    assert (cells[:, :, : BEFORE + 20] != GAP).all()


def test_a_packed_fingerprint_comes_back_and_another_version_does_not() -> None:
    one = fault(CLOGGING)
    back = unpack(pack(one))
    assert back is not None
    assert back.names == one.names
    assert np.array_equal(back.cells, one.cells)
    for other in (b"", b"MWF0" + pack(one)[4:], pack(one)[:-1]):
        assert unpack(other) is None
        assert np.isnan(distances(one, [other])).all()


def test_extruders_with_other_signals_are_compared_by_those_that_both_have() -> None:
    one = fault(CLOGGING)
    fewer = Fingerprint(one.names[:1], one.cells[:1])
    foreign = Fingerprint(("Other",), one.cells[:1])
    found = distances(one, [pack(fewer), pack(foreign), pack(one)])
    assert found[0] < SIMILAR
    assert np.isnan(found[1])
    assert found[2] == pytest.approx(0, abs=1e-3)
    assert one.cells.shape == (len(one.names), 3, MINUTES)
