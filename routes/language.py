"""The language of a request, and the words of the browser's scripts in it."""

from __future__ import annotations

import json
from functools import cache, lru_cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from routes.kept_file import KeptFile
from words import ENGLISH, LANGUAGES, PSEUDO, speaking
from words.catalogues import read

#: Keeps what somebody has chosen in the header; written by live/language.mjs.
COOKIE = "meltwatch-language"
_PSEUDO_MODULE = """export const form = (n) => +(n !== 1);
export const one = new Proxy({}, { get: (_, text) => `⟦${text}⟧` });
export const several = {};
"""


class Language:
    """ASGI: everything that answers a request speaks its language."""

    def __init__(self, web: ASGIApp) -> None:
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._web(scope, receive, send)
            return
        with speaking(wanted(Request(scope))):
            await self._web(scope, receive, send)


def wanted(request: Request) -> str:
    """What was chosen here, else the first of the browser's languages that we speak."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES or chosen == PSEUDO:
        return chosen
    return _accepted(request.headers.get("accept-language", ""))


@lru_cache(maxsize=64)  # every poll of a screen asks with the same
def _accepted(header: str) -> str:
    accepted = parse_accept_header(header, LanguageAccept)
    spoken = (name.partition("-")[0].lower() for name in accepted.values())
    return next((name for name in spoken if name in LANGUAGES), ENGLISH)


def routes() -> list[Route]:
    """GET /assets/words/{language}.mjs: for the scripts that import it."""
    return [Route("/assets/words/{language}.mjs", _module)]


async def _module(request: Request) -> Response:
    language = request.path_params["language"]
    if language not in LANGUAGES and language != PSEUDO:
        return JSONResponse({"error": "no such language"}, 404)
    return _file(language).answer(request)


@cache
def _file(language: str) -> KeptFile:
    return KeptFile(_source(language).encode(), "text/javascript")


def _source(language: str) -> str:
    """The words as a module: texts, forms, and the rule for the form, which is C and JS alike."""
    if language == PSEUDO:
        return _PSEUDO_MODULE
    words = read(language, "live")
    one, several = (json.dumps(part, ensure_ascii=False) for part in (words.one, words.several))
    return (
        f"export const form = (n) => +({words.rule});\n"
        f"export const one = {one};\nexport const several = {several};\n"
    )
