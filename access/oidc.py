"""AUTH=oidc: a provider of OpenID Connect signs people in; their groups there give the role."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access.journeys import LASTS_S, Journeys
from access.login import Ways, local_path
from access.login_page import company_page, message_page, too_many_tries
from access.principal import Principal
from access.provider import Provider
from access.recognise import highest
from access.settings import AccessSettings
from data.errors import MeltwatchError, SignInRefused
from words import mark

_log = logging.getLogger("meltwatch.oidc")
_HEADERS = {"Cache-Control": "no-store"}
#: After so long somebody may try again who could not be signed in (s).
_AGAIN_S = 10
_MOST_NAME = 100


class _NoRole(MeltwatchError):
    """Known there, but nobody here."""


def routes(ways: Ways, journeys: Journeys, base_url: str) -> list[Route]:
    """Routes of AUTH=oidc."""
    provider = Provider(ways.settings)

    async def asked(request: Request) -> Response:
        where = local_path(request.query_params.get("next", ""))
        return HTMLResponse(company_page(ways.plant, where), headers=_HEADERS)

    async def start(request: Request) -> Response:
        where = local_path(request.query_params.get("next", ""))
        try:
            if wait_s := await ways.wait_s(request):
                return _page(too_many_tries(wait_s), 429, wait_s)
            state, cookie, journey = await journeys.begin(_back(request, base_url), where)
            response = RedirectResponse(await provider.address(state, journey), 303, _HEADERS)
        except MeltwatchError as error:
            return await _failed(ways, request, error)
        ways.cookies.start(response, cookie, LASTS_S)
        return response

    async def done(request: Request) -> Response:
        try:
            response = await _arrived(ways, journeys, provider, request)
        except MeltwatchError as error:
            response = await _failed(ways, request, error)
        ways.cookies.start(response, "", 0)
        return response

    return [Route("/login", asked), Route("/login/start", start), Route("/login/done", done)]


async def _arrived(
    ways: Ways, journeys: Journeys, provider: Provider, request: Request
) -> Response:
    """Somebody comes back from the provider."""
    asked, cookie = request.query_params, request.cookies.get(ways.cookies.started, "")
    journey = await journeys.end(asked.get("state", ""), cookie)
    if "error" in asked or "code" not in asked:
        raise SignInRefused(mark("The sign-in of your company did not let you in."))
    who = _principal(await provider.claims(asked["code"], journey), ways.settings)
    await ways.people.met(who)
    await ways.tell("sign_in", who, request)
    return await ways.begin(request, who, journey.where)


def _principal(claims: Mapping[str, Any], settings: AccessSettings) -> Principal:
    groups = claims.get(settings.oidc_roles_claim)
    listed = groups if isinstance(groups, list) else [groups]
    role = highest((one for one in listed if isinstance(one, str)), settings.oidc_roles)
    if role is None:
        raise _NoRole(mark("None of your groups has a role here: ask who runs Meltwatch."))
    id_ = person_id(settings.oidc_issuer, str(claims["sub"]))
    return Principal(id_, _name(claims) or id_, role)


def person_id(issuer: str, subject: str) -> str:
    """Always the same for a person, and says nothing; of the shape that local ids have."""
    return f"p-{sha256(f'{issuer}|{subject}'.encode()).hexdigest()[:12]}"


def _name(claims: Mapping[str, Any]) -> str:
    told = (claims.get(key) for key in ("name", "preferred_username", "email"))
    names = (one.strip() for one in told if isinstance(one, str))
    return next((one[:_MOST_NAME] for one in names if one), "")


async def _failed(ways: Ways, request: Request, error: MeltwatchError) -> Response:
    """A page that says why, never an error of ours; the log says more."""
    _log.warning("signing in at the provider: %s (%s)", error, error.__cause__)
    await ways.tell("sign_in_failed", None, request)
    if isinstance(error, _NoRole):
        return _page(str(error), 403)
    if isinstance(error, SignInRefused):
        return _page(str(error), 401)
    return _page(str(error), 503, _AGAIN_S)


def _page(text: str, status: int, wait_s: int = 0) -> Response:
    headers = {**_HEADERS, **({"Retry-After": str(wait_s)} if wait_s else {})}
    return HTMLResponse(message_page(mark("Not signed in"), text), status, headers)


def _back(request: Request, base_url: str) -> str:
    """Where the provider sends people back to."""
    return f"{base_url or f'{request.url.scheme}://{request.url.netloc}'}/login/done"
