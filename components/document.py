"""The document of every page: Dash's own, in the language of whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash

from words import language, t

_ENGLISH = '<html lang="en">'
_FRAME = """<!DOCTYPE html>
<html lang="en">
    <head>
        {%metas%}
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
        <link rel="stylesheet" href="/assets/meltwatch.css">
    </head>
    <body>
        <noscript>{%needs_scripts%}</noscript>
        <div id="mw-incomplete" class="incomplete" role="alert" hidden>
            {%incomplete%} <a href="">{%load_again%}</a>
        </div>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
    </body>
</html>"""


class Document(Dash):  # type: ignore[misc]  # dash is untyped here
    """Dash on a document that says its language, by which browsers and scripts go."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, index_string=_FRAME, **options)

    def interpolate_index(self, **parts: str) -> str:
        """The document with Dash's own `parts` of it."""
        whole = str(super().interpolate_index(**parts))
        for key, text in _texts().items():
            whole = whole.replace(f"{{%{key}%}}", text, 1)
        return whole.replace(_ENGLISH, f'<html lang="{language()}">', 1)


def _texts() -> dict[str, str]:
    """What is there before any script is; assets/clientside.js shows it when one fails."""
    return {
        "needs_scripts": t("Meltwatch needs JavaScript."),
        "incomplete": t("A part of this page could not be loaded, so it does not work."),
        "load_again": t("Load again"),
    }


def title_of(page: str) -> Callable[..., str]:
    """What a browser calls a page, an English name that is marked, in the language of a request."""

    def title(**_path: str) -> str:
        return f"{t(page)} – Meltwatch"

    return title
