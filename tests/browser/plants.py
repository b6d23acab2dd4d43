"""Running plants for browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.history_plant import fill
from tests.stack import Stack, wait_until


@contextmanager
def live_plant(folder: Path, **settings: str) -> Iterator[Stack]:
    """Everything running, windows fresh."""
    stack = Stack(folder, **settings)
    try:
        stack.start_redis()
        stack.start_ingest()
        stack.begin_web()  # it loads longest
        database = Path(stack.settings.database_url.removeprefix("sqlite:///"))
        wait_until(database.exists, 20, "ingest made the store")
        stack.start_worker()
        stack.wait_ready(50)
        yield stack
    finally:
        stack.stop()


@contextmanager
def told_plant(folder: Path) -> Iterator[Stack]:
    """Live, but its worker has stopped: what it told of alarms is the tests' choice."""
    with live_plant(folder, EXTRUDERS="3") as stack:
        stack.kill("worker")
        stack.kill("ingest")
        yield stack


@contextmanager
def history_plant(
    folder: Path, days: int = 14, extruders: int = 8, raw_minutes: int = 120, **settings: str
) -> Iterator[Stack]:
    """As live_plant, with days of history behind it."""
    fill(folder / "telemetry.sqlite", days, extruders, None, raw_minutes)
    with live_plant(folder, EXTRUDERS=str(extruders), **settings) as stack:
        yield stack
