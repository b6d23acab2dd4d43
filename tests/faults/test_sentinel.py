"""The master of Redis dies, hangs, or is behind a black hole; a replica takes over."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from tests.faults.black_hole import FarMaster, another_machine, cut
from tests.faults.kept_stack import kept_plant
from tests.faults.watched import Watch, watched
from tests.redis_sentinel import Sentinels
from tests.stack import wait_until

pytestmark = pytest.mark.faults

READS_S, WRITES_S = 2.0, 10.0
Servers = TypeVar("Servers", Sentinels, FarMaster)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_nothing_is_lost_when_the_master_fails(tmp_path: Path, number: signal.Signals) -> None:
    with (
        stopping(Sentinels(tmp_path)) as sentinels,
        kept_plant(tmp_path, None, REDIS_URL=sentinels.url) as plant,
        watched(plant, f"Sentinel failover: master gets {number.name}") as watch,
    ):
        failed = sentinels.master
        with failing_over(watch, lambda: sentinels.master):
            sentinels.send(failed, number)
        if number == signal.SIGSTOP:
            sentinels.send(failed, signal.SIGCONT)
            time.sleep(5)  # it must not be believed again


def test_nothing_is_lost_when_the_master_is_behind_a_black_hole(tmp_path: Path) -> None:
    with (
        another_machine(),
        stopping(FarMaster(tmp_path)) as far,
        kept_plant(tmp_path, None, REDIS_URL=far.url) as plant,
        watched(plant, "Sentinel failover: master behind a black hole") as watch,
        failing_over(watch, lambda: far.master),
    ):
        cut()


@contextmanager
def stopping(servers: Servers) -> Iterator[Servers]:
    try:
        yield servers
    finally:
        servers.stop()


@contextmanager
def failing_over(watch: Watch, master: Callable[[], int]) -> Iterator[None]:
    """Around what makes the master fail; says and checks how long after the switch it took."""
    before = master()
    began = time.monotonic()
    yield
    wait_until(lambda: master() != before, 30, "the sentinels have chosen another master")
    switched = time.monotonic()
    reads = lambda: _first(watch, switched, "read")  # noqa: E731
    writes = lambda: _first(watch, switched, "write")  # noqa: E731
    wait_until(lambda: reads() is not None and writes() is not None, 60, "reads and writes")
    took = {"reads": reads() or 0.0, "writes": writes() or 0.0}
    watch.note = (
        f"another master after {switched - began:.1f} s; from then reads after"
        f" {took['reads']:.1f} s, writes after {took['writes']:.1f} s"
    )
    if took["reads"] > READS_S:
        watch.missed.append(f"reads {took['reads']:.1f} s after the switch")
    if took["writes"] > WRITES_S:
        watch.missed.append(f"writes {took['writes']:.1f} s after the switch")


def _first(watch: Watch, since: float, kind: str) -> float | None:
    """Seconds from `since` to the first good answer that came after it."""
    ok = httpx.codes.OK
    if kind == "read":
        done = [
            s.began + s.took for s in watch.observer.seen if s.path == "/plant" and s.status == ok
        ]
    else:
        done = [began + took for began, took, status in watch.observer.asked if status == ok]
    later = [at for at in done if at >= since]
    return min(later) - since if later else None
