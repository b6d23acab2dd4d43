"""The report of a shift says what each extruder did, cost and leaves to the next shift."""

from __future__ import annotations

import msgspec
import pytest

from data.alarms.events import Kind, Priority, State
from data.extruders import NO_JOB, START_UP_ACTIVE, Catalogue
from data.history.shift_address import query_of, shift_named
from data.history.shift_report import Kept, ShiftLine, ShiftReport
from data.malfunctions.malfunction import Scrap, Stage
from tests.history.shift_plant import CATALOGUE, HOUR, MINUTE, PLAN, ShiftPlant, ms

pytestmark = pytest.mark.both_stores

#: Tuesday, the early shift.
START = ms("2026-11-24 06:00")
EARLY = "2026-11-24 06:00"


@pytest.fixture
def plant(store_url: str) -> ShiftPlant:
    return ShiftPlant(store_url)


def line(shown: ShiftReport, extruder: int) -> ShiftLine:
    return next(one for one in shown.lines if one.extruder == extruder)


def hours(one: ShiftLine) -> float:
    made = one.production
    known = (made.production_h, made.start_up_h, made.stopped_h, made.unknown_h, made.no_data_h)
    return sum(part or 0 for part in known)


def test_production_start_up_stop_and_no_data_add_up_to_the_shift(plant: ShiftPlant) -> None:
    plant.minutes(1, START - HOUR, 60, kg_per_h=999)
    plant.minutes(1, START, 60, START_UP_ACTIVE)
    plant.minutes(1, START + HOUR, 240, kg_per_h=300)
    plant.minutes(1, START + 5 * HOUR, 60, NO_JOB, kg_per_h=0)
    plant.minutes(1, START + 6 * HOUR, 60, product=8, kg_per_h=120)
    plant.minutes(1, START + 8 * HOUR, 60, kg_per_h=999)
    one = line(plant.report(EARLY), 1)
    made = one.production
    assert made.kg == pytest.approx(4 * 300 + 120)
    assert (made.production_h, made.start_up_h) == pytest.approx((5, 1))
    assert (made.stopped_h, made.no_data_h, made.unknown_h) == pytest.approx((1, 1, 0))
    assert [(p.code, round(p.kg or 0)) for p in made.products] == [(3, 1200), (8, 120)]
    assert hours(one) == pytest.approx(8)


def test_what_an_extruder_does_not_measure_is_unknown(plant: ShiftPlant) -> None:
    for extruder in (1, 3, 4):
        plant.minutes(extruder, START, 480)
    shown = plant.report(EARLY)
    assert line(shown, 3).production.kg is None
    assert line(shown, 3).production.production_h == pytest.approx(8)
    assert line(shown, 4).production.production_h is None
    assert line(shown, 4).production.unknown_h == pytest.approx(8)
    assert line(shown, 2).production.no_data_h == pytest.approx(8)
    assert line(shown, 2).production.kg is None
    assert shown.total.production.kg == pytest.approx(2400)
    assert hours(shown.total) == pytest.approx(4 * 8)


@pytest.mark.parametrize(
    ("local", "length"),
    [("2026-03-28 23:00", 7), ("2026-10-24 23:00", 9), ("2026-11-24 23:00", 8)],
)
def test_a_night_of_a_clock_change_is_an_hour_shorter_or_longer(
    plant: ShiftPlant, local: str, length: int
) -> None:
    shift = PLAN.span_at(ms(local))
    plant.minutes(1, shift.start - HOUR, (length + 2) * 60)
    shown = plant.report(local)
    assert shown.hours == pytest.approx(length)
    assert line(shown, 1).production.production_h == pytest.approx(length)
    assert line(shown, 1).production.kg == pytest.approx(300 * length)
    assert all(hours(one) == pytest.approx(length) for one in shown.lines)


def test_a_shift_that_runs_is_counted_so_far(plant: ShiftPlant) -> None:
    plant.minutes(1, START, 90)
    shown = plant.report(EARLY, now="2026-11-24 07:31:40")
    assert shown.runs
    assert shown.until == START + 90 * MINUTE  # the minute that runs has no rollup yet
    assert line(shown, 1).production.production_h == pytest.approx(1.5)
    assert line(shown, 1).production.no_data_h == 0
    assert hours(line(shown, 2)) == pytest.approx(1.5)


def test_a_plant_that_is_silent_has_no_data_also_while_the_shift_runs(plant: ShiftPlant) -> None:
    plant.minutes(1, START, 30)
    shown = plant.report(EARLY, now="2026-11-24 07:30:00")
    assert line(shown, 1).production.no_data_h == pytest.approx(55 / 60)
    assert shown.until == START + 85 * MINUTE


def test_a_shift_is_complete_once_its_last_minute_is_there(plant: ShiftPlant) -> None:
    plant.minutes(1, START, 479)
    assert plant.report(EARLY, now="2026-11-24 14:00:20").runs
    plant.minutes(1, START + 479 * MINUTE, 1)
    assert not plant.report(EARLY, now="2026-11-24 14:00:30").runs


def test_scrap_belongs_to_the_shift_in_which_its_malfunction_began(plant: ShiftPlant) -> None:
    plant.minutes(1, START, 480)
    plant.malfunction(1, START - HOUR, START + HOUR, kg=500)
    plant.malfunction(1, START + 2 * HOUR, START + 3 * HOUR, kg=24)
    plant.malfunction(1, START + 9 * HOUR, None, kg=700)
    one = line(plant.report(EARLY), 1)
    assert (one.scrap_kg, one.scrap_money, one.scrap_lasts) == (24, 36, False)
    assert one.scrap_share == pytest.approx(24 / 2400)
    assert [m.before for m in one.malfunctions] == [True, False]
    assert one.begun == 1
    assert one.malfunction_h == pytest.approx(2)


def test_hours_with_malfunctions_are_counted_once_where_they_overlap(plant: ShiftPlant) -> None:
    plant.malfunction(1, START + HOUR, START + 3 * HOUR)
    plant.malfunction(1, START + 2 * HOUR, START + 4 * HOUR)
    plant.malfunction(1, START + 7 * HOUR, None)
    one = line(plant.report(EARLY), 1)
    assert one.malfunction_h == pytest.approx(3 + 1)
    assert one.scrap_lasts


def test_scrap_without_a_price_has_no_cost(plant: ShiftPlant) -> None:
    unpriced = {"product": 8, "scrap": Scrap(kg=5)}
    plant.malfunction(1, START + HOUR, START + 2 * HOUR, **unpriced)
    one = line(plant.report(EARLY), 1)
    assert (one.scrap_kg, one.scrap_money, one.unpriced) == (5, None, 1)
    plant.malfunction(1, START + 3 * HOUR, START + 4 * HOUR, kg=10)
    one = line(plant.report(EARLY), 1)
    assert (one.scrap_kg, one.scrap_money, one.unpriced) == (15, 15, 1)


def test_alarms_are_those_that_operators_were_told(plant: ShiftPlant) -> None:
    for minute in (0, 1, 2):
        plant.alarm(1, START + minute * MINUTE)
    plant.alarm(1, START + HOUR, priority=Priority.CRITICAL)
    plant.alarm(1, START + HOUR, Kind.CLEARED, State.NORMAL)
    plant.alarm(1, START + 2 * HOUR, state=State.SHELVED)
    plant.alarm(2, START + 8 * HOUR)
    shown = plant.report(EARLY)
    assert line(shown, 1).alarms == (1, 3, 0, 0)
    assert shown.total.alarm_count == 4
    assert shown.alarms_per_10_min == pytest.approx(4 / 48)
    assert shown.busiest_10_min == 3


def test_minutes_that_are_no_longer_kept_are_said_and_the_rest_is_used(plant: ShiftPlant) -> None:
    plant.minutes(1, START - 30 * 24 * HOUR, 40 * 24, table="hour_rollups")
    plant.minutes(1, START + 10 * 24 * HOUR, 60)
    plant.malfunction(1, START + HOUR, START + 2 * HOUR, kg=24)
    plant.alarm(1, START + HOUR)
    shown = plant.report(EARLY)
    assert shown.minutes is Kept.NONE
    one = line(shown, 1)
    assert (one.production.kg, one.production.stopped_h) == (None, None)
    assert (one.scrap_kg, one.alarm_count, one.scrap_share) == (24, 1, None)


def test_a_shift_of_which_a_part_is_no_longer_kept_says_since_when(plant: ShiftPlant) -> None:
    plant.minutes(1, START - 24 * HOUR, 32, table="hour_rollups")
    plant.minutes(1, START + 3 * HOUR, 300)
    shown = plant.report(EARLY)
    assert (shown.minutes, shown.kept_from) == (Kept.PART, START + 3 * HOUR)


def test_a_shift_before_the_first_reading_has_none(plant: ShiftPlant) -> None:
    assert plant.report(EARLY).minutes is Kept.NEVER
    plant.minutes(1, START + 3 * HOUR, 300)
    plant.minutes(1, START + 3 * HOUR, 5, table="hour_rollups")
    assert plant.report(EARLY).minutes is Kept.ALL
    assert plant.report("2026-11-23 07:00").minutes is Kept.NEVER


def test_open_malfunctions_are_handed_over_with_what_was_written_last(plant: ShiftPlant) -> None:
    over = plant.malfunction(1, START + HOUR, START + 2 * HOUR)
    lasting = plant.malfunction(2, START + 2 * HOUR, None)
    resolved = {"stage": Stage.RESOLVED, "resolved_at": START + 4 * HOUR}
    plant.malfunction(3, START + 3 * HOUR, START + 3.5 * HOUR, **resolved)  # type: ignore[arg-type]
    plant.note(lasting, START + 3 * HOUR, "spare screens are ordered")
    plant.note(lasting, START + 9 * HOUR, "written in the next shift")
    left = plant.report(EARLY).handover.malfunctions
    assert [one.malfunction.id for one in left] == [lasting.id, over.id]
    assert (left[0].note.who, left[0].note.text) == ("Ana", "spare screens are ordered")
    assert left[1].note.text == ""


def test_alarms_that_are_shelved_at_the_end_are_handed_over(plant: ShiftPlant) -> None:
    plant.alarm(1, START + 7 * HOUR, Kind.SHELVED, State.SHELVED, who="Ben")
    plant.alarm(2, START + 6 * HOUR, Kind.SHELVED, State.SHELVED, who="Ben")
    plant.alarm(2, START + 7 * HOUR, Kind.UNSHELVED)
    plant.alarm(3, START + 9 * HOUR, Kind.SHELVED, State.SHELVED, who="Ben")
    (shelved,) = plant.report(EARLY).handover.shelved
    assert (shelved.extruder, shelved.source, shelved.condition) == (1, "Motor load", "HH")
    assert (shelved.who, shelved.comment, shelved.since) == ("Ben", "known", START + 7 * HOUR)


def test_notes_of_the_shift_are_handed_over_but_not_those_removed(plant: ShiftPlant) -> None:
    plant.annotate(0, START + HOUR, "compressor serviced")
    plant.annotate(1, START + 2 * HOUR, "a mistake", removed=START + 3 * HOUR)
    plant.annotate(1, START - HOUR, "before")
    notes = plant.report(EARLY).handover.notes
    assert [(one.extruder, one.text) for one in notes] == [(0, "compressor serviced")]


def test_an_extruder_that_left_is_in_reports_of_its_time(plant: ShiftPlant, store_url: str) -> None:
    plant.minutes(2, START, 480)
    kept = Catalogue(0, CATALOGUE.extruders[:1], CATALOGUE.products)
    ShiftPlant(store_url, kept)
    assert [one.name for one in plant.report(EARLY).lines] == ["Line A", "Line B"]
    assert [one.name for one in plant.report("2026-11-25 06:00").lines] == ["Line A"]


def test_a_report_survives_the_cache(plant: ShiftPlant) -> None:
    plant.minutes(1, START, 480)
    plant.malfunction(1, START + HOUR, None)
    shown = plant.report(EARLY)
    packed = msgspec.msgpack.encode(shown)
    assert msgspec.msgpack.decode(packed, type=ShiftReport) == shown


def test_an_address_names_a_shift_by_the_day_on_which_it_begins() -> None:
    night = PLAN.span_at(ms("2026-11-25 02:00"))
    assert query_of(night, PLAN) == "day=2026-11-24&shift=Night"
    assert shift_named(PLAN, "2026-11-24", "Night", 0) == night
    assert shift_named(PLAN, "2026-11-24", "", 0) == PLAN.span_at(START)
    assert shift_named(PLAN, "", "", START + HOUR) == PLAN.span_at(START)
    assert shift_named(PLAN, "", "Night", START + HOUR) == PLAN.span_at(START - 1)
    assert shift_named(PLAN, "", "Early", START + HOUR) == PLAN.span_at(START)


@pytest.mark.parametrize("day", ["24.11.2026", "2026-02-30", "9999-12-31", "0001-01-01", "x" * 99])
def test_an_address_may_name_no_shift(day: str) -> None:
    found = shift_named(PLAN, day, "Early", START)
    assert found is None or found.name == "Early"
    assert shift_named(PLAN, "2026-11-24", "Lunch", START) is None
