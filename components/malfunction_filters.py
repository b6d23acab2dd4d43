"""The filter bar of the Malfunctions page: what somebody looks at, in fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import ids_malfunctions as ids
from components.alarm_bar import causes
from components.history_states import dropdown_texts
from components.malfunction_words import PERIOD_LABELS, STATE_LABELS
from components.page_settings import PageSettings
from data.extruders import Catalogue
from data.history.selection import DEFAULT_PRESET, Selection
from words import t

#: Id and property of the fields by their key in the address.
FIELDS = {
    "period": (ids.PERIOD, "value"),
    "from": (ids.FIRST, "date"),
    "to": (ids.LAST, "date"),
    "extruder": (ids.EXTRUDERS, "value"),
    "cause": (ids.CAUSES, "value"),
    "product": (ids.PRODUCTS, "value"),
    "shift": (ids.SHIFTS, "value"),
    "state": (ids.STATES, "value"),
    "min_money": (ids.MIN_MONEY, "value"),
    "min_kg": (ids.MIN_KG, "value"),
}
#: What a field holds when it narrows nothing.
CLEARED: dict[str, Any] = {
    "period": DEFAULT_PRESET,
    **dict.fromkeys(("from", "to")),
    **{key: [] for key in ("extruder", "cause", "product", "shift", "state")},
    **dict.fromkeys(("min_money", "min_kg"), ""),
}
#: The choice of the field Period while days are given.
DAYS = "days"
#: A field is read when somebody has stopped typing in it for so many seconds.
_TYPED_S = 0.8


def filter_bar(selection: Selection, catalogue: Catalogue, settings: PageSettings) -> Component:
    """Fields filled from a selection, in the order in which people ask."""
    return html.Div(
        [
            *_period(selection),
            *_choices(selection, catalogue, settings),
            _field(t("Cost at least"), ids.MIN_MONEY, _amount(ids.MIN_MONEY, selection.min_money),
                   settings.currency),
            _field(t("Scrap at least"), ids.MIN_KG, _amount(ids.MIN_KG, selection.min_kg), "kg"),
            html.Div(
                html.Button(t("Clear filters"), id=ids.CLEAR, className="button", type="button"),
                className="malfunction-filter malfunction-filter--tools",
            ),
        ],
        className="malfunction-filters",
        role="search",
        **{"aria-label": t("Filters")},
    )  # fmt: skip


def _period(selection: Selection) -> list[Component]:
    days = bool(selection.first or selection.last)
    options = [*_options(_told(PERIOD_LABELS)), {"label": t("Days …"), "value": DAYS}]
    preset = dcc.Dropdown(
        options, DAYS if days else selection.preset, id=ids.PERIOD, clearable=False,
        searchable=False,
    )  # fmt: skip
    return [
        _field(t("Began in"), ids.PERIOD, preset),
        _field(t("From day"), ids.FIRST, _day(ids.FIRST, selection.first)),
        _field(t("To day"), ids.LAST, _day(ids.LAST, selection.last)),
    ]


def _choices(selection: Selection, catalogue: Catalogue, settings: PageSettings) -> list[Component]:
    extruders = {one.id: one.name for one in catalogue.extruders}
    # What an address names stays choosable when the plant has it no more.
    extruders |= {one: catalogue.extruder_name(one) for one in selection.extruders}
    products = {one.code: one.name for one in catalogue.products}
    products |= {
        one: t("Product {number}", number=one) for one in selection.products if one not in products
    }
    shifts = {name: name for name in settings.shifts.names}
    return [
        _many(t("Extruder"), ids.EXTRUDERS, extruders.items(), selection.extruders),
        _many(t("Cause"), ids.CAUSES, causes(), selection.causes),
        _many(t("Product"), ids.PRODUCTS, products.items(), selection.products),
        _many(t("Shift"), ids.SHIFTS, _told(shifts), selection.shifts),
        _many(t("State"), ids.STATES, _told(STATE_LABELS), selection.states),
    ]


def _many(
    label: str, id_: str, choices: Iterable[Sequence[Any]], chosen: tuple[Any, ...]
) -> Component:
    field = dcc.Dropdown(
        _options(choices),
        list(chosen),
        id=id_,
        multi=True,
        placeholder=t("Any"),
        maxHeight=320,
        labels=dropdown_texts(),
    )
    return _field(label, id_, field)


def _options(choices: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [{"label": text, "value": key} for key, text in choices]


def _told(choices: Mapping[str, str]) -> list[tuple[str, str]]:
    """Not of what a plant has named itself: an extruder may be called "Open"."""
    return [(key, t(text)) for key, text in choices.items()]


def _day(id_: str, day: object) -> Component:
    return dcc.DatePickerSingle(
        date=str(day) if day else None, id=id_, display_format="YYYY-MM-DD", placeholder=t("Any"),
        month_format="YYYY-MM", first_day_of_week=1, clearable=True,
    )  # fmt: skip


def _amount(id_: str, value: float | None) -> Component:
    # A field of Dash's type "number" warns of NaN in the console whenever it is cleared.
    return dcc.Input(
        type="text", inputMode="decimal", value=None if value is None else f"{value:.10g}", id=id_,
        debounce=_TYPED_S, placeholder="0", autoComplete="off", className="malfunction-input",
    )  # fmt: skip


def _field(label: str, id_: str, field: Component, unit: str = "") -> Component:
    name = [label, html.Span(f" {unit}", className="unit")] if unit else label
    return html.Div(
        [html.Label(name, htmlFor=id_, className="malfunction-filter__name"), field],
        className="malfunction-filter",
    )


def query_of_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields hold, by key, as an address would say it."""
    query = {
        key: ",".join(map(str, value)) if isinstance(value, list) else value
        for key, value in values.items()
        if value not in (None, "")
    }
    if query.get("period") == DAYS:
        del query["period"]
    return query


def with_days(
    period: str, first: str | None, last: str | None, days_changed: bool
) -> dict[str, Any]:
    """Fields that change when period or days have: the one that somebody touched wins."""
    if not days_changed:
        return {} if period == DAYS else {"from": None, "to": None}
    if first or last:
        return {"period": DAYS}
    # Calendars also tell that they are empty when they are made.
    return {"period": DEFAULT_PRESET} if period == DAYS else {}


def toggled(chosen: Sequence[Any], one: Any) -> list[Any]:
    """The choice with `one` taken out if it is in, else put in."""
    return [other for other in chosen if other != one] if one in chosen else [*chosen, one]


def clicked_key(click: Mapping[str, Any] | None) -> str:
    """The key of the bar that was clicked; empty for none, and for the bar of all others."""
    points = (click or {}).get("points") or [{}]
    return str(points[0].get("customdata") or "")
