"""Similar events: found among those before, with what was done; else it is said that none is."""

from __future__ import annotations

import pytest

from data.history.onset_lines import onset_lines
from data.history.similar import (
    FRAME,
    MOST_SEARCHED,
    NOT_KEPT,
    PRINT,
    RAW,
    SHOWN,
    TOO_LITTLE,
    Similar,
    similar_events,
)
from data.journal import open_journal
from tests.history.similar_store import DAY_MS, NOW, SimilarStore, malfunction, resolved
from tests.similar_rows import BRIDGING, CLOGGING, LOAD, MINUTE_MS, NAMES, PRESSURE, rows_of

pytestmark = pytest.mark.both_stores


@pytest.fixture(name="plant")
def plant_fixture(store_url: str) -> SimilarStore:
    return SimilarStore(store_url)


def ask(plant: SimilarStore, malfunction_id: str) -> Similar:
    found = plant.questions.ask(similar_events, malfunction_id)
    assert found is not None
    return found


def test_the_nearest_earlier_events_come_with_what_was_found_and_done(plant: SimilarStore) -> None:
    plant.happened(resolved(malfunction(2, NOW - 3 * DAY_MS), "bridging", "cleared"), BRIDGING, 1)
    clog = plant.happened(resolved(malfunction(2, NOW - 2 * DAY_MS)), CLOGGING, 2)
    this = plant.happened(malfunction(1, NOW), CLOGGING, 3)
    found = ask(plant, this.id)
    assert (found.source, found.searched, found.capped) == (PRINT, 2, False)
    first = found.events[0]
    assert (first.id, first.extruder_name, first.cause) == (clog.id, "Line 2", "screen_clogging")
    assert (first.action, first.repair_ms) == ("screen change", 22 * MINUTE_MS)
    assert (first.kg, first.money) == (12.5, 16.9)
    assert first.similar
    assert found.last == first
    assert not any(event.similar for event in found.events[1:])


def test_only_a_resolved_event_that_is_really_similar_says_what_it_was(plant: SimilarStore) -> None:
    plant.happened(resolved(malfunction(1, NOW - 2 * DAY_MS)), BRIDGING)
    this = plant.happened(malfunction(1, NOW), CLOGGING)
    assert ask(plant, this.id).last is None
    open_one = plant.happened(malfunction(1, NOW - DAY_MS), CLOGGING)
    found = ask(plant, this.id)
    assert found.events[0].id == open_one.id
    assert not found.events[0].found
    assert found.last is None


def test_the_newest_of_the_similar_ones_is_the_last_time(plant: SimilarStore) -> None:
    for days in (5, 3, 4):
        one = resolved(malfunction(1, NOW - days * DAY_MS), action=f"{days} days ago")
        plant.happened(one, CLOGGING, days)
    this = plant.happened(malfunction(1, NOW), CLOGGING, 9)
    last = ask(plant, this.id).last
    assert last is not None
    assert last.action == "3 days ago"


def test_the_same_extruder_comes_first_and_later_events_do_not_count(plant: SimilarStore) -> None:
    plant.happened(resolved(malfunction(2, NOW - DAY_MS)), CLOGGING, 1)
    mine = plant.happened(resolved(malfunction(1, NOW - 2 * DAY_MS)), CLOGGING, 2)
    this = plant.happened(malfunction(1, NOW), CLOGGING, 1)
    plant.happened(resolved(malfunction(1, NOW + DAY_MS)), CLOGGING, 1)
    found = ask(plant, this.id)
    assert found.searched == 2
    assert found.events[0].id == mine.id


def test_a_malfunction_that_lasts_is_compared_by_its_readings_so_far(plant: SimilarStore) -> None:
    plant.happened(resolved(malfunction(1, NOW - DAY_MS)), CLOGGING)
    this = malfunction(1, NOW, ended=None)
    plant.write(this)
    assert ask(plant, this.id).source == NOT_KEPT
    plant.read(rows_of(NOW, CLOGGING, 1, (-30, 0.5), seed=5))
    assert ask(plant, this.id).source == TOO_LITTLE
    plant.read(rows_of(NOW, CLOGGING, 1, (0.5, 12), seed=5))
    found = ask(plant, this.id)
    assert found.source == RAW
    assert found.last is not None


def test_the_first_event_of_a_plant_has_none_to_compare_with(plant: SimilarStore) -> None:
    this = plant.happened(malfunction(1, NOW), CLOGGING)
    assert ask(plant, this.id) == Similar(PRINT, 0, False, [], None)
    assert plant.questions.ask(similar_events, "1-1") is None


def test_frames_from_before_there_were_fingerprints_get_theirs(plant: SimilarStore) -> None:
    for days in (1, 2, 3):
        plant.happened(resolved(malfunction(1, NOW - days * DAY_MS)), CLOGGING, days)
    this = plant.happened(malfunction(1, NOW), CLOGGING)
    kept = plant.sql("SELECT * FROM frame_prints ORDER BY malfunction")
    plant.sql("DELETE FROM frame_prints")
    assert ask(plant, this.id).source == FRAME
    journal = open_journal(plant.url)
    assert [journal.add_prints(3), journal.add_prints(3), journal.add_prints(3)] == [3, 1, 0]
    journal.close()
    assert plant.sql("SELECT * FROM frame_prints ORDER BY malfunction") == kept


def test_thousands_are_searched_and_no_more(plant: SimilarStore) -> None:
    this = plant.happened(malfunction(1, NOW), CLOGGING)
    old = plant.happened(resolved(malfunction(2, NOW - DAY_MS)), CLOGGING, 1)
    plant.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO frame_prints SELECT malfunction || '-' || i, extruder, product, onset - i,"
        " blob FROM frame_prints, n WHERE malfunction = ?",
        MOST_SEARCHED + 500,
        old.id,
    )
    found = ask(plant, this.id)  # how long it takes: `make bench BENCH=similar`
    assert (found.searched, found.capped) == (MOST_SEARCHED, True)
    assert len(found.events) <= SHOWN


def test_lines_are_aligned_at_the_onset_from_the_frame_or_from_readings(
    plant: SimilarStore,
) -> None:
    past = plant.happened(malfunction(1, NOW), CLOGGING)
    now = malfunction(2, NOW, ended=None)
    plant.write(now)
    plant.read(rows_of(NOW, CLOGGING, 2, (-30, 10)))
    for id_, source, points in ((past.id, "frame", 164), (now.id, "raw", 80)):
        found = plant.questions.ask(onset_lines, id_, (PRESSURE, LOAD, "Nothing"))
        assert (found.source, [line.signal for line in found.lines]) == (source, [PRESSURE, LOAD])
        line = found.lines[0]
        assert (line.first, line.step, len(line.values)) == (-30, 0.5, points)
        assert line.values[59] == pytest.approx(200, abs=1)
        assert line.values[79] == pytest.approx(200 + 1.5 * 9.75, abs=1)


def test_lines_come_from_minutes_when_readings_are_gone_and_gaps_stay_gaps(
    plant: SimilarStore,
) -> None:
    one = malfunction(1, NOW)
    plant.write(one)
    assert plant.questions.ask(onset_lines, one.id, (PRESSURE,)).source == ""
    rows = rows_of(NOW, CLOGGING, 1)
    plant.roll_up([row for row in rows if not 5 <= (row.ts - NOW) / MINUTE_MS < 7])
    found = plant.questions.ask(onset_lines, one.id, (PRESSURE,))
    assert found.source == "minute"
    assert found.lines[0].step == 1
    assert found.lines[0].values[34:38] != [None] * 4
    assert found.lines[0].values[35:37] == [None, None]
    assert NAMES[0] == PRESSURE
