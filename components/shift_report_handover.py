"""What a shift hands over to the next: open malfunctions, shelved alarms, notes."""

from __future__ import annotations

from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from components.page_settings import PageSettings
from components.shift_report_numbers import mass
from data.history.shift_handover import OpenMalfunction, ShelvedAlarm, ShiftNote
from data.history.shift_report import ShiftReport
from words import mark, t, weekday

STAGES = {
    "open": mark("not acknowledged"),
    "acknowledged": mark("not resolved"),
    "resolved": mark("resolved since"),
}


def handover_section(shown: ShiftReport, settings: PageSettings) -> Component:
    """For the next shift, as it was at the end of this one or is now."""
    left = shown.handover
    when = t("now") if shown.runs else t("at the end of the shift")
    parts = [
        (
            t("Malfunctions that last or are not resolved"),
            [_open(one, shown, settings) for one in left.malfunctions],
        ),
        (t("Shelved alarms"), [_shelved(one, shown, settings) for one in left.shelved]),
        (t("Notes"), [_note(one, shown) for one in left.notes]),
    ]
    filled = [
        html.Div([html.H3(f"{title} ({len(items)})"), html.Ul(items)], className="report__left")
        for title, items in parts
        if items
    ]
    nothing = html.P(t("Nothing is open, shelved or noted."), className="history-note")
    return html.Section(
        [html.H2(t("Handover, {when}", when=when)), *(filled or [nothing])],
        className="history-card report__handover",
    )


def _open(one: OpenMalfunction, shown: ShiftReport, settings: PageSettings) -> Component:
    what, note = one.malfunction, one.note
    link = dcc.Link(t(what.cause), href=f"/malfunctions/{what.id}")
    about = [_state(what.ended, settings), t(STAGES.get(what.stage, what.stage))]
    if what.kg > 0:
        about.append(t("scrap {mass} kg", mass=mass(what.kg)))
    if what.check:
        about.append(t("check {check}", check=t(what.check)))
    said = f"{note.who}, {_clock(note.ts, settings)}: {note.text}" if note.text else ""
    return html.Li(
        [
            html.B(shown.name(what.extruder)), " ", link,
            ", ", t("since {time}", time=_clock(what.onset, settings)), ", ", ", ".join(about),
            html.Div(said, className="report__said") if said else "",
        ]
    )  # fmt: skip


def _state(ended: int | None, settings: PageSettings) -> str:
    return t("still lasts") if ended is None else t("over {time}", time=_clock(ended, settings))


def _shelved(one: ShelvedAlarm, shown: ShiftReport, settings: PageSettings) -> Component:
    since = t("shelved {time}", time=_clock(one.since, settings))
    said = ": ".join(part for part in (one.who, one.comment) if part)
    text = f" {one.source} {one.condition}, {since}" + (f", {said}" if said else "")
    return html.Li([html.B(shown.name(one.extruder)), text])


def _note(one: ShiftNote, shown: ShiftReport) -> Component:
    return html.Li([html.B(shown.name(one.extruder)), f" {one.text} – {one.who}"])


def _clock(ts: int, settings: PageSettings) -> str:
    day = datetime.fromtimestamp(ts / 1000, settings.zone)
    return f"{weekday(day)} {day:%H:%M}"
