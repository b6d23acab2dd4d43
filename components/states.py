"""What a page shows when it has no numbers: why, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from dash import dcc, html
from dash.development.base_component import Component

from data.errors import WindowsUnavailable
from data.extruders import Catalogue
from words import t


def notice(
    title: str, text: str, watch: bool = False, way: tuple[str, str] | None = None
) -> Component:
    """A calm full-page notice; with `watch` the page reloads by itself once windows are there.

    Else `way`, words and address, leads on from here.
    """
    attributes = {"data-mw-page": "waiting"} if watch else {}
    words, address = way or (t("To the plant"), "/")
    back = [] if watch else [dcc.Link(words, href=address, className="button")]
    return html.Section(
        [html.H1(title), html.P(text), *back],
        className="notice",
        **attributes,
    )


def page_or_why(
    catalogue: Callable[[], Catalogue], page: Callable[[Catalogue], Component]
) -> Component:
    """The page of the catalogue, or why there is none yet."""
    try:
        found = catalogue()
    except WindowsUnavailable as error:
        return unavailable(str(error))
    return page(found) if found.extruders else waiting()


def unavailable(reason: str) -> Component:
    """Redis does not answer."""
    text = t("{reason}. This page comes back by itself.", reason=t(reason).rstrip("."))
    return notice(t("Live data unavailable"), text, watch=True)


def waiting() -> Component:
    """No catalogue yet: the first refresh has not run."""
    return notice(
        t("Waiting for the first readings"),
        t("No worker has delivered live data yet. This page opens by itself as soon as one has."),
        watch=True,
    )


def not_found() -> Component:
    """An address that no page has."""
    return notice(t("No such page"), t("There is no page at this address."))


def unknown(extruder: str) -> Component:
    """A number that no extruder has."""
    return notice(
        t("No such extruder"),
        t("There is no extruder {extruder} among those that you may see.", extruder=repr(extruder)),
    )
