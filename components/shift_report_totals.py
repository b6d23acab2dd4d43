"""Plant totals of a shift, on top of the report."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.page_settings import PageSettings
from components.shift_report_numbers import hours, mass, money, product, share
from data.history.shift_report import PRIORITIES, ShiftReport
from words import number, t

#: More alarms than this per ten minutes are too many for one operator (EEMUA 191).
ALARM_TARGET = 1.0


def totals(shown: ShiftReport, settings: PageSettings) -> Component:
    """Production, hours, alarms, malfunctions and scrap of the whole plant."""
    parts = [_production(shown), _hours(shown), _alarms(shown), _malfunctions(shown)]
    return html.Section(
        [*parts, _scrap(shown, settings)],
        className="report__totals",
        **{"aria-label": t("Plant totals")},
    )


def _production(shown: ShiftReport) -> Component:
    made = shown.total.production
    lines = [(product(shown, one.code), mass(one.kg), "kg") for one in made.products]
    lacking = sum(line.production.kg is None for line in shown.lines)
    note = (
        t("{n} of {all} extruders without a number", n=lacking, all=len(shown.lines))
        if lacking
        else ""
    )
    return _card(t("Production"), mass(made.kg), "kg", lines, note)


def _hours(shown: ShiftReport) -> Component:
    made = shown.total.production
    known = shown.hours * len(shown.lines)
    part = made.production_h / known if made.production_h is not None and known else None
    lines = [
        (t("in start-up"), hours(made.start_up_h), "h"),
        (t("stopped"), hours(made.stopped_h), "h"),
        (t("no data"), hours(made.no_data_h), "h"),
    ]
    if made.unknown_h > 0:
        lines.append((t("job state not told"), hours(made.unknown_h), "h"))
    note = t("of {hours} extruder hours", hours=number(known, 1))
    if part is not None:
        note = f"{share(part)} % {note}"
    return _card(t("In production"), hours(made.production_h), "h", lines, note)


def _alarms(shown: ShiftReport) -> Component:
    lines = [
        (t(name), str(count), "")
        for name, count in zip(PRIORITIES, shown.total.alarms, strict=True)
        if count
    ]
    over = shown.alarms_per_10_min > ALARM_TARGET
    rate = t(
        "{rate} per 10 min, at most {most}; target <\u00a01",
        rate=number(shown.alarms_per_10_min, 1),
        most=shown.busiest_10_min,
    )
    note = f"▲ {rate}" if over else rate
    return _card(t("Alarms"), str(shown.total.alarm_count), "", lines, note, over)


def _malfunctions(shown: ShiftReport) -> Component:
    causes: dict[str, int] = {}
    for one in shown.total.malfunctions:
        causes[one.cause] = causes.get(one.cause, 0) + 1
    lines = [(t(cause), str(n), "") for cause, n in sorted(causes.items(), key=lambda c: -c[1])]
    before = len(shown.total.malfunctions) - shown.total.begun
    note = t("{hours} extruder hours", hours=hours(shown.total.malfunction_h))
    note += "; " + t("{n} more from before", n=before) if before else ""
    return _card(t("Malfunctions"), str(shown.total.begun), "", lines, note)


def _scrap(shown: ShiftReport, settings: PageSettings) -> Component:
    total = shown.total
    lines = [
        (t("cost"), money(total.scrap_money, total.unpriced), settings.currency),
        (t("of production"), share(total.scrap_share), "%"),
    ]
    notes = [t("counted so far: a malfunction still lasts")] if total.scrap_lasts else []
    if total.unpriced:
        notes.append(t("price not told for {n}", n=total.unpriced))
    return _card(t("Scrap"), mass(total.scrap_kg), "kg", lines, "; ".join(notes))


def _card(
    title: str,
    number: str,
    unit: str,
    lines: list[tuple[str, str, str]],
    note: str,
    over: bool = False,
) -> Component:
    value = [html.B(number), html.Span(f" {unit}", className="unit")]
    rows = [
        html.Div(
            [html.Dt(name), html.Dd([text, html.Span(f" {u}", className="unit") if u else ""])]
        )
        for name, text, u in lines
    ]
    kind = " report__note--over" if over else ""
    return html.Div(
        [
            html.H3(title),
            html.Div(value, className="report__number"),
            html.Dl(rows),
            html.P(note, className=f"report__note{kind}"),
        ],
        className="history-card report__total",
    )
