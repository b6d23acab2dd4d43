"""What the section Compare says, in words and in the picture."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from components.charts import format_money
from components.comparison_chart import Drawn, comparison_chart
from components.comparison_events import event_options, events_table, last_time
from components.page_settings import PageSettings
from data.extruders import Signal
from data.history.golden import Band
from data.history.onset_lines import OnsetLine
from data.history.similar import NOT_KEPT, PRINT, TOO_LITTLE, Similar, SimilarEvent
from data.shifts import ShiftPlan

SETTINGS = PageSettings("EUR", ShiftPlan((("Early", time(6)),), ZoneInfo("Europe/Berlin")))
EVENT = SimilarEvent(
    id="3-1770105660000", extruder=3, extruder_name="Line 3", onset=1_770_105_600_000,
    ended=1_770_106_920_000, repair_ms=1_320_000, distance=0.08, cause="screen_clogging",
    found=True, action="screen change", stage="resolved", kg=12.4, money=None,
)  # fmt: skip
SIGNAL = Signal("P", "Melt pressure", "bar", "Melt", 0, 350, 0)


def words(part: object) -> str:
    """All text of a component or a list of them."""
    if isinstance(part, str):
        return part
    if isinstance(part, (list, tuple)):
        return "".join(map(words, part))
    return words(getattr(part, "children", None) or "")


def said(source: str = PRINT, searched: int = 0, *events: SimilarEvent) -> str:
    return words(last_time(Similar(source, searched, False, list(events), None), SETTINGS))


def test_the_last_time_is_told_in_a_sentence() -> None:
    found = Similar(PRINT, 9, False, [EVENT], EVENT)
    assert words(last_time(found, SETTINGS)) == (
        "Last time this was: Screen clogging – screen change, 22 min"
        " (Line 3, 2026-02-03 09:00, 92 % alike)."
    )


def test_it_is_said_why_there_is_no_last_time() -> None:
    far = SimilarEvent(**{**EVENT.__dict__, "distance": 0.7})
    assert "not kept" in said(NOT_KEPT)
    assert "Too little moved" in said(TOO_LITTLE)
    assert said() == "There is no earlier event to compare with."
    assert (
        said(PRINT, 1, far) == "Nothing similar: one earlier event looked through, not near enough."
    )
    assert "2,000 earlier events looked through, none" in said(PRINT, 2000, far)
    assert "none of them was resolved" in said(PRINT, 1, EVENT)


def test_the_table_says_what_is_only_probable_unknown_or_not_similar() -> None:
    other = SimilarEvent(
        **{**EVENT.__dict__, "found": False, "action": "", "distance": 0.62, "ended": None,
           "repair_ms": None, "money": 20.0}
    )  # fmt: skip
    text = words(events_table(Similar(PRINT, 2, True, [EVENT, other], EVENT), SETTINGS))
    assert "Screen cloggingscreen change22 min12 kg · –92 %" in text
    money = format_money(20.0, "EUR")
    assert f"Screen clogging (probable)–lasts still12 kg · {money}38 % – not similar" in text
    assert "Older ones were not looked at." in text
    assert events_table(Similar(PRINT, 0, False, [], None), SETTINGS) == []
    assert event_options(Similar(PRINT, 0, False, [], None), SETTINGS) == []


def line(base: float) -> OnsetLine:
    return OnsetLine("P", -30, 0.5, [base + max(0, n - 60) for n in range(150)])


def test_the_picture_ends_where_it_should_and_shows_change_against_before() -> None:
    events = [Drawn("this", "This event", [line(200)], True), Drawn("A", "A", [line(150)])]
    bands = [Band("P", 190, 200, 210)]
    shown = comparison_chart(events, [SIGNAL], bands, 30, False)
    lines = {trace.name: trace for trace in shown.data if trace.mode == "lines"}
    assert set(lines) == {"This event", "A"}
    assert max(lines["A"].x) < 30
    assert lines["This event"].line.width > lines["A"].line.width
    texts = [note.text for note in shown.layout.annotations]
    assert {"<b>A</b>", "<b>this</b>", "onset", "golden 200"} <= set(texts)
    change = comparison_chart(events, [SIGNAL], bands, 30, True)
    drawn = [trace for trace in change.data if trace.mode == "lines"]
    assert [trace.y[0] for trace in drawn] == [0, 0]
    assert "golden 200" not in [note.text for note in change.layout.annotations]


def test_a_signal_of_which_nothing_is_kept_has_an_empty_lane() -> None:
    shown = comparison_chart([Drawn("this", "This event", [], True)], [SIGNAL], [], 60, True)
    assert not shown.data
    assert "Melt pressure, change (bar)" in str(shown.layout.annotations)
