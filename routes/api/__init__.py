"""/api/v1: what programs of others read. Stable, described at /openapi.json, told in docs/api.md.

Live parts come from Redis, malfunctions through the capped door of data.history.
"""

from __future__ import annotations

from starlette.routing import Route

from access.names import Names
from components.page_settings import PageSettings
from data.history import Questions
from data.window_cache.reader import WindowReader
from routes.api import live, malfunctions, window


def routes(
    reader: WindowReader, questions: Questions, names: Names, settings: PageSettings
) -> list[Route]:
    """All routes of version 1."""
    return [
        *live.routes(reader, names),
        *window.routes(reader),
        *malfunctions.routes(questions, names, settings.currency),
    ]
