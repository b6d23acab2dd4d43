"""Trends say the same at every level, and say which level that is."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import HistoryTooLarge
from data.history.trend import Line, Span, Trend, trend
from data.history.trend_levels import BUDGET, HOUR, LEVELS, MINUTE, RAW, kept_level, wanted
from data.quality import Quality
from data.windows import Row
from tests.history.trend_store import (
    PRESSURE,
    STATUS,
    T0,
    TEMPERATURE,
    forget,
    row,
    store_with,
)

pytestmark = pytest.mark.both_stores

MIN, HOUR_MS, DAY = 60_000, 3_600_000, 86_400_000


def every_second(seconds: int, extruder: int = 1, start: int = 0) -> list[Row]:
    rng = np.random.default_rng(extruder)
    values = rng.normal([200, 210, 1], [3, 1, 0], (seconds, 3))
    return [row(extruder, start + 1000 * n, values[n].tolist()) for n in range(seconds)]


def naive(rows: list[Row], slot: int, start: int, end: int) -> tuple[list[float], int]:
    """Good readings of a slot in [start, end), and how many bad ones there are."""
    inside = [one for one in rows if start <= one.ts < end and slot < len(one.values)]
    good = [
        float(r.values[slot]) for r in inside if r.quality[slot] < 2 and np.isfinite(r.values[slot])
    ]
    bad = [r for r in inside if r.quality[slot] >= 2 and r.quality[slot] != Quality.ABSENT]
    return good, len(bad)


def agrees(line: Line, rows: list[Row], slot: int) -> None:
    """Every point of a line says what a loop over the readings of its time says."""
    own = [one for one in rows if one.extruder == line.source.extruder]
    told = 0
    for n, ts in enumerate(line.times):
        if not line.count[n] and not line.bad[n]:
            assert line.mean[n] is None
            continue
        good, bad = naive(own, slot, ts, ts + (line.width or 1))
        told += len(good) + bad
        assert line.count[n] == len(good)
        assert line.bad[n] == pytest.approx(bad / max(1, bad + len(good)), abs=1e-4)
        if good:
            assert (line.low[n], line.high[n]) == (min(good), max(good))
            assert line.mean[n] == pytest.approx(np.mean(good), rel=1e-5, abs=1e-4)
        else:
            assert line.low[n] is line.high[n] is line.mean[n] is None
    everything, bad = naive(own, slot, min(line.times, default=0), T0 + 10 * DAY)
    assert told == len(everything) + bad


reading = st.tuples(
    st.integers(1, 2),
    st.integers(0, 7200).map(lambda second: second * 1000),
    st.lists(st.floats(-500, 500, width=32) | st.just(float("nan")), min_size=1, max_size=3),
    st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), min_size=3, max_size=3),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(reading, unique_by=lambda one: one[:2], min_size=1, max_size=80),
    st.sampled_from([1, 2, 7, 100, 4000]),
)
def test_every_point_says_what_its_readings_say(
    made: list[tuple[int, int, list[float], list[int]]], columns: int
) -> None:
    rows = [row(e, ts, values, quality[: len(values)]) for e, ts, values, quality in made]
    with TemporaryDirectory() as folder:
        history = store_with(f"sqlite:///{folder}/t.sqlite", rows)
        wishes = ((2, TEMPERATURE), (1, PRESSURE), (1, TEMPERATURE))
        found = history.ask(trend, wishes, Span(T0, T0 + 2 * HOUR_MS + MIN, columns))
    for line, slot in zip(found.lines, (1, 0, 1), strict=True):
        agrees(line, rows, slot)


@pytest.mark.parametrize(
    ("columns", "level", "width"),
    [
        (3600, RAW, 0),
        (600, RAW, 6000),
        (60, MINUTE, MIN),
        (20, MINUTE, 3 * MIN),
        (1, HOUR, HOUR_MS),
    ],
)
def test_the_level_is_the_coarsest_that_has_a_row_per_column(
    store_url: str, columns: int, level: str, width: int
) -> None:
    rows = every_second(3600)
    history = store_with(store_url, rows)
    found = history.ask(trend, ((1, PRESSURE),), Span(T0, T0 + HOUR_MS, columns))
    line = found.lines[0]
    assert (line.level, line.wanted, line.width) == (level, level, width)
    assert line.readings == 3600
    agrees(line, rows, 0)


def test_a_span_within_a_column_reads_whole_columns(store_url: str) -> None:
    history = store_with(store_url, every_second(7200))
    span = Span(T0 + 25 * MIN + 7, T0 + 85 * MIN + 3, 20)
    line = history.ask(trend, ((1, PRESSURE),), span).lines[0]
    assert line.times[0] == T0 + 24 * MIN and line.times[-1] == T0 + 84 * MIN
    assert set(line.count) == {180}


def test_what_would_cost_too_much_comes_from_a_coarser_level() -> None:
    names = [level.name for level in LEVELS]
    day = DAY * 7
    assert names[wanted(8 * HOUR_MS, 1200, 1, 28_800)] == RAW
    assert names[wanted(8 * HOUR_MS, 1200, 4, 4 * 28_800)] == MINUTE
    assert names[wanted(day, 1200, 1, 0)] == MINUTE
    assert names[wanted(day, 1200, 50, 0)] == HOUR
    assert names[wanted(365 * DAY, 1200, 50, 0)] == HOUR


def test_readings_no_longer_kept_come_from_rollups_and_that_is_said(store_url: str) -> None:
    rows = every_second(3600)
    history = store_with(store_url, rows)
    forget(store_url, "readings", 30 * MIN)
    early = history.ask(trend, ((1, PRESSURE),), Span(T0 + MIN, T0 + 11 * MIN, 1200)).lines[0]
    assert (early.level, early.wanted, early.kept) == (MINUTE, RAW, T0 + 30 * MIN)
    late = history.ask(trend, ((1, PRESSURE),), Span(T0 + 31 * MIN, T0 + 41 * MIN, 1200)).lines[0]
    assert (late.level, late.width) == (RAW, 0)


def test_a_span_from_before_the_first_reading_stays_at_its_level(store_url: str) -> None:
    history = store_with(store_url, every_second(1800, start=10 * MIN + 500))
    line = history.ask(trend, ((1, PRESSURE),), Span(T0 - HOUR_MS, T0 + HOUR_MS, 8000)).lines[0]
    assert line.level == RAW
    assert line.oldest is not None and line.oldest > T0 - HOUR_MS


def test_the_coarsest_level_left_answers_when_all_finer_ones_are_gone() -> None:
    assert kept_level(0, 0, {RAW: None, MINUTE: None, HOUR: 5}) == 2
    assert kept_level(2, 0, {RAW: 5, MINUTE: None, HOUR: None}) == 0
    assert kept_level(1, 0, {RAW: None, MINUTE: None, HOUR: None}) is None


def test_a_gap_is_none_in_every_list_and_bad_readings_are_counted(store_url: str) -> None:
    rows = every_second(60)
    rows += [row(1, MIN + 1000 * n, [5, 5, 5], [2, 0, 0]) for n in range(60)]
    rows += every_second(60, start=10 * MIN)
    history = store_with(store_url, rows)
    line = history.ask(trend, ((1, PRESSURE),), Span(T0, T0 + HOUR_MS, 60)).lines[0]
    assert line.times[:2] == [T0, T0 + MIN] and line.times[-1] == T0 + 10 * MIN
    assert line.bad[:2] == [0, 1] and line.mean[1] is None
    assert [line.low[2], line.high[2], line.mean[2], line.bad[2], line.count[2]] == [
        None,
        None,
        None,
        0,
        0,
    ]


def test_signals_added_later_are_empty_before(store_url: str) -> None:
    rows = [row(1, 1000 * n, [200.0]) for n in range(120)]
    rows += [row(1, 2 * MIN + 1000 * n, [200.0, 210.0]) for n in range(120)]
    history = store_with(store_url, rows)
    for columns in (4, 1000):
        line = history.ask(trend, ((1, TEMPERATURE),), Span(T0, T0 + 4 * MIN, columns)).lines[0]
        assert line.readings == 120
        agrees(line, rows, 1)


def test_lines_come_in_the_order_they_were_asked_for_and_unknown_ones_are_told(
    store_url: str,
) -> None:
    history = store_with(store_url, every_second(60) + every_second(60, extruder=2))
    nobody = ((1, "Nonsense"), (9, PRESSURE))
    wishes = ((2, TEMPERATURE), nobody[0], (1, PRESSURE), nobody[1], (2, STATUS), (2, TEMPERATURE))
    found = history.ask(trend, wishes, Span(T0, T0 + MIN, 100))
    assert [line.source.key for line in found.lines] == [
        (2, TEMPERATURE),
        (1, PRESSURE),
        (2, STATUS),
    ]
    assert found.unknown == list(nobody)
    assert found.lines[0].source.extruder_name == "Line 2"
    assert found.lines[2].source.states == {0: "NO_JOB", 2: "JOB_IN_PRODUCTION"}


def test_an_extruder_without_any_history_has_an_empty_line(store_url: str) -> None:
    history = store_with(store_url, every_second(60))
    line = history.ask(trend, ((2, PRESSURE),), Span(T0, T0 + MIN, 100)).lines[0]
    assert (line.level, line.oldest, line.times) == ("", None, [])


def test_the_answer_survives_the_cache(store_url: str) -> None:
    history = store_with(store_url, every_second(90) + every_second(60, start=HOUR_MS))
    found = history.ask(trend, ((1, PRESSURE), (1, STATUS)), Span(T0, T0 + 2 * HOUR_MS, 500))
    packed = msgspec.msgpack.encode(found)
    assert msgspec.msgpack.decode(packed, type=Trend) == found


def test_readings_without_rollups_are_refused_beyond_all_bounds(store_url: str) -> None:
    many = [row(1, n, [1.0]) for n in range(2 * BUDGET + 5)]
    history = store_with(store_url, many)
    for table in ("minute_rollups", "hour_rollups"):
        forget(store_url, table, DAY)
    with pytest.raises(HistoryTooLarge):
        history.ask(trend, ((1, PRESSURE),), Span(T0, T0 + HOUR_MS, 100))
