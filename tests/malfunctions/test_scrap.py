"""Scrap by kind, in kg, hours and money."""

from __future__ import annotations

import math

import pytest

from data.extruders import JOB_IN_PRODUCTION, NO_JOB, START_UP_ACTIVE
from data.malfunctions.scrap import Price, ScrapClock, since


def test_material_is_counted_by_what_the_extruder_does() -> None:
    clock = ScrapClock().run(JOB_IN_PRODUCTION, 300, 1200).run(NO_JOB, 60, 600)
    clock = clock.run(START_UP_ACTIVE, 150, 1200)
    scrap = clock.scrap(spoils=True, price=Price(2.0), final=True)
    assert (scrap.out_of_spec_kg, scrap.purge_kg, scrap.start_up_kg) == (100, 10, 50)
    assert (scrap.kg, scrap.money) == (160, 320)
    assert scrap.hours == pytest.approx(3000 / 3600, abs=1e-4)
    assert scrap.final


def test_regrind_comes_back_and_is_no_loss() -> None:
    clock = ScrapClock().run(JOB_IN_PRODUCTION, 300, 1200)
    assert clock.scrap(True, Price(2.0, regrind=0.25), False).kg == 75


def test_an_extruder_without_throughput_loses_hours() -> None:
    scrap = ScrapClock().run(JOB_IN_PRODUCTION, math.nan, 1800).scrap(True, Price(2.0), False)
    assert (scrap.kg, scrap.hours) == (0, 0.5)


def test_what_passed_before_detection_is_counted_from_the_onset() -> None:
    minutes = [(minute * 60_000, 240.0 if minute < 10 else 300.0) for minute in range(20)]
    clock = since(10 * 60_000, 20 * 60_000, minutes, JOB_IN_PRODUCTION)
    assert clock.production_kg == pytest.approx(50)
    assert clock.hours == pytest.approx(1 / 6)


def test_missing_minutes_count_as_the_others() -> None:
    minutes = [(0, 300.0), (60_000, math.nan)]
    assert since(0, 120_000, minutes, JOB_IN_PRODUCTION).production_kg == pytest.approx(10)
