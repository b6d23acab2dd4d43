"""Ingest tells Redis of its spools and sources, in a thread of its own, and never fails for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from redis import Redis

from data.errors import WindowsUnavailable
from data.redis_errors import translated

log = logging.getLogger(__name__)

PERIOD_S, KEEP_S = 2.0, 30


@contextmanager
def telling(client: Redis, told: Mapping[str, Callable[[], str | bytes]]) -> Iterator[None]:
    """Set each key to what its function says, at the beginning of the block, every PERIOD_S of it
    and at its end. They expire soon after.

    The functions are called in another thread. What Redis does not take is told the next time.
    """
    over = threading.Event()
    thread = threading.Thread(target=_tell, args=(client, told, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PERIOD_S)


def _tell(
    client: Redis, told: Mapping[str, Callable[[], str | bytes]], over: threading.Event
) -> None:
    while True:
        stopped = over.is_set()
        try:
            with translated():
                for key, say in told.items():
                    client.set(key, say(), ex=KEEP_S)
        except WindowsUnavailable as error:
            log.debug("the state of sources is not told: %s", error)
        except Exception:  # the edge of a thread: nobody else would start it again
            log.exception("the state of sources is not told")
        if stopped:
            return
        over.wait(PERIOD_S)
