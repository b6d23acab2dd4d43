"""The ways in and out: /login, /logout, /kiosk, and who one is: /access/me, /access/check."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from access.address import address_of
from access.cookies import Cookies
from access.gate import SCOPE_HEADER, Tell
from access.login_page import kiosk_page, login_page, too_many_tries
from access.people_door import PeopleDoor
from access.principal import Principal, principal_of
from access.recognise import BySession
from access.sessions import Sessions
from access.settings import AccessSettings
from access.throttle import Throttle
from data.errors import LockedOut, SignInRefused
from data.people.roles import Permission
from data.scopes import seen, to_header
from words import mark

_HEADERS = {"Cache-Control": "no-store"}
#: A login and a password are short.
_MOST_BYTES = 4096


@dataclass(frozen=True)
class Ways:
    """What signing in takes."""

    settings: AccessSettings
    plant: str
    sessions: Sessions
    cookies: Cookies
    recognise: BySession
    people: PeopleDoor
    throttle: Throttle
    tell: Tell

    async def wait_s(self, request: Request) -> int:
        """Count a try of this address; see Throttle."""
        return await self.throttle.wait_s(address_of(request, self.settings.proxy_from))

    async def begin(self, request: Request, who: Principal, where: str) -> Response:
        """Signed in: a new session, and on to the page that was asked for."""
        if before := await self.recognise.session(request):
            await self.sessions.end(before)
        cookie, session = await self.sessions.begin(who)
        response = RedirectResponse(where, 303, _HEADERS)
        age_s = self.settings.session_max_h * 3600
        self.cookies.sign_in(response, cookie, session.csrf, age_s)
        return response


def routes(ways: Ways) -> list[Route]:
    """Routes of AUTH=local."""

    async def asked(request: Request) -> Response:
        where = local_path(request.query_params.get("next", ""))
        return HTMLResponse(login_page(ways.plant, where), headers=_HEADERS)

    async def given(request: Request) -> Response:
        form = await _form(request)
        name, where = form.get("name", "").strip(), local_path(form.get("next", ""))
        if wait_s := await ways.wait_s(request):
            return _again(ways, where, name, too_many_tries(wait_s), 429, wait_s)
        try:
            who = await ways.people.sign_in(name, form.get("password", ""))
        except LockedOut as error:
            await ways.tell("locked_out", None, request)
            return _again(ways, where, name, str(error), 429, error.retry_after_s)
        except SignInRefused as error:
            await ways.tell("sign_in_failed", None, request)
            return _again(ways, where, name, str(error), 401)
        response = await ways.begin(request, who, where)
        if not await ways.people.is_still(who):  # whoever changed it found no session to end
            await ways.sessions.end_all(who.id)
            await ways.tell("sign_in_failed", who, request)
            return _again(ways, where, name, mark("The account was changed: sign in again."), 401)
        await ways.tell("sign_in", who, request)
        return response

    async def elsewhere(_request: Request) -> Response:
        return RedirectResponse("/login", 303, _HEADERS)

    return [
        Route("/login", asked),
        Route("/login", given, methods=["POST"]),
        # They are public for AUTH=oidc: without these, Dash would answer.
        Route("/login/start", elsewhere),
        Route("/login/done", elsewhere),
    ]


def shared_routes(ways: Ways) -> list[Route]:
    """Routes of every AUTH that has sessions."""

    async def sign_out(request: Request) -> Response:
        response = RedirectResponse("/login", 303, _HEADERS)
        if session := await ways.recognise.session(request):
            await ways.sessions.end(session)
            await ways.tell("sign_out", session.principal, request)
        ways.cookies.sign_out(response)
        return response

    async def kiosk(_request: Request) -> Response:
        return HTMLResponse(kiosk_page(), headers=_HEADERS)

    async def show(request: Request) -> Response:
        token = (await _form(request)).get("token", "").strip()
        if wait_s := await ways.wait_s(request):
            text = kiosk_page(too_many_tries(wait_s))
            return HTMLResponse(text, 429, {**_HEADERS, "Retry-After": str(wait_s)})
        who = await ways.people.token_of(token)
        if who is None:
            await ways.tell("sign_in_failed", None, request)
            text = kiosk_page(mark("This token is unknown, was revoked or has ended."))
            return HTMLResponse(text, 401, _HEADERS)
        await ways.tell("token_used", who, request)
        response = RedirectResponse("/", 303, _HEADERS)
        ways.cookies.show(response, token)
        return response

    return [
        Route("/logout", sign_out, methods=["POST"]),
        Route("/kiosk", kiosk),
        Route("/kiosk", show, methods=["POST"]),
    ]


def who_routes(auth: str) -> list[Route]:
    """Who one is, for the pages, and whether one may look, for a proxy that keeps answers."""

    async def me(request: Request) -> Response:
        who = principal_of(request.scope)
        assert who is not None, "the gate lets nobody else come here"
        told = {"auth": auth, "id": who.id, "name": who.name, "role": who.role.value}
        may = sorted(permission for permission in Permission if who.may(permission))
        return JSONResponse({**told, "scope": list(seen()), "may": may}, headers=_HEADERS)

    async def check(_request: Request) -> Response:
        scope = to_header(seen())
        headers = {**_HEADERS, **({SCOPE_HEADER: scope} if scope else {})}
        return Response(status_code=204, headers=headers)

    return [Route("/access/me", me), Route("/access/check", check)]


def local_path(where: str) -> str:
    """A path of this site to go on to: anything else would lead people elsewhere."""
    plain = where.startswith("/") and not where.startswith(("//", "/\\", "/login", "/logout"))
    return where if plain and where.isprintable() and "\\" not in where else "/"


def _again(
    ways: Ways, where: str, name: str, problem: str, status: int, wait_s: int = 0
) -> Response:
    headers = {**_HEADERS, **({"Retry-After": str(wait_s)} if wait_s else {})}
    return HTMLResponse(login_page(ways.plant, where, name, problem), status, headers)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form; what is too long or none is an empty form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return {}
    try:
        return {key: values[0] for key, values in parse_qs(body.decode()).items()}
    except ValueError:
        return {}
