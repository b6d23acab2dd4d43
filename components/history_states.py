"""What a part of a history page shows when it has no answer: why, in the error's own words."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from data.errors import MeltwatchError, StoreError
from words import t


def why_not(error: MeltwatchError) -> Component:
    """One calm line; trying again is offered in words where it can help."""
    return html.P(_why(error), className="history-note history-note--error", role="status")


def why_all(error: MeltwatchError) -> Component:
    """The same as words of a line that is there anyway, at the top of a page."""
    return html.Span(_why(error), className="history-note--error")


def why_part(error: MeltwatchError) -> Component:
    """In a part of a page whose top says why_all: a store that is away is so for every part."""
    if isinstance(error, StoreError):
        return nothing(t("Not known: the store is away."))
    return why_not(error)


def _why(error: MeltwatchError) -> str:
    text = reason(error)
    if error.retryable and "try again" not in str(error):
        text += " " + t("It is safe to try again.")
    return text


def reason(error: MeltwatchError) -> str:
    """An error's words as a sentence of their own."""
    text = t(str(error)).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def dropdown_texts() -> dict[str, str]:
    """What Dash's drop-down lists say by themselves, by their own names."""
    return {
        "select_all": t("Select All"),
        "deselect_all": t("Deselect All"),
        "selected_count": t("{num_selected} selected"),
        "search": t("Search"),
        "clear_search": t("Clear search"),
        "clear_selection": t("Clear selection"),
        "no_options_found": t("No options found"),
    }


def nothing(text: str) -> Component:
    """One line where there is nothing to show."""
    return html.P(text, className="history-note")
