"""From a source into the store: what the source delivered is kept until the store took it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Event

from data.errors import StoreError
from data.ingest import Source
from data.telemetry import TelemetryStore
from data.windows import Row

log = logging.getLogger(__name__)

#: Waits between tries while the store refuses: doubled from the first to the last, s.
FIRST_WAIT_S, LAST_WAIT_S = 0.25, 5.0

#: A catalogue that is still refused then will be refused for ever, e.g. for reordered signals.
CATALOGUE_TRIES = 5


def feed(source: Source, store: TelemetryStore, stop: Event) -> None:
    """Store what the source delivers until it ends or `stop` is set.

    Raises StoreError if the store refuses the source's catalogue.
    """
    catalogue = source.catalogue()
    retry(
        lambda: store.put_catalogue(catalogue, source.name, "as delivered", complete=True),
        stop,
        CATALOGUE_TRIES,
    )
    for batch in source.stream(stop):
        if batch:
            _append(store, batch, stop)


def retry(action: Callable[[], object], stop: Event, tries: int = 0) -> bool:
    """Repeat `action` while the store refuses; False if stopped before it succeeded.

    After `tries` failures (0: never) the StoreError is raised. An outage is logged once.
    """
    wait, failures = FIRST_WAIT_S, 0
    while True:
        try:
            action()
        except StoreError as error:
            failures += 1
            if not error.retryable or failures == tries:
                raise
            if failures == 1:
                log.warning("%s; trying again until it works", error)
        else:
            if failures:
                log.info("the store works again after %d failed tries", failures)
            return True
        if stop.wait(wait):
            return False
        wait = min(2 * wait, LAST_WAIT_S)


def _append(store: TelemetryStore, batch: Sequence[Row], stop: Event) -> None:
    if not retry(lambda: store.append(batch), stop):
        log.error("stopped while the store refused: %d rows are lost", len(batch))
