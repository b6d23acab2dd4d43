"""Ingest tells Redis what waits in its spool, in a thread of its own, and never fails for it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from redis import Redis

from data.errors import WindowsUnavailable
from data.redis_errors import translated
from data.window_cache.spool_state import SPOOL, SpoolState

log = logging.getLogger(__name__)

PERIOD_S, KEEP_S = 2.0, 30


@contextmanager
def telling(client: Redis, state: Callable[[], SpoolState]) -> Iterator[None]:
    """Tell `state()` during the block, at its beginning, every PERIOD_S and at its end.

    `state` is called in another thread. What Redis does not take is told the next time.
    """
    over = threading.Event()
    thread = threading.Thread(target=_tell, args=(client, state, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PERIOD_S)


def _tell(client: Redis, state: Callable[[], SpoolState], over: threading.Event) -> None:
    while True:
        stopped = over.is_set()
        try:
            with translated():
                client.set(SPOOL, json.dumps(asdict(state())), ex=KEEP_S)
        except WindowsUnavailable as error:
            log.debug("what waits in the spool is not told: %s", error)
        except Exception:  # the edge of a thread: nobody else would start it again
            log.exception("what waits in the spool is not told")
        if stopped:
            return
        over.wait(PERIOD_S)
