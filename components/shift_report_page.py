"""The Shift report page: which shift, plant totals, a line per extruder, what is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from components import ids_report
from components.page_settings import PageSettings
from components.shift_report_handover import handover_section
from components.shift_report_table import line_table
from components.shift_report_totals import totals
from data.history.shift_address import day_of, query_of
from data.history.shift_report import Kept, ShiftReport
from data.shifts import ShiftSpan
from words import number, t, weekday

#: How often the report of a shift that still runs is renewed.
AGAIN_MS = 60_000


@dataclass(frozen=True)
class ReportView:
    """What the page is about: the shift, its neighbours, those of its day, the order of lines.

    `runs` is True while the shift is not over; `now` is in ms.
    """

    shift: ShiftSpan
    earlier: ShiftSpan
    later: ShiftSpan
    same_day: Sequence[ShiftSpan]
    runs: bool
    sort: str
    now: int


def report_page(view: ReportView, body: Component, settings: PageSettings) -> Component:
    """The whole page around its body, which is renewed while the shift runs."""
    selection = {"day": day_of(view.shift, settings.shifts), "shift": view.shift.name}
    return _root(
        [
            _toolbar(view, settings),
            html.Div(body, id=ids_report.BODY, className="report__body"),
            dcc.Store(id=ids_report.SELECTION, data={**selection, "sort": view.sort}),
            dcc.Store(id=ids_report.PRINTED),
            dcc.Location(id=ids_report.GO, refresh="callback-nav"),
            dcc.Interval(id=ids_report.AGAIN, interval=AGAIN_MS, disabled=not view.runs),
        ]
    )


def no_such_shift(names: Sequence[str]) -> Component:
    """The address names no shift of the plan."""
    text = t(
        "There is no such shift. This plant's shifts are {names}; a day is YYYY-MM-DD.",
        names=", ".join(names),
    )
    link = dcc.Link(t("To the shift that runs now"), href=ids_report.PATH, className="button")
    return _root([html.Section([html.P(text), link], className="history-card report__wrong")])


def not_begun() -> Component:
    """The shift is in the future."""
    return html.P(t("This shift has not begun."), className="history-note")


def report_body(shown: ShiftReport, sort: str, generated: int, settings: PageSettings) -> Component:
    """Everything that comes from the store. `generated` is when, ms."""
    query = query_of(shown.shift, settings.shifts)
    return html.Div(
        [
            _title(shown, generated, settings),
            *(html.P(text, className="history-note") for text in notes(shown, settings)),
            totals(shown, settings),
            line_table(shown, sort, query, settings),
            handover_section(shown, settings),
        ],
        className="report__parts",
    )


def notes(shown: ShiftReport, settings: PageSettings) -> list[str]:
    """What a reader has to know about the numbers, in sentences."""
    found = []
    if shown.minutes is Kept.NONE:
        found.append(
            t(
                "The readings by the minute of this shift are no longer kept: there are no hours"
                " and no kilograms of production. Alarms and malfunctions are kept."
            )
        )
    if shown.minutes is Kept.PART and shown.kept_from:
        found.append(
            t(
                "The readings by the minute before {time} are no longer kept: they count as no"
                " data.",
                time=_clock(shown.kept_from, settings),
            )
        )
    if shown.minutes is Kept.NEVER:
        found.append(t("There are no readings of this shift: the plant was not recorded then."))
    unmeasured = shown.total.production.unmeasured_h
    if unmeasured >= 1 / 60:
        found.append(
            t(
                "Throughput was not measured in {hours} h of production: those kilograms are"
                " missing.",
                hours=number(unmeasured, 1),
            )
        )
    return found


def _root(children: list[Component]) -> Component:
    title = html.H1(t("Shift report"), className="visually-hidden")
    return html.Div(
        [title, *children],
        id=ids_report.ROOT,
        className="history report",
        **{"data-mw-page": "report", "data-mw-path": ids_report.PATH},
    )


def _toolbar(view: ReportView, settings: PageSettings) -> Component:
    plan = settings.shifts
    names = [_shift_choice(one, view, settings) for one in view.same_day]
    csv = f"{ids_report.CSV_PATH}?{query_of(view.shift, plan)}"
    return html.Div(
        [
            _step(t("‹ Previous shift"), view.earlier, view, settings),
            html.Div(_day(view, settings), className="report__day"),
            html.Nav(names, className="report__shifts", **{"aria-label": t("Shift of this day")}),
            _step(t("Next shift ›"), view.later, view, settings),
            html.Span(
                [
                    html.A("CSV", href=csv, className="button", download=""),
                    html.Button(
                        t("Print"),
                        id=ids_report.PRINT,
                        type="button",
                        className="button",
                        title=t("On paper, or a PDF"),
                    ),
                ],
                className="report__take",
            ),
        ],
        className="report__toolbar",
    )


def _day(view: ReportView, settings: PageSettings) -> Component:
    return dcc.DatePickerSingle(
        id=ids_report.DAY,
        date=day_of(view.shift, settings.shifts),
        max_date_allowed=_local(view.now, settings).date().isoformat(),
        display_format="YYYY-MM-DD",
        month_format="YYYY-MM",
        first_day_of_week=1,
    )


def _shift_choice(one: ShiftSpan, view: ReportView, settings: PageSettings) -> Component:
    look = "button report__shift"
    if one == view.shift:
        return html.Span(t(one.name), className=look, **{"aria-current": "page"})
    if one.start > view.now:
        return html.Span(t(one.name), className=f"{look} report__none", **{"aria-disabled": "true"})
    href = f"{ids_report.PATH}?{query_of(one, settings.shifts, sort=view.sort)}"
    return dcc.Link(t(one.name), href=href, className=look)


def _step(text: str, shift: ShiftSpan, view: ReportView, settings: PageSettings) -> Component:
    if shift.start > view.now:
        return html.Span(text, className="button report__none", **{"aria-disabled": "true"})
    href = f"{ids_report.PATH}?{query_of(shift, settings.shifts, sort=view.sort)}"
    return dcc.Link(text, href=href, className="button")


def _title(shown: ShiftReport, generated: int, settings: PageSettings) -> Component:
    shift, hours = shown.shift, (shown.shift.end - shown.shift.start) / 3_600_000
    start, end = (_local(ts, settings) for ts in (shift.start, shift.end))
    zone = f"{start:%Z}" if f"{start:%Z}" == f"{end:%Z}" else f"{start:%Z}/{end:%Z}"
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{weekday(end)} {end:%H:%M}"
    chip = (
        t("so far, until {time}", time=_clock(shown.until, settings))
        if shown.runs
        else t("complete")
    )
    return html.Header(
        [
            html.H2(t("{name} shift", name=t(shift.name)), className="report__name"),
            html.Span(f"{weekday(start)} {start:%Y-%m-%d %H:%M} – {last} {zone}, {hours:g} h"),
            html.Span(chip, className=f"chip {'report__chip--runs' if shown.runs else ''}".strip()),
            html.Span(
                t("as of {time}", time=_clock(generated, settings)), className="report__as-of"
            ),
        ],
        className="report__title",
    )


def _local(ts: int, settings: PageSettings) -> datetime:
    return datetime.fromtimestamp(ts / 1000, settings.zone)


def _clock(ts: int, settings: PageSettings) -> str:
    return f"{_local(ts, settings):%H:%M}"
