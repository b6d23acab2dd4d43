"""When the site's certificate is about to expire: told as the days run out, each step once."""

from __future__ import annotations

from collections.abc import Sequence

DAY_MS = 86_400_000


def steps(first_days: int) -> list[int]:
    """Days before the end on which is told, from many to few."""
    return [first_days, *(days for days in (7, 3, 1) if days < first_days)] if first_days else []


def passed(ends: int, at: int, wanted: Sequence[int]) -> int:
    """How many of the steps are over at `at` for a certificate that ends at `ends` (ms)."""
    return sum((ends - at) / DAY_MS <= days for days in wanted)
