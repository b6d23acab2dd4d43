"""The clock of one process is wrong by an hour, then right again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults.kept_stack import KeptStack
from tests.faults.watched import watched

pytestmark = pytest.mark.faults

LIBRARIES = "*/faketime/libfaketime.so.1"
WRONG_S = 15


def faketime(shift: str) -> dict[str, str]:
    found = sorted(Path("/usr/lib").glob(LIBRARIES))
    if not found:
        pytest.skip("no libfaketime: install it with 'apt-get install faketime'")
    # Only the wall clock: timers go on as they do when an administrator sets the time.
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def restart(plant: KeptStack, name: str, shift: str = "") -> None:
    """With a clock that is wrong by `shift`, or right."""
    plant.kill(name)
    plant.change_environment(name, **(faketime(shift) if shift else {}))
    if name == "web":
        plant.start_web()
    elif name == "ingest":
        plant.start_ingest()
    else:
        plant.start_worker(name)


@pytest.mark.parametrize("shift", ["+1h", "-1h"])
@pytest.mark.parametrize("name", ["worker", "ingest", "web"])
def test_nothing_is_lost_while_a_clock_is_wrong(plant: KeptStack, name: str, shift: str) -> None:
    said = f"clock of {name} wrong by {shift} for {WRONG_S} s"
    with watched(plant, said, 30 + WRONG_S) as watch:
        watch.count_readings = name != "ingest"  # its readings are stamped an hour away
        restart(plant, name, shift)
        time.sleep(WRONG_S)
        restart(plant, name)


@pytest.mark.parametrize("shift", ["+1h", "-1h"])
def test_nothing_is_lost_while_the_clocks_of_all_workers_are_wrong(
    plant: KeptStack, shift: str
) -> None:
    with watched(plant, f"clocks of both workers wrong by {shift}", 30 + WRONG_S):
        for name in ("worker", "worker 2"):
            restart(plant, name, shift)
        time.sleep(WRONG_S)
        for name in ("worker", "worker 2"):
            restart(plant, name)
