"""`python -m data.ingest run` with SOURCES: all of them into the store, until it is stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Event

from data.ingest.clock import now_ms
from data.ingest.publish import telling
from data.ingest.sources.asked import SourcesAsked, answering
from data.ingest.sources.config import read_sources_file
from data.ingest.sources.running import (
    Running,
    newest_stored,
    refuse_shared_extruders,
    run_all,
    together,
)
from data.masking import masked
from data.session import open_session
from data.settings import Settings
from data.telemetry import open_store
from data.window_cache import connect
from data.window_cache.source_state import SOURCES, encoded
from data.window_cache.spool_state import SPOOL

log = logging.getLogger(__name__)


def run_sources(settings: Settings, over: Event) -> None:
    """Run the sources of the file that SOURCES names until `over` is set.

    Raises MappingError or SettingError for what a person must mend before anything runs.
    """
    store = partial(open_store, settings.database_url)
    with _running(settings, partial(newest_stored, store)) as running:
        told: Mapping[str, Callable[[], str | bytes]] = {
            SPOOL: lambda: together(one.backlog.state() for one in running).told(),
            SOURCES: lambda: encoded(one.state(now_ms()) for one in running),
        }
        names = ", ".join(one.live.name for one in running)
        log.info("%s → %s", names, masked(settings.database_url))
        asked = SourcesAsked(running, partial(open_session, settings.database_url))
        with (
            telling(connect(settings.redis_url), told),
            answering(connect(settings.queue_url), asked),
        ):
            run_all(running, store, over)


@contextmanager
def _running(
    settings: Settings, newest: Callable[[Iterable[int]], Mapping[int, int]]
) -> Iterator[Sequence[Running]]:
    configured = read_sources_file(Path(settings.sources), settings.var_dir)
    limit = (settings.spool_mb << 20) // len(configured)
    with ExitStack() as stack:
        running = [
            stack.enter_context(closing(Running(one, settings.var_dir, limit, newest)))
            for one in configured
        ]
        refuse_shared_extruders(running)
        yield running
