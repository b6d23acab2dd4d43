"""A plant whose ingest has one source, which the test holds in its hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from data.ingest.publish import telling
from data.ingest.sources.asked import SourcesAsked, take
from data.ingest.sources.live import now_ms
from data.ingest.sources.running import Running, run_all
from data.session import open_session
from data.telemetry import open_store
from data.window_cache import connect
from data.window_cache.source_state import SOURCES, encoded
from tests.ingest.sources_made import InHand, running
from tests.stack import Stack


class SourcePlant:
    """Everything but ingest in processes of their own; `stop_ingest` ends what tells of it."""

    def __init__(self, stack: Stack, kind: InHand, one: Running) -> None:
        self.stack, self.kind, self.one = stack, kind, one
        self.url = stack.url
        self._ingest = ExitStack()

    def start_ingest(self) -> None:
        url, over = self.stack.settings.database_url, threading.Event()
        feeding = threading.Thread(
            target=run_all, args=([self.one], partial(open_store, url), over), daemon=True
        )
        feeding.start()
        asked = SourcesAsked([self.one], partial(open_session, url))
        take(connect(self.stack.settings.queue_url), asked)
        client = connect(self.stack.settings.redis_url)
        told = {SOURCES: lambda: encoded([self.one.state(now_ms())])}
        self._ingest.callback(self.one.close)
        self._ingest.callback(feeding.join, 20)
        self._ingest.callback(over.set)
        self._ingest.enter_context(telling(client, told))

    def stop_ingest(self) -> None:
        self._ingest.close()


@contextmanager
def source_plant(folder: Path, **settings: str) -> Iterator[SourcePlant]:
    """Redis, a worker, a web process and the source; it has delivered nothing yet."""
    stack, kind = Stack(folder, **settings), InHand()
    try:
        stack.start_redis()
        plant = SourcePlant(stack, kind, running(folder, kind))
        plant.start_ingest()
        stack.start_worker()
        stack.start_web()
        kind.reached()
        yield plant
        plant.stop_ingest()
    finally:
        stack.stop()
