"""The wall clock of this machine, as ingest stamps and compares with it."""

from __future__ import annotations

import time


def now_ms() -> int:
    """Now in ms since the epoch."""
    return time.time_ns() // 1_000_000
