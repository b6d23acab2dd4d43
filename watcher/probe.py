"""One look at the site from outside, as somebody's browser would: page, parts, state, data."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from watcher.findings import Finding, Look
from watcher.settings import Settings
from watcher.state import Level
from watcher.words import explain

#: What the page has in it if it is Meltwatch's, and not a proxy's or a login's.
MARKS = ('id="react-entry-point"', "<title>Meltwatch")
_PARTS = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+)"')
#: As many connections as a browser opens.
_LIMITS = httpx.Limits(max_connections=6)
_HEADERS = {"User-Agent": "meltwatch-watcher"}

AWAY, BROKEN = "the page does not answer", "the page is broken"
UNREADY, OLD = "the data are not being refreshed", "the data are old"


class Wrong(Exception):
    """Something answered, but not as it should; the text says what."""


@dataclass
class _Asking:
    """What is being asked now, and what is known so far: a time limit may end it anywhere."""

    what: str = "/"
    brief: str = AWAY
    level: Level = Level.DOWN
    look: Look = field(default_factory=Look)

    def found(self, detail: str) -> None:
        finding = Finding(self.level, self.brief, f"{self.what}: {detail}")
        self.look = replace(self.look, findings=(*self.look.findings, finding))


async def look(settings: Settings) -> Look:
    """Look once; takes at most `limit_s`. Each look connects anew, as a new visitor does."""
    asking, began = _Asking(), time.monotonic()
    try:
        async with asyncio.timeout(settings.limit_s), _client(settings) as client:
            if await _ask(_page(client, settings, asking), settings, asking):
                asking.level = Level.STALE
                await _ask(_ready(client, settings, asking), settings, asking)
                await _ask(_data(client, settings, asking), settings, asking)
    except TimeoutError:
        asking.found(f"no answer in {settings.limit_s:g} s")
    return replace(asking.look, took_ms=round((time.monotonic() - began) * 1000))


def _client(settings: Settings) -> httpx.AsyncClient:
    # Time is limited as a whole, in `look`: httpx' own limits are per read.
    # A redirect to another site does not get the token: httpx takes care of that.
    token = {"Authorization": f"Bearer {settings.token}"} if settings.token else {}
    return httpx.AsyncClient(
        timeout=settings.limit_s,
        follow_redirects=True,
        limits=_LIMITS,
        headers={**_HEADERS, **token},
    )


async def _ask(asked: Any, settings: Settings, asking: _Asking) -> bool:
    try:
        await asked
    except Wrong as wrong:
        asking.found(str(wrong))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        asking.found(explain(error, settings.url))
    else:
        return True
    return False


async def _page(client: httpx.AsyncClient, settings: Settings, asking: _Asking) -> None:
    async with client.stream("GET", f"{settings.url}/") as answer:
        ends = _certificate_ends(answer)
        asking.look = replace(asking.look, certificate_ends=ends)
        await answer.aread()
    _must_be_ok(answer)
    asking.brief = BROKEN
    if not all(mark in answer.text for mark in MARKS):
        raise Wrong("answers, but not with Meltwatch's page: a proxy's or a login's?")
    asking.what = "/_dash-layout"
    _json(await client.get(f"{settings.url}/_dash-layout"))
    await _parts(client, str(answer.url), answer.text, asking)


async def _parts(client: httpx.AsyncClient, page_url: str, page: str, asking: _Asking) -> None:
    """Scripts and style sheets of the page: there, and not the page itself in their place."""
    asking.what = "scripts and style sheets"
    urls = [urljoin(page_url, part.replace("&amp;", "&")) for part in _PARTS.findall(page)]
    own = [url for url in urls if urlsplit(url).netloc == urlsplit(page_url).netloc]
    answers = await asyncio.gather(*map(client.head, own), return_exceptions=True)
    for url, answer in zip(own, answers, strict=True):
        asking.what = urlsplit(url).path
        if isinstance(answer, BaseException):
            raise answer
        _must_be_ok(answer)
        if answer.headers.get("content-type", "").startswith("text/html"):
            raise Wrong("is missing: the page comes in its place")


async def _ready(client: httpx.AsyncClient, settings: Settings, asking: _Asking) -> None:
    asking.what, asking.brief = "/readyz", UNREADY
    answer = await client.get(f"{settings.url}/readyz")
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise Wrong(_reason(answer) or "not ready, and says no reason")
    _must_be_ok(answer)


async def _data(client: httpx.AsyncClient, settings: Settings, asking: _Asking) -> None:
    asking.what, asking.brief = "/plant", OLD
    answer = await client.get(f"{settings.url}/plant")
    age_s = data_age_s(_json(answer), _sent(answer))
    asking.look = replace(asking.look, data_age_s=age_s)
    if age_s > settings.data_max_s:
        allowed = f"at most {settings.data_max_s:g} s are allowed"
        raise Wrong(f"the newest reading is {age_s:.0f} s old, {allowed}")


def data_age_s(body: Any, sent_ms: int) -> float:
    """Seconds from the newest reading to when it was served, or sent by a cache, if that is later.

    Raises Wrong for a body that says neither.
    """
    try:
        heads = [int(card["head"]) for card in body["cards"]]
        served = max(int(body["served"]), sent_ms)
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong("the answer has another form than expected") from error
    if max(heads, default=0) <= 0:
        raise Wrong("no extruder has readings")
    return max(0.0, (served - max(heads)) / 1000)


def _sent(answer: httpx.Response) -> int:
    """By the sender's clock in ms; 0 where it does not say."""
    try:
        return round(parsedate_to_datetime(answer.headers["date"]).timestamp() * 1000)
    except (KeyError, ValueError):
        return 0


def _must_be_ok(answer: httpx.Response) -> None:
    if answer.status_code != httpx.codes.OK:
        reason = f": {_reason(answer)}" if _reason(answer) else ""
        raise Wrong(f"answers {answer.status_code} {answer.reason_phrase}{reason}")


def _json(answer: httpx.Response) -> Any:
    _must_be_ok(answer)
    try:
        return answer.json()
    except ValueError as error:
        raise Wrong("answers with something that is not JSON") from error


def _reason(answer: httpx.Response) -> str:
    """What Meltwatch says about its own failure; a proxy says nothing that can be read."""
    try:
        body = json.loads(answer.content or b"null")
    except ValueError:
        return ""
    said = body.get("reason") or body.get("error") if isinstance(body, dict) else None
    return " ".join(str(said).split())[:300] if said else ""


def _certificate_ends(answer: httpx.Response) -> int | None:
    """When the certificate of the connection expires, in ms; None without TLS."""
    stream = answer.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    found = tls.getpeercert() if tls else None
    return round(ssl.cert_time_to_seconds(found["notAfter"]) * 1000) if found else None
