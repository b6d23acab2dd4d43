"""kill -9 of each process, once in `make test`, twenty times in `make faults`."""

from __future__ import annotations

import time

import pytest

from tests.faults.kept_stack import KeptStack
from tests.faults.watched import watched
from tests.stack import wait_until

TIMES = 20
#: Between two kills of the same process, so that it fails in all states of its start, too.
PAUSE_S = 1.0
PROCESSES = ["redis", "worker", "ingest", "web"]


def test_nothing_is_lost_when_each_process_is_killed_once(plant: KeptStack) -> None:
    with watched(plant, "kill -9 of each process, one after the other", 30) as watch:
        for name in PROCESSES:
            plant.hit(name)
            time.sleep(PAUSE_S)
        watch.times = len(PROCESSES)


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PROCESSES)
def test_nothing_is_lost_when_a_process_is_killed_again_and_again(
    plant: KeptStack, name: str
) -> None:
    with watched(plant, f"kill -9 of {name}") as watch:
        for _ in range(TIMES):
            plant.hit(name)
            time.sleep(PAUSE_S)
            wait_until(watch.observer.is_fresh, 60, "fresh again")
        watch.times = TIMES
