"""What the Trends page draws and says, from values alone."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from components.trends_chart import LimitLine, Picture, trends_figure
from components.trends_csv import csv_text
from components.trends_lanes import lanes_of, local_ms
from components.trends_page import choices
from components.trends_traces import bad_strips, band
from components.trends_view import view_of
from components.trends_words import line_table, resolution, status
from data.extruders import Catalogue, Extruder, Signal
from data.history.annotations import Annotation
from data.history.trend import Line, Source, Trend
from data.history.trend_malfunctions import Bar

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
T0, MIN, HOUR = 1_790_000_400_000, 60_000, 3_600_000


def source(label: str = "Melt pressure", unit: str = "bar", extruder: int = 1) -> Source:
    return Source(extruder, f"Line {extruder}", label, label, unit, 1, {})


def line(about: Source, count: int = 5, level: str = "minute", width: int = MIN) -> Line:
    mean = [200.0 + n for n in range(count)]
    return Line(
        about, level, level, T0, T0, count, 60 * count, 0, width,
        [T0 + n * (width or 1000) for n in range(count)],
        [m - 1 for m in mean], [m + 1 for m in mean], list(mean), [0.0] * count, [60] * count,
    )  # fmt: skip


def trend(*lines: Line) -> Trend:
    return Trend(T0, T0 + 5 * MIN, list(lines), [])


def texts(found: object) -> str:
    if isinstance(found, list | tuple):
        return " ".join(texts(one) for one in found)
    children = getattr(found, "children", found)
    return texts(children) if children is not found else str(found or "")


def test_signals_of_one_unit_share_a_lane_and_states_have_their_own() -> None:
    state = replace(source("Job status", "", 1), states={0: "NO_JOB"})
    sources = [
        source(),
        source("Melt temperature", "°C"),
        source("Die pressure", extruder=2),
        state,
    ]
    lanes = lanes_of([line(one) for one in sources], 2)
    assert [lane.title for lane in lanes.lanes] == ["bar", "°C", "state"]
    assert [len(lane.sources) for lane in lanes.lanes] == [2, 1, 1]
    edges = [lanes.events_from, *(e for lane in lanes.lanes for e in (lane.top, lane.bottom))]
    assert edges == sorted(edges, reverse=True)
    assert edges[-1] == pytest.approx(0)


@pytest.mark.parametrize("moment", ["2026-03-29T00:30", "2026-03-29T03:30", "2026-10-25T01:30"])
def test_times_stand_where_the_clock_on_the_wall_stood(moment: str) -> None:
    there = datetime.fromisoformat(moment).replace(tzinfo=BERLIN)
    ms = local_ms([round(there.timestamp() * 1000)], BERLIN)
    assert datetime.fromtimestamp(ms[0] / 1000, UTC).isoformat()[:16] == moment


def test_the_envelope_has_a_polygon_for_each_run_and_none_across_a_gap() -> None:
    one = line(source())
    gap = replace(
        one, low=[*one.low[:2], None, *one.low[3:]], high=[*one.high[:2], None, *one.high[3:]]
    )
    shown = band(gap, "#123456", "y2", UTC)[0]
    assert np.flatnonzero(np.isnan(np.asarray(shown.x, float))).tolist() == [4, 9]


def test_readings_themselves_have_no_envelope() -> None:
    assert band(line(source(), level="raw", width=0), "#123456", "y2", UTC) == []


def test_bad_readings_near_each_other_are_one_strip() -> None:
    one = replace(line(source(), 20), bad=[0, 1, 0, 1, *[0.0] * 14, 0.5, 0])
    strips = bad_strips(one, "y2", 0, UTC)
    assert [(s["x0"] - T0, s["x1"] - T0) for s in strips] == [(MIN, 4 * MIN), (18 * MIN, 19 * MIN)]  # type: ignore[operator]


def test_the_figure_has_all_that_it_is_given() -> None:
    note = Annotation("a", T0, "Ana", "golden", 1, "", 3, T0, T0 + MIN, "<b>steady</b>")
    bar = Bar("1-2", 1, T0 - HOUR, None, "surging")
    one = line(source())
    picture = Picture(
        trend(one), trend(one), 7 * 24 * HOUR, [note], [bar], [LimitLine(one.source, "HH", 350.0)]
    )
    shown = trends_figure(picture, UTC, {"surging": "Surging"})
    names = [trace.name for trace in shown.data]
    assert "Line 1 Melt pressure, earlier" in names and "Line 1 HH" in names
    marks = next(trace for trace in shown.data if trace.name == "Notes")
    assert "<b>" not in marks.text[0] and "Ana" in marks.text[0]
    assert "Surging, lasts" in next(t for t in shown.data if t.name == "Malfunction").text[0]
    assert list(shown.layout.yaxis.ticktext) == ["Notes", "Line 1"]


def test_a_lane_without_readings_says_so() -> None:
    empty = Line(source(), "hour", "hour", T0, T0)
    shown = trends_figure(Picture(trend(empty)), UTC, {})
    assert any(one.text == "No reading in this time" for one in shown.layout.annotations)


def test_a_figure_without_any_line_is_a_figure() -> None:
    assert trends_figure(Picture(trend()), UTC, {}).layout.height > 0


def test_the_resolution_is_said_in_words() -> None:
    assert resolution(line(source())) == "1-minute rollups, one per point"
    assert resolution(line(source(), width=5 * MIN)) == "1-minute rollups, 5 per point of 5 min"
    assert resolution(line(source(), level="raw", width=0)) == "every reading"
    some = replace(line(source(), level="raw", width=3000), readings=17)
    assert resolution(some) == "readings, 3.4 per point of 3 s"
    assert resolution(Line(source())) == "nothing kept"


def test_what_is_kept_no_longer_is_said_for_each_extruder() -> None:
    coarse = replace(line(source()), wanted="raw", kept=T0 + HOUR)
    late = replace(line(source(extruder=2)), oldest=T0 + MIN)
    said = texts(status(trend(coarse, late), UTC, 7))
    assert (
        "Line 1: readings are kept from 2026-09-21 15:20 on, so 1-minute rollups are shown" in said
    )
    assert "Line 2: nothing is kept before 2026-09-21 14:21" in said


def test_the_table_names_both_periods_and_the_share_of_bad_readings() -> None:
    one = replace(line(source()), bad=[0, 0.5, 0, 0, 0], readings=300, bad_readings=60)
    past = Trend(T0 - 24 * HOUR, T0 - 24 * HOUR + 5 * MIN, [line(source())], [])
    said = texts(line_table(trend(one), past, UTC))
    assert "solid: 2026-09-21 14:20" in said and "dashed: 2026-09-20 14:20" in said
    assert "199.0 202.0 205.0 bar 202.0 16.7 %" in said


def test_csv_has_a_row_per_point_and_no_formula() -> None:
    odd = line(replace(source(), extruder_name="=cmd()"), 2)
    rows = list(
        csv.DictReader(io.StringIO(csv_text(trend(odd), trend(line(source())), HOUR, BERLIN)))
    )
    assert len(rows) == 7
    assert rows[0]["extruder"] == "'=cmd()"
    assert rows[0]["time"] == "2026-09-21T16:20:00.000+02:00"
    assert (rows[0]["min"], rows[0]["mean"], rows[0]["max"]) == ("199", "200", "201")
    assert (rows[0]["laid_over_at"], rows[2]["laid_over_at"][:16]) == ("", "2026-09-21T17:20")


def test_fifty_extruders_alike_are_one_set_of_choices() -> None:
    signals = (Signal("P", "Melt pressure", "bar", "Melt", 0, 400, 1, 1),)
    plant = Catalogue(1, tuple(Extruder(n, f"Line {n}", signals) for n in range(1, 51)))
    found: dict[str, Any] = choices(plant)
    assert len(found["extruders"]) == 50 and len(found["sets"]) == 1


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"signals": 3},
        {"signals": [], "start": "x", "end": 1},
        {"signals": [["a", "b"]]},
    ],
)
def test_what_no_page_of_ours_asks_is_no_view(raw: dict[str, Any] | None) -> None:
    assert view_of(raw) is None


def test_a_view_is_brought_within_bounds() -> None:
    many = [[1, f"S{n}"] for n in range(20)]
    view = view_of({"signals": many, "start": 5000, "end": 1000, "columns": 10**9, "shift": 10**18})
    assert view is not None
    assert len(view.signals) == 8 and (view.start, view.end) == (1000, 5000)
    assert view.columns == 4000 and view.shift == 0
