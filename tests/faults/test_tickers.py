"""Three workers' tickers, one of them frozen: a tick has one effect."""

from __future__ import annotations

import signal
import time

import pytest

from data.window_cache import Keys, Status, connect
from tests.faults.kept_stack import KeptStack
from tests.faults.watched import watched

pytestmark = pytest.mark.faults

FROZEN_S, TIMES = 8, 3


def refreshes(plant: KeptStack) -> int:
    with connect(plant.settings.redis_url) as client:
        return Status.from_hash(client.hgetall(Keys().status)).refreshes_total  # type: ignore[arg-type]


def test_a_tick_has_one_effect_though_three_tick_and_one_freezes(plant: KeptStack) -> None:
    plant.start_worker("worker 3")
    with watched(plant, "three tickers, one frozen for 8 s and woken") as watch:
        watch.times = TIMES
        before, began = refreshes(plant), time.time()
        for turn in range(TIMES):
            name = ("worker", "worker 2", "worker 3")[turn]
            plant.hit(name, signal.SIGSTOP)
            time.sleep(FROZEN_S)
            plant.hit(name, signal.SIGCONT)
            time.sleep(3)
        ticks = int(time.time()) - int(began) + 1
        done = refreshes(plant) - before
        watch.note = f"{done} refreshes in {ticks} ticks"
        assert done <= ticks, watch.note
