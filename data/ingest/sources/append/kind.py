"""Kind `http`: its keys, its address, and the server that listens while it receives."""

from __future__ import annotations

import asyncio
import http.client
import ipaddress
import logging
import socket
import ssl
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import NamedTuple

import uvicorn

from data.ingest.sources import Desk, SourceLost, Tested
from data.ingest.sources.append.addresses import Addresses
from data.ingest.sources.append.answers import Answers
from data.ingest.sources.append.api import AppendApi
from data.ingest.sources.append.tokens import Tokens
from data.ingest.sources.kinds import About
from data.toml_table import Table

log = logging.getLogger(__name__)

#: So many connections at once; more are answered 503.
CONNECTIONS = 128
_TEST_S = 5.0


class Listening(NamedTuple):
    """Where it listens, and with which certificate."""

    host: str
    port: int
    certificate: str = ""
    key: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


class Append:
    """A Kind. `most_bytes` is of a body, unpacked; `tags` those that addresses hold, None: all."""

    def __init__(
        self,
        where: Listening,
        tokens: Tokens,
        folder: Path,
        tags: Sequence[str] | None = None,
        most_bytes: int = 16 << 20,
    ) -> None:
        self._where, self._tokens = where, tokens
        self._answers = Answers(folder / "answers.sqlite")
        self._addresses, self._most = Addresses(tags), most_bytes
        self.address = f"{where}/api/v2/write"

    def receive(self, desk: Desk, stop: Event) -> None:
        """See Kind."""
        api = AppendApi(desk, self._addresses, self._tokens, self._answers, self._most)
        try:
            with self._listener() as listener:
                config = self._config(api)
                desk.connected(f"listening at {self._where}")
                asyncio.run(_serve(uvicorn.Server(config), listener, stop))
        finally:
            api.close()

    def test(self) -> Tested:
        """See Kind."""
        try:
            return Tested(f"{self._where} answers", (self._ask(),))
        except ConnectionRefusedError:
            self._listener().close()
            return Tested(f"{self._where} is free: it is listened there once the source runs")
        except (OSError, http.client.HTTPException) as error:
            raise SourceLost(f"{self._where} does not answer: {error}") from error

    def _ask(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._where.host, self._where.host)
        asked: http.client.HTTPConnection
        if self._where.certificate:
            trust = _trusting(self._where.certificate)
            asked = http.client.HTTPSConnection(
                host, self._where.port, timeout=_TEST_S, context=trust
            )
        else:
            asked = http.client.HTTPConnection(host, self._where.port, timeout=_TEST_S)
        with closing(asked):
            asked.request("GET", "/health")
            answer = asked.getresponse()
            if answer.status != 200 or b"meltwatch" not in answer.read(1000):
                raise SourceLost(f"{self._where}: another program answers there")
        return "a token is needed" if self._tokens.count() else "no token is needed"

    def _listener(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._where.host else socket.AF_INET
        try:
            return socket.create_server((self._where.host, self._where.port), family=family)
        except OSError as error:
            raise SourceLost(f"cannot listen at {self._where}: {error.strerror}") from error

    def _config(self, api: AppendApi) -> uvicorn.Config:
        config = uvicorn.Config(
            api,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=3,
            ssl_certfile=self._where.certificate or None,
            ssl_keyfile=self._where.key or None,
        )
        try:
            config.load()
        except (OSError, ValueError) as error:
            raise SourceLost(f"certificate and key cannot be used: {error}") from error
        return config


def build(table: Table, about: About) -> Append:
    """See data.ingest.sources.kinds."""
    where = _where(table)
    token_file = Path(table.text("token_file")) if table.has("token_file") else None
    tokens = Tokens(token_file)
    if token_file is None and not _is_loopback(where.host):
        told = "a loopback address such as 127.0.0.1:8086, or token_file, too"
        table.fail("listen", f"{where.host}:{where.port}", told)
    try:
        if token_file and not tokens.count():
            table.fail("token_file", str(token_file), "a file with a token in each line")
    except (OSError, ValueError) as error:
        table.fail("token_file", str(token_file), f"a file with a token in each line ({error})")
    tags = table.texts("tags") if table.has("tags") else None
    most = table.whole("max_body_mb", 1, 256, 16)
    return Append(where, tokens, about.folder, tags, most << 20)


def _where(table: Table) -> Listening:
    listen = table.text("listen", "127.0.0.1:8086")
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        table.fail("listen", listen, "an address and a port such as 127.0.0.1:8086")
    certificate, key = (
        table.text(name) if table.has(name) else "" for name in ("certificate", "key")
    )
    if bool(certificate) != bool(key):
        table.fail("key", key, "certificate and key, or neither")
    return Listening(host, int(port), certificate, key)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trusting(certificate: str) -> ssl.SSLContext:
    """Trust in this certificate and no other, whatever names it is for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context


async def _serve(server: uvicorn.Server, listener: socket.socket, stop: Event) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    while not (stop.is_set() or serving.done()):
        await asyncio.wait([serving], timeout=0.1)
    server.should_exit = True
    await serving
    if not stop.is_set():
        raise SourceLost("the server has ended")
