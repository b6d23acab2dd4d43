"""Checks of what sources deliver: what looks wrong is marked as uncertain, and said why."""

from __future__ import annotations

from data.window_cache.source_state import Finding
from data.windows import Row


class Checks:
    """The checks of one source. One thread calls `row`; any may call `findings`."""

    def row(self, row: Row, arrived_ms: int) -> Row:  # noqa: ARG002
        """The row as it is to be stored; it arrived at `arrived_ms` (since the epoch)."""
        return row

    def findings(self) -> tuple[Finding, ...]:
        """What is wrong now."""
        return ()
