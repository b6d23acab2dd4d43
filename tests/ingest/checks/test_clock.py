"""A clock that is wrong is found and told from late delivery."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from data.ingest.checks.clock import Clock, Told
from data.quality import Quality
from data.windows import Row

HOUR = 3_600_000
START = 1_700_000_000_000
GOOD, UNCERTAIN = Quality.GOOD, Quality.UNCERTAIN_LAST_USABLE_VALUE


def at(ts: int) -> Row:
    return Row(ts, 7, np.ones(1, np.float32), np.zeros(1, np.uint8))


def told(times: Iterable[tuple[int, int]]) -> list[tuple[Told, Row]]:
    """What is told of each row, given as (its time, its arrival) since START in s."""
    clock, seen = Clock(), []
    for ts, arrived in times:
        row = clock.row(at(START + ts * 1000), START + arrived * 1000)
        seen.append((clock.told, row))
    return seen


def first(seen: list[tuple[Told, Row]], what: Told) -> int:
    return next(n for n, (one, _) in enumerate(seen) if one is what)


def test_what_comes_from_the_future_is_stored_when_it_arrived() -> None:
    seen = told([(n, n) for n in range(60)] + [(n + 3600, n) for n in range(60, 120)])
    assert first(seen, Told.AHEAD) == 60
    assert [row.ts for _, row in seen] == [START + n * 1000 for n in range(120)]
    assert [row.quality[0] for _, row in seen] == [GOOD] * 60 + [UNCERTAIN] * 60


def test_rows_from_the_future_that_arrive_together_keep_apart_and_in_order() -> None:
    seen = told([(n + 3600, 5) for n in range(50)])
    assert [row.ts for _, row in seen] == [START + 5_000 + n for n in range(50)]


def test_a_little_ahead_is_no_matter_and_a_mended_clock_is_believed() -> None:
    assert {what for what, _ in told((n + 55, n) for n in range(200))} == {Told.NOTHING}
    seen = told([(n + 3600, n) for n in range(100)] + [(n, n) for n in range(100, 200)])
    assert [what for what, _ in seen[-30:]] == [Told.NOTHING] * 30
    assert all(row.quality[0] == GOOD for _, row in seen[100:])


@pytest.mark.parametrize("hours", [1, 2, 5.5])
def test_a_clock_set_back_by_hours_is_told_within_a_minute(hours: float) -> None:
    back = round(hours * 3600)
    seen = told([(n, n) for n in range(600)] + [(n - back, n) for n in range(600, 900)])
    assert 60 <= first(seen, Told.BEHIND) - 600 <= 61
    assert seen[-1][1].quality[0] == UNCERTAIN
    assert abs(seen[-1][1].ts - START - (899 - back) * 1000) <= 1


def test_a_clock_set_back_corrects_no_reading_of_before() -> None:
    day = 7_200
    seen = told([(n, n) for n in range(day)] + [(n - 3600, n) for n in range(day, 3 * day)])
    times = [row.ts for _, row in seen]
    assert len(set(times)) == len(times)
    set_right = told([(n - 3600 * (60 <= n < 200), n) for n in range(400)])
    assert [row.ts for _, row in set_right[200:]] == [START + n * 1000 for n in range(200, 400)]


def test_any_other_steady_lag_is_told_after_five_minutes_until_it_is_gone() -> None:
    seen = told([(n - 500, n) for n in range(600)] + [(n, n) for n in range(600, 700)])
    assert 300 <= first(seen, Told.BEHIND) <= 301
    assert seen[599][0] is Told.BEHIND
    assert seen[600][0] is Told.NOTHING


LATE = {
    "a backlog that is worked off twice as fast": [
        *((n, n) for n in range(600)),
        *((min(600 + 2 * n, 4_200 + n), 4_200 + n) for n in range(4_200)),
    ],
    "a backlog that never catches up": [
        *((n, n) for n in range(600)),
        *((n, n + 1_800) for n in range(600, 6_000)),
    ],
    "history after what is new": [
        *((n, n) for n in range(600)),
        *((n, n) for n in range(4_200, 4_230)),
        *((600 + 60 * n, 4_230 + n) for n in range(60)),
        *((n, n) for n in range(4_290, 4_600)),
    ],
    "history between what is new": [
        pair for n in range(3_600) for pair in ((10_000 + n, 10_000 + n), (n * 2, 10_000 + n))
    ],
    "files every quarter of an hour": [
        (n, (n // 900 + 1) * 900 + n % 900 // 100) for n in range(9_000)
    ],
    "a file of last year": [(n - 31_536_000, n // 500) for n in range(100_000)],
    "a gap without a backlog": [
        *((n, n) for n in range(600)),
        *((n, n) for n in range(8_000, 9_000)),
    ],
}


@pytest.mark.parametrize("name", LATE)
def test_late_delivery_is_no_wrong_clock(name: str) -> None:
    seen = told(LATE[name])
    assert {what for what, _ in seen} == {Told.NOTHING}
    assert all(row.quality[0] == GOOD for _, row in seen)
    assert [row.ts for _, row in seen] == [START + ts * 1000 for ts, _ in LATE[name]]
