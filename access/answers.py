"""What the gate itself answers: refused, sign in first, try later."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from access.login_page import message_page
from words import mark

_HEADERS = {"Cache-Control": "no-store"}


def wants_page(request: Request) -> bool:
    """Whether a person is waiting for a page, and not a script for data."""
    # A proxy asks /access/check with its caller's headers.
    accepts = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and accepts and not request.url.path.startswith("/access/")


def sign_in_first(request: Request) -> Response:
    """Who is not signed in goes to the page where they can; a script is told."""
    if wants_page(request):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(asked, safe='')}", 303, _HEADERS)
    headers = {**_HEADERS, "WWW-Authenticate": "Bearer"}
    return JSONResponse({"error": "sign in first"}, 401, headers)


def refused(request: Request, why: str) -> Response:
    """Signed in, but not allowed."""
    if wants_page(request):
        return HTMLResponse(message_page(mark("Not allowed"), why), 403, _HEADERS)
    return JSONResponse({"error": why}, 403, _HEADERS)


def later(request: Request, why: str) -> Response:
    """Nobody can be recognised now."""
    headers = {**_HEADERS, "Retry-After": "2"}
    if wants_page(request):
        return HTMLResponse(message_page(mark("Not reachable for the moment"), why), 503, headers)
    return JSONResponse({"error": why}, 503, headers)
