"""How reliable the plant is: figures, a line per extruder, and the weeks."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from dash import html
from dash.development.base_component import Component

from components.charts import MUTED, SERIES, UNKNOWN, figure, format_duration
from components.malfunction_words import amount, measure_label, several
from components.pareto import chart_without, whole_step
from data.history.pareto import Measure
from data.history.repair import Reliability, Repair, Week
from words import mark, number, t

HEIGHT_PX = 360
#: Bars of fewer weeks are not drawn thicker.
_FEWEST_WEEKS = 8
_HOUR_MS = 3_600_000
_WORDS = {
    "MTBF": mark(
        "Mean operating time between failures: calendar time with readings, less down time,"
        " by failures (IEC 60050-192-05-13). Planned stops are not taken off."
    ),
    "MTTR": mark(
        "Mean time to restoration: from the true onset until the extruder was normal again,"
        " of all that have ended (IEC 60050-192-07-23)."
    ),
}


def repair_figures(found: Repair) -> Component:
    """The plant's figures above a table of its extruders, least reliable first."""
    worst = sorted(found.extruders, key=lambda one: (one.mtbf_ms is None, one.mtbf_ms or 0.0))
    return html.Div(
        [
            html.Div(_tiles(found.plant), className="repair-tiles"),
            html.Div(
                html.Table([_head(), html.Tbody([_line(one) for one in worst])]),
                className="repair-table",
                tabIndex="0",
                role="region",
                **{"aria-label": t("Figures by extruder")},
            ),
        ],
        className="repair-figures",
    )


def _tiles(plant: Reliability) -> list[Component]:
    lasting = t("{n} lasting", n=number(plant.lasting)) if plant.lasting else t("none lasts")
    return [
        _tile(
            t("Mean time between failures (MTBF)"),
            _time(plant.mtbf_ms),
            t("extruder time"),
            t(_WORDS["MTBF"]),
        ),
        _tile(t("Mean time to repair (MTTR)"), _time(plant.mttr_ms), lasting, t(_WORDS["MTTR"])),
        _tile(t("Down"), _down(plant), t("of extruder time"), t("Share of the time observed")),
    ]


def _tile(name: str, value: str, note: str, title: str) -> Component:
    return html.Div(
        [
            html.Span(name, className="repair-tile__name"),
            html.Span(value, className="repair-tile__value"),
            html.Span(note, className="repair-tile__note"),
        ],
        className="repair-tile",
        title=title,
    )


def _head() -> Component:
    heads = (mark("Extruder"), mark("Failures"), "MTBF", "MTTR", mark("Down"))
    cells = [html.Th(t(head), scope="col", title=t(_WORDS.get(head, "")) or None) for head in heads]
    return html.Thead(html.Tr(cells))


def _line(one: Reliability) -> Component:
    failures = number(one.failures)
    if one.lasting:
        failures += " (" + t("{n} lasting", n=number(one.lasting)) + ")"
    texts = (failures, _time(one.mtbf_ms), _time(one.mttr_ms), _down(one))
    return html.Tr([html.Th(one.name, scope="row"), *(html.Td(text) for text in texts)])


def _time(ms: float | None) -> str:
    return UNKNOWN if ms is None else format_duration(ms)


def _down(one: Reliability) -> str:
    return f"{number(100 * one.down_ms / one.observed_ms, 1)} %" if one.observed_ms else UNKNOWN


def weeks_figure(weeks: Sequence[Week], measure: Measure, currency: str) -> go.Figure:
    """A bar per ISO week above, the mean time to repair of its malfunctions below."""
    if not any(week.count for week in weeks):
        return chart_without(t("No malfunction"), HEIGHT_PX)
    names = [week.name for week in weeks]
    shown = figure(
        HEIGHT_PX,
        margin={"l": 62, "r": 12, "t": 12, "b": 40},
        bargap=1 - 0.7 * min(1, len(names) / _FEWEST_WEEKS),
        xaxis={"type": "category", "fixedrange": True, "anchor": "y2", "showgrid": False,
               "range": [-0.5, len(names) - 0.5], "nticks": 14,
               "title": {"text": t("ISO week of the onset"), "font": {"size": 12}}},
        yaxis={"domain": [0.46, 1], "rangemode": "tozero", "fixedrange": True, "nticks": 5,
               "dtick": whole_step(measure, [getattr(week, measure) for week in weeks]),
               "title": {"text": measure_label(measure, currency), "font": {"size": 12}}},
        yaxis2={"domain": [0, 0.38], "rangemode": "tozero", "fixedrange": True, "nticks": 4,
                "title": {"text": "MTTR (h)", "font": {"size": 12}}},
        hovermode="x unified",
    )  # fmt: skip
    shown.add_traces([_weekly(weeks, names, measure, currency), _mttr(weeks, names)])
    return shown


def _weekly(weeks: Sequence[Week], names: list[str], measure: Measure, currency: str) -> go.Bar:
    values = [getattr(week, measure) for week in weeks]
    return go.Bar(
        x=names,
        y=values,
        marker={
            "color": MUTED,
            "pattern": {"shape": ["" if week.whole else "/" for week in weeks]},
        },
        text=[_told(week, measure, currency) for week in weeks],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )


def _mttr(weeks: Sequence[Week], names: list[str]) -> go.Scatter:
    return go.Scatter(
        x=names,
        y=[None if week.mttr_ms is None else week.mttr_ms / _HOUR_MS for week in weeks],
        yaxis="y2",
        mode="lines+markers",
        line={"color": SERIES[0], "width": 2},
        marker={"size": 6},
        text=[f"MTTR {_time(week.mttr_ms)}" for week in weeks],
        hovertemplate="%{text}<extra></extra>",
    )


def _told(week: Week, measure: Measure, currency: str) -> str:
    parts = [several(week.count)]
    if measure != "count":
        parts.append(amount(getattr(week, measure), measure, currency))
    return ", ".join(parts) + ("" if week.whole else " " + t("(part of the week)"))
