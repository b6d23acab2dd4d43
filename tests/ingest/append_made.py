"""A real server of kind `http` that feeds a real store, for the tests of appending."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from data.ingest.mapped_extruders import read_extruders
from data.ingest.sources.append.kind import Append, Listening
from data.ingest.sources.append.tokens import Tokens
from data.ingest.sources.config import Configured
from data.ingest.sources.running import Running, run_all
from data.telemetry import TelemetryStore, open_store
from data.toml_table import Table
from data.windows import Row
from tests.stack import free_port, wait_until

TOKEN = "a-token-that-nobody-guesses"
MAPPED = """
[[extruder]]
id = 7
name = "Seven"
signal = [
  { address = "melt,hall=1:p", name = "P", label = "P", unit = "bar", group = "Melt", low = 0, high = 500 },
  { address = "melt,hall=1:t", name = "T", label = "T", unit = "°C", group = "Melt", low = 0, high = 300, scale = 0.1 },
]
"""  # noqa: E501
MS = 1_700_000_000_000


class Served(NamedTuple):
    """A running source, where it listens, and its store."""

    running: Running
    kind: Append
    client: httpx.Client
    connect: Callable[[], TelemetryStore]

    def write(
        self, lines: str, path: str = "/api/v2/write?precision=ms", **headers: str
    ) -> httpx.Response:
        return self.client.post(path, content=lines, headers=headers)

    def stored(self) -> list[Row]:
        with closing(self.connect()) as store:
            return store.rows_since(0, 1_000_000)


@contextmanager
def served(
    folder: Path,
    token: str = "",
    tls: tuple[str, str] = ("", ""),
    tags: list[str] | None = None,
    most: int = 1 << 20,
    connect: Callable[[], TelemetryStore] | None = None,
) -> Iterator[Served]:
    import tomllib

    where = Listening("localhost" if tls[0] else "127.0.0.1", free_port(), *tls)
    token_file = folder / "tokens" if token else None
    if token_file:
        token_file.write_text(f"# Telegraf\n{token}\nanother-token-of-theirs # hall 2\n")
    kind = Append(where, Tokens(token_file), folder / "made", tags, most)
    mapped = read_extruders(Table("made", "", tomllib.loads(MAPPED)), "address")
    configured = Configured("made", "http", kind, mapped, 1001, 100, 60.0)
    one = Running(configured, folder, 16 << 20, lambda _: {})

    def store() -> TelemetryStore:
        return open_store(f"sqlite:///{folder / 'store.sqlite'}")

    over = threading.Event()
    thread = threading.Thread(target=run_all, args=([one], connect or store, over))
    thread.start()
    trust = ssl.create_default_context(cafile=str(folder / "ca.crt")) if tls[0] else False
    try:
        with httpx.Client(base_url=str(where), verify=trust, timeout=30) as client:
            wait_until(lambda: _answers(client), 15, "it listens")
            yield Served(one, kind, client, store)
    finally:
        over.set()
        thread.join(20)
        assert not thread.is_alive()
        one.close()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/ping").status_code == 204
    except httpx.TransportError:
        return False
