"""The write API of InfluxDB, versions 1 and 2, as an ASGI application without a framework.

Line protocol for nobody's database: readings for a Desk. 204 is answered once they are safe.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from data.ingest.clock import now_ms
from data.ingest.sources import Desk
from data.ingest.sources.append.addresses import UNITS, Addresses
from data.ingest.sources.append.answers import LONGEST_KEY, Answers, Kept, digest
from data.ingest.sources.append.body import Gone, Incoming, Receive, TooLarge, Unreadable, read_body
from data.ingest.sources.append.line_protocol import BadLine
from data.ingest.sources.append.replies import (
    JSON,
    Answer,
    Send,
    as_json,
    busy,
    error,
    partial_write,
    say,
)
from data.ingest.sources.append.tokens import Tokens

log = logging.getLogger(__name__)

#: So long it is waited until readings are safe; if they are not, the sender has to come again, s.
SAFE_S = 20.0


class Request(NamedTuple):
    """What of a request counts. Names of headers are in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Incoming


class AppendApi:
    """The application. It reads bodies in threads of its own: `close` it."""

    def __init__(
        self, desk: Desk, addresses: Addresses, tokens: Tokens, answers: Answers, most_bytes: int
    ) -> None:
        self._desk, self._addresses, self._tokens = desk, addresses, tokens
        self._answers, self._most = answers, most_bytes
        self._pool = ThreadPoolExecutor(2, "append")

    def close(self) -> None:
        """End its threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request. A process' edge: a bug costs this request only."""
        try:
            request = _request(scope, receive)
            answer = await self._answer(request)
            await request.body.pass_over(4 * self._most)
        except Gone:
            answer = error(408, "the body did not come")
        except Exception:
            log.exception("a request to append")
            answer = error(500, "an error of ours; it is logged")
        await say(send, answer, scope["method"])

    async def _answer(self, request: Request) -> Answer:
        match request.path:
            case "/api/v2/write" | "/write" if request.method == "POST":
                return await self._write(request)
            case "/api/v2/write" | "/write":
                return error(405, "expected POST", {"Allow": "POST"})
            case "/ping":
                return Answer(204, headers={"X-Influxdb-Version": "2.0-meltwatch"})
            case "/health":
                return as_json(200, {"name": "meltwatch", "status": "pass", "message": "ready"})
            case "/query":
                return await self._query(request)
        return error(404, "expected POST /api/v2/write or /write, /ping or /health")

    async def _query(self, request: Request) -> Answer:
        """Telegraf's output of version 1 begins with CREATE DATABASE: there is nothing to do."""
        if refused := self._refused(request):
            return refused
        body = await read_body(request.body, "", 65_536) if request.method == "POST" else b""
        asked = request.query.get("q") or dict(parse_qsl(body.decode("utf-8", "replace"))).get("q")
        if (asked or "").upper().startswith("CREATE DATABASE"):
            return as_json(200, {"results": [{"statement_id": 0}]})
        return error(400, "nothing can be asked here, it is for writing only")

    async def _write(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        if self._desk.is_full:
            return busy(request.path, "too much waits for the store")
        precision = request.query.get("precision") or "ns"
        if precision not in UNITS:
            return error(400, f"precision: expected one of {', '.join(UNITS)}")
        try:
            return await self._once(request, await self._body(request), precision)
        except TooLarge:
            return error(413, f"expected at most {self._most} bytes", {"Connection": "close"})
        except Unreadable as why:
            return error(400, str(why))

    async def _body(self, request: Request) -> bytes:
        encoding = request.headers.get("content-encoding", "").lower()
        return await read_body(request.body, encoding, self._most)

    async def _once(self, request: Request, body: bytes, precision: str) -> Answer:
        """Store, unless the same was stored under the same key."""
        key = request.headers.get("idempotency-key", "")
        if not key:
            return await self._stored(request, body, precision)
        if len(key) > LONGEST_KEY:
            return error(400, f"Idempotency-Key: expected at most {LONGEST_KEY} characters")
        before = await self._in_thread(self._answers.get, key, time.time())
        if before and before.body != digest(body):
            return error(422, "Idempotency-Key: it came with another body before")
        if before:
            return Answer(before.status, before.told, JSON if before.told else {})
        answer = await self._stored(request, body, precision)
        if answer.status in {204, 400}:
            kept = Kept(digest(body), answer.status, answer.body)
            await self._in_thread(self._answers.keep, key, kept, time.time())
        return answer

    async def _stored(self, request: Request, body: bytes, precision: str) -> Answer:
        loop = asyncio.get_running_loop()
        safe: asyncio.Future[None] = loop.create_future()
        bad = await self._in_thread(self._take, body, precision, partial(_tell, loop, safe))
        try:
            await asyncio.wait_for(safe, SAFE_S)
        except TimeoutError:
            return busy(request.path, "the readings are not safe yet")
        return partial_write(bad) if bad else Answer(204)

    def _take(self, body: bytes, precision: str, safe: Callable[[], None]) -> list[BadLine]:
        """In a thread: the desk may wait. What is not UTF-8 spoils names, which are shown so."""
        text = body.decode("utf-8", "replace")
        readings, bad = self._addresses.read(text, precision, now_ms())
        for one in bad:
            self._desk.reject(one.reason, one.text)
        if readings:
            self._desk.take(readings, safe)
        else:
            safe()
        return bad

    def _refused(self, request: Request) -> Answer | None:
        status = self._tokens.refuse(request.headers.get("authorization", ""), request.query)
        if not status:
            return None
        self._desk.reject("a request without a good token", f"{request.method} {request.path}")
        headers = {"Connection": "close", "WWW-Authenticate": 'Token realm="Meltwatch"'}
        return error(
            status, "a token is needed" if status == 401 else "the token is wrong", headers
        )

    async def _in_thread(self, work: Callable[..., Any], *arguments: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)


def _tell(loop: asyncio.AbstractEventLoop, safe: asyncio.Future[None]) -> None:
    """From another thread; whoever asked may have left, and the server with them."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_settle, safe)


def _settle(safe: asyncio.Future[None]) -> None:
    if not safe.done():
        safe.set_result(None)


def _request(scope: Mapping[str, Any], receive: Receive) -> Request:
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}
    return Request(scope["method"], scope["path"], dict(query), headers, Incoming(receive))
