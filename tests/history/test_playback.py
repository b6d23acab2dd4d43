"""What was read at a time is given as it was read, at the finest level that is still kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from data.alarms.events import AlarmKey, Condition, Kind, State
from data.errors import HistoryTooLarge, UnknownExtruder
from data.extruders import Limits
from data.history import Questions, open_history
from data.history.happenings import Happenings, happenings
from data.history.playback import MAX_STEPS, PlaybackWindow, window
from data.journal import Batch, Frame, open_journal
from data.quality import Quality
from data.rollups import RECORD
from data.shifts import ShiftPlan
from data.telemetry import TelemetryStore
from data.windows import Row
from tests.journal.samples import event, malfunction
from tests.raw_sql import sql
from tests.rows import plant, row

pytestmark = pytest.mark.both_stores

#: The start of an hour.
T0 = 1_800_000_000_000 // 3_600_000 * 3_600_000
MINUTE, HOUR = 60_000, 3_600_000
PRESSURE = "MeltPressure"
Answers = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def questions(store: TelemetryStore, store_url: str) -> Questions:
    store.put_catalogue(plant(3), "test", "")
    return open_history(store_url, ShiftPlan.parse("Day 06:00", ZoneInfo("UTC")))


def arrays(found: PlaybackWindow) -> Answers:
    shape = (found.steps, found.signals)
    values = np.frombuffer(found.values, "<f4").reshape(shape)
    return values, np.frombuffer(found.quality, np.uint8).reshape(shape)


def roll(path: str, table: str, ts: int, cells: Sequence[tuple[float, float, float, int, int]]) -> None:  # fmt: skip  # noqa: E501
    blob = np.array(list(cells), RECORD).tobytes()
    sql(path, f"INSERT INTO {table} VALUES (1, ?, ?)", ts, blob)


def keep_frame(store_url: str, rows: list[Row], onset: int, step_ms: int = 1000) -> None:
    one = malfunction(onset + MINUTE, extruder=1, id="1-1", onset=onset, ended=onset + 5 * MINUTE)
    names = (PRESSURE, "MeltTemperature", "JobStatus")
    start, end = onset - 30 * MINUTE, onset + 35 * MINUTE
    with closing(open_journal(store_url)) as journal:
        journal.write(Batch(onset, malfunctions=[one]))
        journal.save_frame(Frame("1-1", start, end, step_ms, names, rows))


def test_readings_are_those_of_the_store_to_the_bit(
    questions: Questions, store: TelemetryStore
) -> None:
    rows = [row(T0 + 1000 * i, 1, 200 + i / 3, 190 + i / 7, 2) for i in range(20)]
    store.append([*rows, row(T0, 2, 1, 2, 1)])
    found = questions.ask(window, 1, T0, T0 + 20_000)
    values, quality = arrays(found)
    assert (found.level, found.step_ms, found.first_ts, found.steps) == ("raw", 1000, T0, 20)
    assert values.tolist() == [r.values.tolist() for r in rows]
    assert not quality.any()
    assert found.head_ts == T0 + 19_000


def test_a_second_without_a_reading_is_a_gap(questions: Questions, store: TelemetryStore) -> None:
    store.append([row(T0 + 1000 * i, 1, 200, 190, 2) for i in (0, 1, 4)])
    values, quality = arrays(questions.ask(window, 1, T0, T0 + 6000))
    assert quality[:, 0].tolist() == [0, 0, 255, 255, 0, 255]
    assert np.isnan(values[[2, 3, 5]]).all()


def test_two_rows_of_a_second_are_laid_over_each_other_as_live(
    questions: Questions, store: TelemetryStore
) -> None:
    store.append([row(T0, 1, 200, 190, 2), row(T0 + 500, 1, 201, None, None)])
    values, _ = arrays(questions.ask(window, 1, T0, T0 + 1000))
    assert values.tolist() == [[201, 190, 2]]


def test_a_row_from_before_a_signal_was_added_lacks_it(
    questions: Questions, store: TelemetryStore
) -> None:
    store.append([row(T0, 1, 200, 190)])
    _, quality = arrays(questions.ask(window, 1, T0, T0 + 1000))
    assert quality.tolist() == [[0, 0, Quality.ABSENT]]


def test_where_readings_are_gone_the_frame_of_a_malfunction_has_them(
    questions: Questions, store: TelemetryStore, store_url: str
) -> None:
    rows = [row(T0 + 1000 * i, 1, 200 + i, 190, 2) for i in range(60)]
    keep_frame(store_url, rows, onset=T0 + 5 * MINUTE)
    roll(store_url, "minute_rollups", T0, [(1, 1, 1, 60, 0)] * 3)
    store.append([row(T0 + 24 * HOUR, 1, 1, 1, 2)])
    found = questions.ask(window, 1, T0, T0 + MINUTE)
    assert (found.level, found.step_ms, found.steps) == ("frame", 1000, 60)
    assert arrays(found)[0].tolist() == [r.values.tolist() for r in rows]


def test_a_thinned_frame_says_how_far_its_readings_are_apart(
    questions: Questions, store_url: str
) -> None:
    rows = [row(T0 + 5000 * i, 1, 200 + i, 190, 2) for i in range(12)]
    keep_frame(store_url, rows, onset=T0, step_ms=5000)
    found = questions.ask(window, 1, T0 + 10_000, T0 + 40_000)
    assert (found.level, found.step_ms, found.first_ts, found.steps) == ("frame", 5000, T0 + 10_000, 6)  # fmt: skip  # noqa: E501
    assert arrays(found)[0][:, 0].tolist() == [202, 203, 204, 205, 206, 207]


def test_without_a_frame_minutes_are_means(questions: Questions, store_url: str) -> None:
    roll(store_url, "minute_rollups", T0, [(190, 210, 200.5, 60, 0), (0, 0, 0, 0, 9), (1, 2, 1.5, 60, 0)])  # fmt: skip  # noqa: E501
    roll(store_url, "hour_rollups", T0, [(1, 1, 1, 3600, 0)] * 3)
    found = questions.ask(window, 1, T0 + 20_000, T0 + 3 * MINUTE)
    values, quality = arrays(found)
    assert (found.level, found.step_ms, found.first_ts, found.steps) == ("minute", MINUTE, T0, 3)
    assert values[0, 0] == 200.5
    assert quality[0].tolist() == [Quality.GOOD, Quality.BAD_SENSOR_FAILURE, Quality.GOOD]
    assert np.isnan(values[0, 1])
    assert quality[1:].tolist() == [[Quality.ABSENT] * 3] * 2


def test_a_state_is_never_a_mean_of_two_states(questions: Questions, store_url: str) -> None:
    roll(store_url, "minute_rollups", T0, [(1, 2, 1.5, 60, 0)] * 3)
    values, _ = arrays(questions.ask(window, 1, T0, T0 + MINUTE))
    assert values[0].tolist() == [1.5, 1.5, 2.0]


def test_without_minutes_there_are_hours_and_then_nothing(
    questions: Questions, store_url: str
) -> None:
    roll(store_url, "hour_rollups", T0, [(190, 210, 200.5, 3600, 0)] * 3)
    hours = questions.ask(window, 1, T0 + 10 * MINUTE, T0 + 20 * MINUTE)
    assert (hours.level, hours.step_ms, hours.first_ts, hours.steps) == ("hour", HOUR, T0, 1)
    nothing = questions.ask(window, 1, T0 - 5 * HOUR, T0 - 5 * HOUR + MINUTE)
    assert (nothing.level, nothing.head_ts) == ("none", -1)
    assert (arrays(nothing)[1] == Quality.ABSENT).all()


def test_a_span_that_retention_has_half_taken_is_minutes_not_half_a_gap(
    questions: Questions, store: TelemetryStore, store_url: str
) -> None:
    store.append([row(T0 + 1000 * i, 1, 200, 190, 2) for i in range(300, 600)])
    roll(store_url, "minute_rollups", T0, [(190, 210, 200.5, 60, 0)] * 3)
    assert questions.ask(window, 1, T0, T0 + 10 * MINUTE).level == "minute"
    assert questions.ask(window, 1, T0 + 5 * MINUTE, T0 + 10 * MINUTE).level == "raw"


def test_the_first_readings_of_a_plant_are_not_taken_for_the_rest_of_more(
    questions: Questions, store: TelemetryStore, store_url: str
) -> None:
    store.append([row(T0 + 1000 * i, 1, 200, 190, 2) for i in range(301, 600)])
    roll(store_url, "minute_rollups", T0 + 5 * MINUTE, [(190, 210, 200.5, 60, 0)] * 3)
    assert questions.ask(window, 1, T0, T0 + 10 * MINUTE).level == "raw"
    assert questions.ask(window, 1, T0 - 10 * MINUTE, T0).level == "none"


def test_a_gap_in_readings_that_are_kept_is_a_gap_not_something_that_is_gone(
    questions: Questions, store: TelemetryStore
) -> None:
    store.append([row(T0, 1, 200, 190, 2), row(T0 + HOUR, 1, 200, 190, 2)])
    found = questions.ask(window, 1, T0 + 10 * MINUTE, T0 + 11 * MINUTE)
    assert (found.level, found.head_ts) == ("raw", -1)


def test_a_window_is_capped_and_of_a_known_extruder(questions: Questions) -> None:
    with pytest.raises(HistoryTooLarge):
        questions.ask(window, 1, T0, T0 + (MAX_STEPS + 1) * 1000)
    with pytest.raises(UnknownExtruder):
        questions.ask(window, 99, T0, T0 + 1000)


def test_answers_survive_the_cache(questions: Questions, store: TelemetryStore) -> None:
    store.append([row(T0, 1, 200, 190, 2)])
    for found in (
        questions.ask(window, 1, T0, T0 + 1000),
        questions.ask(happenings, 1, T0, T0 + HOUR),
    ):
        packed = msgspec.msgpack.encode(found)
        assert msgspec.msgpack.decode(packed, type=type(found)) == found


def tell(store_url: str, *steps: tuple[int, Kind, State], source: str = PRESSURE) -> None:
    key = AlarmKey(1, source, Condition.H)
    events = [replace(event(ts, kind, key), state=state) for ts, kind, state in steps]
    with closing(open_journal(store_url)) as journal:
        journal.write(Batch(T0, events))


def asked(questions: Questions, start: int = T0, end: int = T0 + HOUR) -> Happenings:
    return questions.ask(happenings, 1, start, end)


def test_an_alarm_lasts_from_its_rise_until_it_is_at_rest(
    questions: Questions, store_url: str
) -> None:
    steps = [
        (T0 + 1, Kind.ACTIVE, State.UNACKNOWLEDGED),
        (T0 + 2, Kind.ACKNOWLEDGED, State.ACKNOWLEDGED),
        (T0 + 3, Kind.CLEARED, State.NORMAL),
        (T0 + 9, Kind.ACTIVE, State.UNACKNOWLEDGED),
    ]
    tell(store_url, *steps)
    first, second = asked(questions).alarms
    assert (first.source, first.condition, first.start, first.end) == (PRESSURE, "H", T0 + 1, T0 + 3)  # fmt: skip  # noqa: E501
    assert [state for _, state in first.states] == ["UNACKNOWLEDGED", "ACKNOWLEDGED", "NORMAL"]
    assert (second.start, second.end) == (T0 + 9, None)


def test_an_alarm_that_was_active_before_the_span_is_told_with_its_rise(
    questions: Questions, store_url: str
) -> None:
    tell(
        store_url,
        (T0 - 9 * HOUR, Kind.ACTIVE, State.UNACKNOWLEDGED),
        (T0 - 8 * HOUR, Kind.ACKNOWLEDGED, State.ACKNOWLEDGED),
        (T0 + 5, Kind.CLEARED, State.NORMAL),
    )
    tell(
        store_url,
        (T0 - 7 * HOUR, Kind.ACTIVE, State.UNACKNOWLEDGED),
        (T0 - 6 * HOUR, Kind.CLEARED, State.NORMAL),
        source="MeltTemperature",
    )
    (one,) = asked(questions).alarms
    assert (one.start, one.end) == (T0 - 9 * HOUR, T0 + 5)
    assert one.states[1] == (T0 - 8 * HOUR, "ACKNOWLEDGED")


def test_malfunctions_of_the_extruder_that_touch_the_span_are_told(
    questions: Questions, store_url: str
) -> None:
    kept = [
        malfunction(T0 - HOUR, extruder=1, id="over", ended=T0 - MINUTE),
        malfunction(T0 - HOUR, extruder=1, id="lasting", ended=T0 + MINUTE),
        malfunction(T0 + MINUTE, extruder=1, id="open"),
        malfunction(T0 + MINUTE, extruder=2, id="other"),
        malfunction(T0 + 2 * HOUR, extruder=1, id="later"),
    ]
    with closing(open_journal(store_url)) as journal:
        journal.write(Batch(T0, malfunctions=kept))
    found = asked(questions).malfunctions
    assert [one.id for one in found] == ["lasting", "open"]
    assert (found[0].label, found[0].onset) == ("Screen clogging", T0 - HOUR - MINUTE)


def test_limits_are_those_in_force_then(
    questions: Questions, store: TelemetryStore, store_url: str
) -> None:
    for high in (280.0, 290.0):
        store.set_limits(1, 0, {PRESSURE: Limits(h=high)}, "Ana", "")
    ordered = sql(store_url, "SELECT version FROM limit_sets WHERE extruder = 1 ORDER BY version")
    for (version,), ts in zip(ordered, (T0 - 9, T0 - 5, T0 + 5), strict=True):
        sql(store_url, "UPDATE limit_sets SET ts = ? WHERE version = ?", ts, version)

    def highs(start: int, end: int) -> list[float]:
        sets = asked(questions, start, end).limits
        return [json.loads(one.limits)[PRESSURE]["h"] for one in sets]

    assert highs(T0, T0 + HOUR) == [280.0, 290.0]
    assert highs(T0 + 10, T0 + HOUR) == [290.0]
    # Before the first set that is known, it is the best guess there is.
    assert highs(T0 - 2 * HOUR, T0 - HOUR) == [300.0]


def test_what_is_kept_is_told_and_a_store_without_anything_is_no_error(
    questions: Questions, store: TelemetryStore, store_url: str
) -> None:
    empty = asked(questions)
    assert (empty.alarms, empty.malfunctions, empty.complete) == ((), (), True)
    assert (empty.kept.raw, empty.kept.newest) == (None, None)
    store.append([row(T0 + 1000 * i, 1, 200, 190, 2) for i in range(3)])
    roll(store_url, "minute_rollups", T0 - HOUR, [(1, 1, 1, 60, 0)] * 3)
    kept = asked(questions).kept
    assert (kept.raw, kept.minute, kept.hour, kept.newest) == (T0, T0 - HOUR, None, T0 + 2000)
