"""Lists below the Trends chart: annotations and malfunctions in the time that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from components.charts import format_duration, format_time
from components.history_states import nothing
from data.extruders import Catalogue
from data.history.annotations import GOLDEN, Annotation, Annotations
from data.history.trend_malfunctions import Bar
from words import plural, t

#: More than these nobody reads through.
LISTED = 100


def note_list(found: Annotations, plant: Catalogue, zone: ZoneInfo) -> list[Component]:
    """Notes and golden runs, newest first."""
    head: list[Component] = [html.H2(t("Notes and golden runs"))]
    if not found.shown:
        return [*head, nothing(t("Nobody has written anything on this time."))]
    items = [_note(one, plant, zone) for one in reversed(found.shown)]
    return [*head, html.Ul(items, className="trends-list"), *_more(found.more)]


def _note(one: Annotation, plant: Catalogue, zone: ZoneInfo) -> Component:
    golden = one.kind == GOLDEN
    about = ", ".join(part for part in _about(one, plant) if part)
    whose = t("Remove the note of {name}", name=one.who)
    remove = html.Button(
        t("Remove"), type="button", className="button",
        **{"data-trends-unwrite": one.id, "aria-label": whose},
    )  # fmt: skip
    return html.Li(
        [
            html.Span(t("★ Golden run") if golden else t("▼ Note"), className="trends-list__kind"),
            html.Button(
                _when(one, zone), type="button", className="trends-list__when",
                title=t("Show this time"), **{"data-trends-span": f"{one.start}~{one.end}"},
            ),
            html.Span(about, className="trends-list__about"),
            html.Span(one.text, className="trends-list__text"),
            html.Span(f"{one.who}, {format_time(one.ts, zone)}", className="trends-list__who"),
            remove,
        ]
    )  # fmt: skip


def _about(one: Annotation, plant: Catalogue) -> tuple[str, str, str]:
    """Where, on which signal, of which product; empty where that is not told."""
    signal = plant.signal(one.extruder, one.signal)
    product = plant.product_name(one.product) or t("product {number}", number=one.product)
    return (
        plant.extruder_name(one.extruder) if one.extruder else t("Plant"),
        t(signal.label) if signal else one.signal,
        product if one.product else "",
    )


def _when(one: Annotation, zone: ZoneInfo) -> str:
    if one.end == one.start:
        return format_time(one.start, zone)
    return f"{format_time(one.start, zone)}, {format_duration(one.end - one.start)}"


def malfunction_list(
    bars: Sequence[Bar],
    more: int,
    names: Mapping[int, str],
    causes: Mapping[str, str],
    zone: ZoneInfo,
) -> list[Component]:
    """Malfunctions of the extruders that are shown, newest first, each a link to its dossier."""
    head: list[Component] = [html.H2(t("Malfunctions"))]
    if not bars:
        return [*head, nothing(t("None of these extruders had a malfunction in this time."))]
    listed = bars[-LISTED:]
    items = [_malfunction(bar, names, causes, zone) for bar in reversed(listed)]
    more += len(bars) - len(listed)
    return [*head, html.Ul(items, className="trends-list"), *_more(more)]


def _malfunction(
    bar: Bar, names: Mapping[int, str], causes: Mapping[str, str], zone: ZoneInfo
) -> Component:
    how_long = t("still lasts") if bar.end is None else format_duration(bar.end - bar.onset)
    return html.Li(
        [
            dcc.Link(t(causes.get(bar.cause, bar.cause)), href=f"/malfunctions/{bar.id}"),
            html.Span(names.get(bar.extruder, t("Extruder {number}", number=bar.extruder))),
            html.Span(f"{format_time(bar.onset, zone)}, {how_long}", className="trends-list__who"),
        ]
    )


def _more(count: int) -> list[Component]:
    if not count:
        return []
    text = plural(
        "{n} older one is not listed: choose a shorter time.",
        "{n} older ones are not listed: choose a shorter time.",
        count,
    )
    return [nothing(text)]
