"""Real processes tell Redis what they spend, each job under its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.cost.spent import Spent, from_hash, total
from data.window_cache import COST_TOTAL, connect
from tests.browser.plants import live_plant
from tests.stack import Stack, wait_until


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with live_plant(tmp_path, EXTRUDERS="2") as running:
        yield running


def spent(stack: Stack) -> Spent:
    with connect(stack.settings.redis_url) as client:
        return total([from_hash(client.hgetall(COST_TOTAL))])


def told_by_all(stack: Stack) -> bool:
    now = spent(stack)
    return {"refresh", "rebuild", "ingest"} <= set(now.jobs) and (
        set(now.processes) == {"worker", "ingest", "web"}
    )


def test_worker_ingest_and_web_tell_what_they_spend(stack: Stack) -> None:
    wait_until(lambda: told_by_all(stack), 30, "all processes have told what they spend")
    now = spent(stack)
    assert "other" not in now.jobs
    assert now.jobs["refresh"].reads >= 3
    assert now.jobs["ingest"].statements > now.jobs["ingest"].reads
    assert all(process.cpu_s > 0 for process in now.processes.values())
