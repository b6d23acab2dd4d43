"""The windows in Redis must not outlive the store that they were made from."""

from __future__ import annotations

from data.redis_errors import translated
from data.window_cache import ALL_SHARDS, connect


def forget_windows(redis_url: str) -> int:
    """Delete what shards keep in Redis: workers make it again from the store, as of a Redis that
    came back empty. How many keys it were. Raises WindowsUnavailable.

    Comparing watermarks would not be enough: a store that goes on from an older state soon passes
    the watermark of the one that was lost, and gives out the same `seq` for other readings.
    """
    client = connect(redis_url)
    with translated():
        keys = list(client.scan_iter(match=ALL_SHARDS, count=1000))
        for key in keys:
            client.delete(key)
    return len(keys)
