"""One fault from before until after: observed, audited, and a row of the table."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.kept_stack import EXTRUDERS, KeptStack
from tests.faults.ledger import (
    assert_windows_equal_the_store,
    lost_commands,
    lost_readings,
    wait_until_commands_are_done,
    wrong_values,
)
from tests.faults.observer import Observer
from tests.faults.verdict import RESULTS, judge, measured
from tests.stack import wait_until

#: Seconds of quiet before a fault and after it.
BEFORE_S, AFTER_S = 2.0, 3.0
RECOVERS_S = 60.0
PATHS = ("/plant", "/windows/1/delta")


@dataclass
class Watch:
    """What a test may still say about its fault."""

    observer: Observer
    note: str = ""
    times: int = 1
    #: Of extruders that are not hurt on purpose.
    extruders: tuple[int, ...] = tuple(range(1, EXTRUDERS + 1))
    #: A source whose clock jumps leaves a hole that is no loss.
    count_readings: bool = True
    missed: list[str] = field(default_factory=list)


@contextmanager
def watched(stack: KeptStack, fault: str, stale_limit_s: float = 15.0) -> Iterator[Watch]:
    """Around a fault; fails if one of the promises was not kept. Ends ingest.

    `stale_limit_s`: how long there may be no fresh readings, the fault itself included.
    """
    since = int(time.time()) * 1000
    observer = Observer(stack.url, re.sub(r"[^a-z0-9]+", "-", fault.lower())[:40].strip("-"))
    observer.start()
    try:
        wait_until(observer.is_fresh, 20, "fresh before the fault")
        time.sleep(BEFORE_S)
        watch = Watch(observer)
        yield watch
        recovered = _recovers(observer, time.monotonic())
        time.sleep(AFTER_S)
    finally:
        observer.stop()
    found = measured(fault, watch.times, observer)
    found.note, found.missed = watch.note, watch.missed
    RESULTS.append(found)
    if not recovered:
        found.missed.append(f"not fresh again {RECOVERS_S:.0f} s after the fault")
    url = stack.settings.database_url
    wait_until_commands_are_done(url, observer.confirmed, 15)
    found.lost_commands = len(lost_commands(url, observer.confirmed))
    found.wrong_values = wrong_values(url, 1, observer.shown)
    if watch.count_readings:
        found.lost_readings = lost_readings(url, watch.extruders, since)
    try:
        assert_windows_equal_the_store(stack)
    except AssertionError as error:
        found.missed.append(f"windows differ from the store: {str(error).strip().splitlines()[0]}")
    judge(found, stale_limit_s)
    assert not found.missed, found


def _recovers(observer: Observer, since: float) -> bool:
    """Whether readings are shown that are newer than the end of the fault."""
    try:
        for path in PATHS:
            wait_until(lambda path=path: observer.is_fresh(path, since), RECOVERS_S, "fresh again")
    except AssertionError:
        return False
    return True
