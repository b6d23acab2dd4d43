"""The table of the shift report: a line per extruder, in the order that the address asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from components import ids_report
from components.charts import UNKNOWN
from components.page_settings import PageSettings
from components.shift_report_numbers import hours, mass, money, product, share
from data.history.shift_malfunctions import ShiftMalfunction
from data.history.shift_report import PRIORITIES, ShiftLine, ShiftReport
from words import t

#: Order of the table where the address asks for none, and by number.
WORST, BY_NUMBER = "", "extruder"


@dataclass(frozen=True)
class Column:
    """A column of numbers: `key` names it in addresses, `rank` orders lines, highest first."""

    key: str
    title: str
    unit: str
    text: Callable[[ShiftLine], str]
    rank: Callable[[ShiftLine], float | None]

    def weight(self, line: ShiftLine) -> float:
        """The rank, or less than any if it is unknown."""
        rank = self.rank(line)
        return -1.0 if rank is None else rank


def columns(shown: ShiftReport, currency: str) -> list[Column]:
    """Columns between an extruder's name and its malfunctions."""
    found = [
        _hours("production", t("In production"), lambda line: line.production.production_h),
        _hours("startup", t("Start-up"), lambda line: line.production.start_up_h),
        _hours("stopped", t("Stopped"), lambda line: line.production.stopped_h),
        _hours("nodata", t("No data"), lambda line: line.production.no_data_h),
    ]
    if any(line.production.unknown_h > 0 for line in shown.lines):
        found.append(_hours("unknown", t("State not told"), lambda line: line.production.unknown_h))
    return [
        Column("kg", t("Production"), "kg", lambda line: mass(line.production.kg), _kg),
        *found,
        Column("alarms", t("Alarms"), "", lambda line: str(line.alarm_count), _alarms),
        Column("scrap", t("Scrap"), "kg", lambda line: mass(line.scrap_kg), _scrap),
        Column("cost", t("Cost"), currency, _cost, lambda line: line.scrap_money),
        Column("share", t("Scrap"), "%", lambda line: share(line.scrap_share), _share),
    ]


def line_table(shown: ShiftReport, sort: str, query: str, settings: PageSettings) -> Component:
    """All extruders and their sum. `query` names the shift in the addresses of the headings."""
    if not shown.lines:
        return html.P(t("There are no extruders yet."), className="history-note")
    shown_columns = columns(shown, settings.currency)
    head = [
        _heading(t("Extruder"), "", BY_NUMBER, sort, query),
        *(_heading(c.title, c.unit, c.key, sort, query) for c in shown_columns),
        html.Th(t("Malfunctions"), scope="col", className="report__wide"),
    ]
    lines = [
        _row(line, shown, shown_columns, settings)
        for line in in_order(shown.lines, sort, shown_columns)
    ]
    table = html.Table(
        [
            html.Caption(_order_in_words(sort, shown_columns)),
            html.Thead(html.Tr(head)),
            html.Tbody(lines),
            html.Tfoot(_row(shown.total, shown, shown_columns, settings)),
        ],
        className="report__table",
    )
    return html.Section(table, className="history-card report__frame", tabIndex="0",
                        **{"aria-label": t("Extruders")})  # fmt: skip


def in_order(lines: tuple[ShiftLine, ...], sort: str, all_: list[Column]) -> list[ShiftLine]:
    """Lines as an address asks for: by number, by a column, or the worst first."""
    if sort == BY_NUMBER:
        return sorted(lines, key=lambda line: line.extruder)
    for column in all_:
        if column.key == sort:
            return sorted(lines, key=column.weight, reverse=True)
    return sorted(lines, key=_badness)


def _badness(line: ShiftLine) -> tuple[float, float, float, int]:
    """Scrap first, then time without production, then alarms."""
    lost = (line.production.stopped_h or 0.0) + line.production.no_data_h
    return -round(line.scrap_kg), -round(lost, 1), -line.alarm_count, line.extruder


def _hours(key: str, title: str, value: Callable[[ShiftLine], float | None]) -> Column:
    return Column(key, title, "h", lambda line: hours(value(line)), value)


def _kg(line: ShiftLine) -> float | None:
    return line.production.kg


def _alarms(line: ShiftLine) -> float:
    return line.alarm_count


def _scrap(line: ShiftLine) -> float:
    return line.scrap_kg


def _share(line: ShiftLine) -> float | None:
    return line.scrap_share


def _cost(line: ShiftLine) -> str:
    return money(line.scrap_money, line.unpriced)


def _heading(title: str, unit: str, key: str, sort: str, query: str) -> Component:
    chosen = key == sort
    # Chosen again, a heading gives back the order of the page.
    address = f"{ids_report.PATH}?{query}" + ("" if chosen else f"&sort={key}")
    way = "ascending" if key == BY_NUMBER else "descending"
    arrow = (" ▲" if key == BY_NUMBER else " ▼") if chosen else ""
    link = dcc.Link([title, arrow], href=address, className="report__sort")
    unit_of = [html.Span(f" {unit}", className="unit")] if unit else []
    return html.Th(
        [link, *unit_of],
        scope="col",
        className="" if key == BY_NUMBER else "report__num",
        **({"aria-sort": way} if chosen else {}),
    )


def _order_in_words(sort: str, all_: list[Column]) -> str:
    if sort == BY_NUMBER:
        return t("By number")
    title = next((f"{c.title} {c.unit}".strip() for c in all_ if c.key == sort), "")
    return (
        t("By {title}, highest first", title=title)
        if title
        else t("Worst first: scrap, time lost, alarms")
    )


def _row(
    line: ShiftLine, shown: ShiftReport, all_: list[Column], settings: PageSettings
) -> Component:
    cells = [
        html.Td(_cell(column, line), className=_look(column, line), title=_more(column, line))
        for column in all_
    ]
    is_plant = line.extruder == 0
    name = t("Plant") if is_plant else dcc.Link(line.name, href=f"/extruder/{line.extruder}")
    about = "" if is_plant else _products(line, shown)
    return html.Tr(
        [
            html.Th([name, html.Div(about, className="report__products")], scope="row"),
            *cells,
            html.Td(_malfunctions(line, shown, settings, is_plant), className="report__wide"),
        ]
    )


def _look(column: Column, line: ShiftLine) -> str:
    """Noughts are pale, so that the eye finds what is none."""
    return f"report__num{' report__zero' if not column.rank(line) else ''}"


def _cell(column: Column, line: ShiftLine) -> list[Component | str]:
    lasts = column.key == "scrap" and line.scrap_lasts
    return (
        [column.text(line), html.Span(" " + t("so far"), className="unit")]
        if lasts
        else [column.text(line)]
    )


def _more(column: Column, line: ShiftLine) -> str:
    """What a number does not say by itself."""
    if column.key == "alarms":
        told = zip(PRIORITIES, line.alarms, strict=True)
        return ", ".join(f"{count} {t(name)}" for name, count in told if count)
    if column.text(line) != UNKNOWN:
        return ""
    if column.key == "cost":
        return t("no price is known for this product")
    if column.key == "share":
        return t("nothing was produced, or it was not measured")
    made = line.production
    if made.kg is not None or made.production_h is not None:
        return t("this extruder has no throughput")
    return t("no readings, or none of the job state")


def _products(line: ShiftLine, shown: ShiftReport) -> str:
    made = line.production.products
    if len(made) == 1:
        return product(shown, made[0].code)
    return ", ".join(f"{product(shown, one.code)} {mass(one.kg)} kg" for one in made)


def _malfunctions(
    line: ShiftLine, shown: ShiftReport, settings: PageSettings, is_plant: bool
) -> list[Component | str]:
    if is_plant:
        return [t("{n} begun, {hours} h", n=line.begun, hours=hours(line.malfunction_h))]
    return [_malfunction(one, shown, settings) for one in line.malfunctions]


def _malfunction(one: ShiftMalfunction, shown: ShiftReport, settings: PageSettings) -> Component:
    onset = datetime.fromtimestamp(one.onset / 1000, settings.zone)
    since = t("from before") if one.before else f"{onset:%H:%M}"
    lasts = " " + t("lasts") if one.lasted_beyond(shown.until) else ""
    link = dcc.Link(t(one.cause), href=f"/malfunctions/{one.id}")
    return html.Div([link, html.Span(f" {since}{lasts}", className="unit")])
