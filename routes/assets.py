"""The browser's own files: /assets/meltwatch.mjs and /assets/meltwatch.css, each joined of many.

The parts stay where they are and are served too: tests load single modules.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from routes.joined import joined_modules, joined_styles
from routes.kept_file import KeptFile

SCRIPT, STYLE = "/assets/meltwatch.mjs", "/assets/meltwatch.css"


def routes(folder: Path) -> list[Route]:
    """GET both files; ValueError for a module of `folder` that cannot be joined."""
    script = _Joined(
        folder, "*.mjs", "text/javascript", lambda: joined_modules(folder / "meltwatch.mjs")
    )
    style = _Joined(folder, "*.css", "text/css", lambda: joined_styles(folder))
    return [Route(SCRIPT, script.answer), Route(STYLE, style.answer)]


class _Joined:
    """Joined again when a part was changed: who works on one only has to load the page anew."""

    def __init__(self, folder: Path, parts: str, media_type: str, join: Callable[[], str]) -> None:
        self._folder, self._parts, self._type, self._join = folder, parts, media_type, join
        self._changed, self._file = self._newest(), self._made()

    async def answer(self, request: Request) -> Response:
        """The file, or 304."""
        if (changed := self._newest()) != self._changed:
            self._changed, self._file = changed, self._made()
        return self._file.answer(request)

    def _newest(self) -> tuple[int, float]:
        times = [path.stat().st_mtime for path in self._folder.rglob(self._parts)]
        return len(times), max(times)

    def _made(self) -> KeptFile:
        return KeptFile(self._join().encode(), self._type)
