"""What a dossier says, and what its chart shows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest
from dash.development.base_component import Component

from components.dossier_chart import dossier_chart
from components.dossier_events import PRINTED, events_table
from components.dossier_facts import dossier_facts
from components.dossier_notes import notes
from components.dossier_page import dossier_page, links, readings_note
from components.dossier_scale import beyond, limit_lines, scale_of
from components.page_settings import PageSettings
from data.extruders import Limits
from data.history.dossier import Dossier
from data.history.dossier_journal import ActionLine, AlarmLine, LimitsThen
from data.history.dossier_lanes import Lane
from data.history.dossier_readings import Readings
from data.malfunctions.malfunction import Scrap, Stage
from data.settings import Settings
from tests.history.dossier_store import HOUR_MS, ID, MELT, ONSET, PRESSURE, SIGNALS, malfunction

SETTINGS = PageSettings("EUR", Settings.from_env({"PLANT_TZ": "Europe/Berlin"}).shifts)
START, END = ONSET - HOUR_MS // 2, ONSET + HOUR_MS + HOUR_MS // 2


def about(**changes: Any) -> Dossier:
    known = Dossier(
        malfunction=malfunction(),
        extruder_name="Line 3",
        product_name="HDPE pipe",
        price_known=True,
        start=START,
        end=END,
        as_of=END,
        settled=True,
        signals=SIGNALS,
        telling=(PRESSURE, MELT),
        limits=LimitsThen({PRESSURE: Limits(set_value=210, h=240, hh=270)}, START),
        alarms=(),
        more_alarms=False,
        actions=(),
    )
    return replace(known, **changes)


def shown(*lanes: Lane, source: str = "frame") -> Readings:
    return Readings(START, END, source, 1000, list(lanes))


def lane(signal: str = PRESSURE, *values: float | None, bad: Any = ()) -> Lane:
    return Lane(signal, list(values or (210.0, 212.0, None, 241.0)), 4000.0, list(bad))


def alarm(ts: int = ONSET + 1000, priority: int = 2, **changes: Any) -> AlarmLine:
    line = AlarmLine(ts, PRESSURE, "H", "ACTIVE", priority, 241.0, 240.0, "", "")
    return replace(line, **changes)


def texts(part: Any) -> str:
    """All words of a tree, in order."""
    if isinstance(part, list | tuple):
        return " ".join(texts(one) for one in part)
    if isinstance(part, Component):
        return texts(getattr(part, "children", None) or [])
    return str(part)


def test_times_are_those_of_the_plant() -> None:
    said = texts(dossier_facts(about(), SETTINGS))
    assert "2026-02-03 09:00:00, at the earliest 2026-02-03 08:58:00" in said
    assert "2026-02-03 09:04:00, 4 min after it began" in said
    assert "2026-02-03 10:00:00, after 1 h 00 min" in said


def test_the_head_tells_cause_evidence_and_what_to_check() -> None:
    said = texts(dossier_facts(about(), SETTINGS))
    assert "Screen clogging · Line 3" in said
    assert "Most probable cause: Screen clogging, 80 %" in said
    assert "For:  Melt pressure 241 bar, 31 over its usual 210" in said
    assert "Against:  Melt temperature" in said
    assert "First check: screen ΔP" in said


def test_no_cause_is_said_and_what_was_seen_with_it() -> None:
    one = malfunction(causes=(), seen=("Zone 2: sensor failure",))
    said = texts(dossier_facts(about(malfunction=one), SETTINGS))
    assert "Cause unclear · Line 3" in said
    assert "Zone 2: sensor failure" in said


def test_an_unknown_price_is_not_zero() -> None:
    one = malfunction(scrap=Scrap(12.5, 0.0, 12.5, final=True))
    said = texts(dossier_facts(about(malfunction=one, price_known=False), SETTINGS))
    assert "12.5 kg · – (no price is known)" in said


def test_scrap_is_split_and_parts_that_are_none_are_left_out() -> None:
    said = texts(dossier_facts(about(), SETTINGS))
    assert "out of spec 10.0 kg · start-up 2.5 kg" in said
    assert "purge" not in said


def test_what_was_found_goes_before_what_was_probable() -> None:
    one = malfunction(
        stage=Stage.RESOLVED, cause_found="bridging", action="cleared the throat",
        resolved_at=END, who="Ana",
    )  # fmt: skip
    said = texts(dossier_facts(about(malfunction=one), SETTINGS))
    assert "Bridging at the feed throat · Line 3" in said
    assert "before somebody looked: Screen clogging" in said
    assert "cleared the throat · Ana" in said


@pytest.mark.parametrize(
    ("stage", "acts"),
    [(Stage.OPEN, 2), (Stage.ACKNOWLEDGED, 1), (Stage.RESOLVED, 0)],
)
def test_only_what_makes_sense_can_be_done(stage: Stage, acts: int) -> None:
    facts = dossier_facts(about(malfunction=malfunction(stage=stage)), SETTINGS)
    assert texts(facts).count("Acknowledge ") + texts(facts).count("Resolve…") == acts


def test_what_lasts_is_said_to_last() -> None:
    one = malfunction(ended=None, scrap=Scrap(3.0, 4.0, 3.0))
    said = texts(dossier_facts(about(malfunction=one), SETTINGS))
    assert "still lasting" in said
    assert "Still lasting, for 1 h 30 min" in said
    assert "Lost so far" in said


def test_alarms_and_actions_are_one_table_in_order_of_time() -> None:
    note = ActionLine(ONSET + 500, "Ana", "note_malfunction", "seen before", "log.txt", "x")
    said = texts(events_table(about(alarms=(alarm(),), actions=(note,)), SETTINGS.zone))
    assert said.index("Ana: seen before [log.txt]") < said.index("Melt pressure 241 bar · H 240")
    assert "High" in said


def test_nothing_that_happened_is_said() -> None:
    assert "No alarms" in texts(events_table(about(), SETTINGS.zone))


def test_paper_has_the_most_urgent_rows_and_says_how_many_it_leaves_out() -> None:
    alarms = tuple(alarm(ONSET + n * 1000, 3) for n in range(30))
    urgent = alarm(ONSET + 99_000, 1)
    left_out, table = events_table(about(alarms=(*alarms, urgent)), SETTINGS.zone)
    rows = table.children[1].children
    printed = [row for row in rows if row.className != "dossier-screen-only"]
    assert len(printed) == PRINTED
    assert rows[-1] in printed
    assert texts(left_out) == f"{31 - PRINTED} more of 31 are not printed."


def test_notes_are_newest_first_and_texts_stay_texts() -> None:
    written = (
        ActionLine(ONSET, "Ana", "note_malfunction", "first"),
        ActionLine(ONSET + 1, "Ben", "note_malfunction", "<b>second</b>", "a.txt", "<i>"),
        ActionLine(ONSET + 2, "Cem", "acknowledge_malfunction", ""),
    )
    said = texts(notes(about(actions=written), SETTINGS.zone))
    assert said.index("<b>second</b>") < said.index("first")
    assert "a.txt · 3 bytes" in said
    assert "Cem" not in said


def test_links_lead_to_playback_trends_of_the_same_signals_and_the_shift() -> None:
    play, trends, report, *_ = links(about(), (PRESSURE, MELT), SETTINGS)
    assert play.href == f"/extruder/3?at={ONSET - 300_000}"
    assert trends.href == f"/trends?signals=3:{PRESSURE},3:{MELT}&from={START}&to={END}"
    assert report.href.startswith("/report?day=")


def test_the_page_names_its_malfunction_and_its_address() -> None:
    page = dossier_page(about(), shown(lane()), (PRESSURE,), SETTINGS)
    plain = page.to_plotly_json()["props"]
    assert plain["data-mw-path"] == f"/malfunctions/{ID}"
    assert plain["data-malfunction"] == ID


def test_why_there_are_no_readings_is_said() -> None:
    assert "no longer kept" in readings_note(about(), shown(source=""), (PRESSURE,))
    assert readings_note(about(), shown(), ()) == "No signal is chosen."
    later = about(limits=LimitsThen({PRESSURE: Limits(h=1)}, END, later=True))
    assert "set later" in readings_note(later, shown(lane()), (PRESSURE,))


def test_a_chosen_signal_without_readings_is_named() -> None:
    assert "No readings of: Melt temperature." in readings_note(
        about(), shown(lane()), (PRESSURE, MELT)
    )


def test_each_signal_has_a_lane_under_one_time_axis() -> None:
    figure = dossier_chart(about(), shown(lane(), lane(MELT, 200.0)), SETTINGS.zone)
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [trace.yaxis for trace in lines] == ["y2", "y3"]
    assert figure.layout.yaxis2.domain[0] > figure.layout.yaxis3.domain[1]
    assert figure.layout.xaxis.anchor == "y3"


def test_the_axis_shows_plant_time_whatever_the_zone() -> None:
    figure = dossier_chart(about(), shown(lane()), SETTINGS.zone)
    assert str(figure.layout.xaxis.range[0]) == "2026-02-03 08:30:00"
    assert "CET" in figure.layout.xaxis.title.text


def words_of(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_limits_are_lines_with_words_and_those_beyond_are_named() -> None:
    words = words_of(dossier_chart(about(), shown(lane()), SETTINGS.zone))
    assert "H 240" in words
    assert "set 210" in words
    far = about(limits=LimitsThen({PRESSURE: Limits(h=340)}))
    words = words_of(dossier_chart(far, shown(lane()), SETTINGS.zone))
    assert any("↑ H 340" in word for word in words)


def test_onset_detection_and_end_are_marked() -> None:
    words = words_of(dossier_chart(about(), shown(lane()), SETTINGS.zone))
    assert {"began 09:00:00", "detected 09:04:00", "over 10:00:00"} <= set(words)


def test_two_priorities_differ_by_sign_and_by_colour() -> None:
    alarms = tuple(alarm(priority=priority) for priority in (1, 2, 3, 4))
    figure = dossier_chart(about(alarms=alarms), shown(lane()), SETTINGS.zone)
    for trace in (trace for trace in figure.data if trace.mode == "markers"):
        assert len(set(trace.marker.symbol)) == 4
        assert len(set(trace.marker.color)) == 4


def test_alarms_are_marked_by_the_sign_of_their_priority() -> None:
    alarms = (alarm(priority=1), alarm(priority=3, kind="CLEARED"))
    figure = dossier_chart(about(alarms=alarms), shown(lane()), SETTINGS.zone)
    above, own = (trace for trace in figure.data if trace.mode == "markers")
    assert above.marker.symbol == ("diamond",)
    assert (own.yaxis, own.y) == ("y2", (241.0,))


def test_bad_quality_is_said_in_words() -> None:
    figure = dossier_chart(about(), shown(lane(bad=[(ONSET, ONSET + 1000)])), SETTINGS.zone)
    assert "? bad quality" in words_of(figure)


def test_a_lane_without_any_reading_still_has_a_scale() -> None:
    figure = dossier_chart(about(), shown(lane(PRESSURE, None, None)), SETTINGS.zone)
    assert tuple(figure.layout.yaxis2.range) == (0, 350)


def test_readings_that_hardly_move_are_not_blown_up() -> None:
    low, high = scale_of([210.0, 210.1], SIGNALS[0], Limits())
    assert high - low >= 17.5


def test_a_limit_far_away_does_not_flatten_the_line() -> None:
    _, high = scale_of([200.0, 220.0], SIGNALS[0], Limits(hh=349.0))
    assert high < 240
    assert beyond(Limits(hh=349.0), (190, high), 0) == "↑ HH 349"


def test_words_of_near_limits_stand_apart() -> None:
    lines = limit_lines(Limits(set_value=210, h=211, hh=212), (100.0, 212.0), 84, 0)
    heights = [(line.value - 100) / 112 * 84 + line.shift for line in lines]
    assert all(b - a >= 12 for a, b in pairwise(heights))
    assert max(heights) <= 84


def test_a_page_without_readings_is_a_page() -> None:
    page = dossier_page(about(), shown(source=""), (PRESSURE,), SETTINGS)
    assert "no longer kept" in texts(page)
