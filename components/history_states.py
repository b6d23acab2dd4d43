"""What a part of a history page shows when it has no answer: why, in the error's own words."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from data.errors import MeltwatchError


def why_not(error: MeltwatchError) -> Component:
    """One calm line; trying again is offered in words where it can help."""
    text = reason(error)
    more = " It is safe to try again." if error.retryable and "try again" not in text else ""
    return html.P(f"{text}{more}", className="history-note history-note--error", role="status")


def reason(error: MeltwatchError) -> str:
    """An error's words as a sentence of their own."""
    text = str(error).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def nothing(text: str) -> Component:
    """One line where there is nothing to show."""
    return html.P(text, className="history-note")
