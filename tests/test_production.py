"""Hours and kilograms from rollups of a minute, computed by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from data.extruders import JOB_IN_PRODUCTION, NO_JOB, START_UP_ACTIVE
from data.production import Minutes, ProductKg, Rollups, production, together
from data.rollups import RECORD


def rolled(*cells: float | tuple[float, float, float] | None) -> Rollups:
    """A rollup a minute: a steady value, (min, max, mean), or None for no reading."""
    out = np.zeros(len(cells), RECORD)
    for at, cell in enumerate(cells):
        if cell is None:
            out[at] = (math.nan, math.nan, math.nan, 0, 0)
        else:
            low, high, mean = cell if isinstance(cell, tuple) else (cell, cell, cell)
            out[at] = (low, high, mean, 60, 0)
    return out


def minutes(
    job: Rollups | None, throughput: Rollups | None, product: Rollups | None = None
) -> Minutes:
    count = len(job if job is not None else throughput if throughput is not None else [])
    return Minutes(np.ones(count, bool), job, product, throughput)


def test_kilograms_are_the_throughput_of_minutes_in_production() -> None:
    job = rolled(JOB_IN_PRODUCTION, JOB_IN_PRODUCTION, START_UP_ACTIVE, NO_JOB)
    made = production(minutes(job, rolled(300, 360, 120, 60)))
    assert made.kg == pytest.approx(5 + 6)
    assert (made.production_h, made.start_up_h, made.stopped_h) == pytest.approx(
        (2 / 60, 1 / 60, 1 / 60)
    )
    assert (made.unknown_h, made.no_data_h, made.unmeasured_h) == (0, 0, 0)


def test_stopped_is_not_the_same_as_no_data() -> None:
    job = rolled(NO_JOB, None, JOB_IN_PRODUCTION, None)
    known = np.array([True, True, True, False])
    made = production(Minutes(known, job, None, rolled(0, 0, 300, None)))
    assert made.stopped_h == pytest.approx(1 / 60)
    assert made.unknown_h == pytest.approx(1 / 60)  # readings, but none of the job state
    assert made.no_data_h == pytest.approx(1 / 60)
    assert made.kg == pytest.approx(5)


def test_a_minute_in_which_production_ends_is_shared_by_the_mean_of_its_states() -> None:
    fifteen_seconds = (NO_JOB, JOB_IN_PRODUCTION, JOB_IN_PRODUCTION * 0.25)
    made = production(minutes(rolled(fifteen_seconds), rolled(240)))
    assert made.production_h == pytest.approx(0.25 / 60)
    assert made.stopped_h == pytest.approx(0.75 / 60)
    assert made.kg == pytest.approx(1)


def test_an_unknown_job_state_is_counted_as_one() -> None:
    made = production(minutes(rolled(7, JOB_IN_PRODUCTION), rolled(300, 300)))
    assert made.unknown_h == pytest.approx(1 / 60)
    assert made.kg == pytest.approx(5)


def test_production_is_booked_on_its_product_and_a_minute_of_change_on_the_one_before() -> None:
    job = rolled(*[JOB_IN_PRODUCTION] * 5)
    product = rolled(3, 3, (3, 8, 5), None, 8)
    made = production(minutes(job, rolled(60, 60, 60, 60, 120), product))
    assert [(p.code, p.kg) for p in made.products] == [(3, 4.0), (8, 2.0)]
    assert [p.hours for p in made.products] == pytest.approx([4 / 60, 1 / 60])


def test_minutes_before_the_first_product_belong_to_it() -> None:
    job = rolled(JOB_IN_PRODUCTION, JOB_IN_PRODUCTION)
    made = production(minutes(job, rolled(60, 60), rolled(None, 8)))
    assert [(p.code, p.kg) for p in made.products] == [(8, 2.0)]


def test_without_a_product_signal_production_has_no_product() -> None:
    made = production(minutes(rolled(JOB_IN_PRODUCTION), rolled(60)))
    assert made.products == (ProductKg(0, 1 / 60, 1.0),)


def test_without_a_throughput_kilograms_are_unknown_and_hours_are_not() -> None:
    made = production(minutes(rolled(JOB_IN_PRODUCTION), None))
    assert made.kg is None
    assert made.products[0].kg is None
    assert made.production_h == pytest.approx(1 / 60)
    assert made.unmeasured_h == 0


def test_a_minute_of_production_without_a_throughput_is_said_to_be_missing() -> None:
    job = rolled(JOB_IN_PRODUCTION, JOB_IN_PRODUCTION)
    made = production(minutes(job, rolled(300, None)))
    assert made.kg == pytest.approx(5)
    assert made.unmeasured_h == pytest.approx(1 / 60)


def test_a_throughput_below_nothing_is_nothing() -> None:
    assert production(minutes(rolled(JOB_IN_PRODUCTION), rolled(-3))).kg == 0


def test_without_a_job_signal_nothing_is_known_but_that_there_were_readings() -> None:
    made = production(minutes(None, rolled(300, 300)))
    assert (made.kg, made.production_h, made.start_up_h, made.stopped_h) == (None,) * 4
    assert made.unknown_h == pytest.approx(2 / 60)


def test_a_span_without_readings_is_unknown_not_nought() -> None:
    nothing = Minutes(np.zeros(2, bool), rolled(None, None), None, rolled(None, None))
    made = production(nothing)
    assert (made.kg, made.production_h, made.no_data_h) == (None, None, pytest.approx(2 / 60))


def test_hours_add_up_to_the_span_whatever_happens() -> None:
    rng = np.random.default_rng(7)
    low, high = np.sort(rng.integers(-1, 5, (2, 480)), axis=0)
    job = np.zeros(480, RECORD)
    job["min"], job["max"], job["mean"] = low, high, low + (high - low) * rng.random(480)
    job["count"] = rng.integers(0, 2, 480) * 60
    known = rng.random(480) > 0.2
    made = production(Minutes(known, job, None, rolled(*[300.0] * 480)))
    parts = (made.production_h, made.start_up_h, made.stopped_h, made.unknown_h, made.no_data_h)
    assert sum(part or 0 for part in parts) == pytest.approx(8, abs=1e-6)


def test_together_sums_what_is_known_and_is_unknown_only_if_all_is() -> None:
    one = production(minutes(rolled(JOB_IN_PRODUCTION), rolled(300), rolled(3)))
    lacking = production(minutes(rolled(JOB_IN_PRODUCTION), None, rolled(3)))
    both = together([one, lacking])
    assert both.kg == pytest.approx(5)
    assert both.production_h == pytest.approx(2 / 60)
    assert both.products == (ProductKg(3, 2 / 60, 5.0),)
    assert together([lacking, lacking]).kg is None
    assert together([]) == replace(
        both, kg=None, production_h=None, start_up_h=None, stopped_h=None, products=()
    )
