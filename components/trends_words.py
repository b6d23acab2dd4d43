"""What the Trends page says in words: the resolution shown, what is kept no longer, values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
from dash import html
from dash.development.base_component import Component

from components.charts import SERIES, UNKNOWN, format_duration, format_time
from components.trends_lanes import state_words
from data.history.trend import Line, Trend
from words import fixed, mark, number, t

_LEVELS = {
    "raw": mark("readings"),
    "minute": mark("1-minute rollups"),
    "hour": mark("1-hour rollups"),
}
_STEPS = {"raw": 1, "minute": 60_000, "hour": 3_600_000}


def resolution(line: Line) -> str:
    """What a point of a line stands for."""
    if not line.level:
        return t("nothing kept")
    if not line.readings and not line.bad_readings:
        return t("no reading in this time")
    if not line.width:
        return t("every reading")
    if line.width == _STEPS[line.level]:
        return t("{readings}, one per point", readings=t(_LEVELS[line.level]))
    points = max(1, sum(count > 0 for count in line.count))
    width = format_duration(line.width)
    if line.level == "raw":
        many = number(line.readings / points, 1)
    else:
        many = number(line.width // _STEPS[line.level])
    return t(
        "{readings}, {n} per point of {width}", readings=t(_LEVELS[line.level]), n=many, width=width
    )


def status(trend: Trend, zone: ZoneInfo, answer: int) -> list[Component]:
    """Span and resolution of a trend; `answer` tells the browser which view this is of."""
    said = _by_words((resolution(line), line) for line in trend.lines)
    span = t(
        "{start} to {end} ({duration})",
        start=format_time(trend.start, zone, seconds=True),
        end=format_time(trend.end, zone, seconds=True),
        duration=format_duration(trend.end - trend.start),
    )
    return [
        html.Span(span, className="trends-status__span"),
        html.Span(
            "; ".join(_about(text, lines, said) for text, lines in said.items()),
            className="trends-status__level",
            **{"data-trends-answer": str(answer)},
        ),
        *(html.P(text, className="trends-status__note") for text in _not_kept(trend, zone)),
        *(_unknown(number, signal) for number, signal in trend.unknown),
    ]


def _by_words(pairs: object) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for text, line in pairs:  # type: ignore[attr-defined]
        found.setdefault(text, []).append(line)
    return found


def _about(text: str, lines: Sequence[Line], said: Mapping[str, object]) -> str:
    if len(said) == 1:
        return text[:1].upper() + text[1:]
    names = dict.fromkeys(line.source.extruder_name for line in lines)
    return f"{', '.join(names)}: {text}"


def _not_kept(trend: Trend, zone: ZoneInfo) -> list[str]:
    by_extruder = {line.source.extruder_name: line for line in trend.lines}
    notes: dict[str, list[str]] = {}
    for name, line in by_extruder.items():
        for text in _lacking(line, trend.start, zone):
            notes.setdefault(text, []).append(name)
    return [f"{', '.join(names)}: {text}." for text, names in notes.items()]


def _lacking(line: Line, start: int, zone: ZoneInfo) -> list[str]:
    if line.oldest is None:
        return [t("nothing is kept")]
    said = []
    if line.level != line.wanted and line.kept and line.kept > start:
        kept = format_time(line.kept, zone)
        said.append(
            t(
                "{wanted} are kept from {time} on, so {shown} are shown",
                wanted=t(_LEVELS[line.wanted]),
                time=kept,
                shown=t(_LEVELS[line.level]),
            )
        )
    if line.oldest > start:
        said.append(t("nothing is kept before {time}", time=format_time(line.oldest, zone)))
    return said


def _unknown(extruder: int, signal: str) -> Component:
    """Nothing to draw, but it fills a place among the eight until somebody takes it away."""
    remove = html.Button(
        t("Take it away"), type="button", className="button trends-remove",
        **{"data-trends-remove": f"{extruder}:{signal}"},
    )  # fmt: skip
    text = t(
        "Not shown: {signal} of extruder {number}, which nobody has ever reported.",
        signal=signal,
        number=extruder,
    )
    return html.P([text, " ", remove], className="trends-status__note")


def line_table(trend: Trend, past: Trend | None, zone: ZoneInfo) -> list[Component]:
    """Lines with their values over the span, and those of the period that is laid over."""
    earlier = {line.source.key: line for line in past.lines} if past else {}
    heads = [
        "",
        mark("Extruder"),
        mark("Signal"),
        mark("Lowest"),
        mark("Mean"),
        mark("Highest"),
        mark("Unit"),
    ]
    heads += [mark("Mean then")] if past else []
    heads += [mark("Bad readings"), mark("Shown from"), ""]
    rows = [_row(n, line, earlier, bool(past)) for n, line in enumerate(trend.lines)]
    head = html.Thead(html.Tr([html.Th(t(text), scope="col") for text in heads]))
    parts: list[Component] = [html.H2(t("Lines"))]
    if past:
        parts.append(_periods(trend, past, zone))
    table = html.Table([head, html.Tbody(rows)], className="trends-table")
    return [*parts, html.Div(table, className="trends-scroll")]


def _periods(trend: Trend, past: Trend, zone: ZoneInfo) -> Component:
    """Which line is which period."""
    return html.P(
        [
            html.Span(className="trends-dash", **{"aria-hidden": "true"}),
            t("solid: {period}", period=_period(trend, zone)),
            html.Span(className="trends-dash trends-dash--past", **{"aria-hidden": "true"}),
            t("dashed: {period}, laid over", period=_period(past, zone)),
        ],
        className="trends-periods",
    )


def _period(trend: Trend, zone: ZoneInfo) -> str:
    return t(
        "{start} to {end}",
        start=format_time(trend.start, zone),
        end=format_time(trend.end, zone),
    )


def _row(
    number: int, line: Line, earlier: Mapping[tuple[int, str], Line], compares: bool
) -> Component:
    source = line.source
    colour = SERIES[number % len(SERIES)]
    swatch = html.Span(className="trends-swatch", style={"background": colour})
    name = f"{source.extruder_name} {t(source.label)}"
    hide = t("Do not show {name}", name=name)
    remove = html.Button(
        "×", type="button", className="button trends-remove", title=hide,
        **{"data-trends-remove": f"{source.extruder}:{source.signal}",
           "aria-label": hide},
    )  # fmt: skip
    cells: list[object] = [
        swatch, source.extruder_name, t(source.label), *_values(line), t(source.unit),
    ]  # fmt: skip
    if compares:
        then = earlier.get(source.key)
        cells.append(_values(then)[1] if then else UNKNOWN)
    cells += [_bad(line), resolution(line), remove]
    return html.Tr([html.Td(cell) for cell in cells])


def _values(line: Line) -> tuple[str, str, str]:
    """Lowest, mean and highest; of a state only what it was."""
    count = np.array(line.count, float)
    if not count.sum():
        return UNKNOWN, UNKNOWN, UNKNOWN
    low, high, mean = (np.array(one, float) for one in (line.low, line.high, line.mean))
    if line.source.states:
        return _state(line, np.nanmin(low)), UNKNOWN, _state(line, np.nanmax(high))
    average = np.nansum(mean * count) / count.sum()
    lowest, middle, highest = (
        fixed(value, line.source.decimals) for value in (np.nanmin(low), average, np.nanmax(high))
    )
    return lowest, middle, highest


def _state(line: Line, code: float) -> str:
    return state_words(line.source.states.get(round(code), t("code {code}", code=f"{code:.0f}")))


def _bad(line: Line) -> str:
    if not line.bad_readings:
        return t("none")
    share = line.bad_readings / (line.bad_readings + line.readings)
    return t("less than 0.1 %") if share < 0.001 else f"{number(100 * share, 1)} %"
