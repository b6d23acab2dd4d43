"""The dead man's handle: says to an URL outside that refreshes go on; silence is the alarm.

It reads what the refreshes have told Redis, in a thread of its own, so that no refresh waits for
it. Every worker does it: the plant is silent when none of them can.
"""

from __future__ import annotations

import http.client
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress

from redis import Redis

from data.errors import WindowsUnavailable
from data.redis_errors import translated
from data.window_cache import HEARTBEATS
from data.window_cache.writer import WindowWriter

log = logging.getLogger("meltwatch.heartbeat")

EVERY_S = 10.0
TIMEOUT_S = 5.0
LONGEST_REASON = 200


class Heartbeat:
    """One worker's heartbeats to `url`, for the windows of all shards."""

    def __init__(self, url: str, windows: Sequence[WindowWriter], client: Redis) -> None:
        self._url, self._windows, self._redis = url, windows, client
        self._told: int | None = None

    def go_on_for_ever(self) -> None:
        """Beat every ten seconds, as long as refreshes go on."""
        while True:
            began = time.monotonic()
            try:
                self.beat()
            except Exception:  # the edge of a thread: nobody else would start it again
                log.exception("no heartbeat")
            time.sleep(max(0.0, began + EVERY_S - time.monotonic()))

    def beat(self) -> None:
        """Send a heartbeat if every shard was refreshed since the last one; count what came of it.

        The first call sends none: what was refreshed before says nothing of now, and a worker that
        is started again and again must not sound alive. Failing is silent: whoever misses the
        heartbeat says so.
        """
        with suppress(WindowsUnavailable):
            done = min(window.status().last_success for window in self._windows)
            before, self._told = self._told, done
            if before is not None and done != before:  # not `>`: clocks are set back
                self._count(_send(self._url))

    def _count(self, reason: str) -> None:
        """Add to `sent` or `failed` in Redis, for all workers together."""
        with translated(), self._redis.pipeline(transaction=False) as pipe:
            pipe.hincrby(HEARTBEATS, "failed" if reason else "sent", 1)
            pipe.hset(HEARTBEATS, "last_error", reason)
            pipe.execute()


def _send(url: str) -> str:
    """ "" if the heartbeat was accepted, else why not; the URL may be a secret and is not in it."""
    request = urllib.request.Request(url, headers={"User-Agent": "meltwatch"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):
            return ""
    except urllib.error.HTTPError as error:
        return f"answers {error.code}"
    except urllib.error.URLError as error:
        return str(error.reason)[:LONGEST_REASON]
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"[:LONGEST_REASON]
