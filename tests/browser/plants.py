"""Running plants for browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack import Stack, wait_until


@contextmanager
def live_plant(folder: Path, **settings: str) -> Iterator[Stack]:
    """Everything running, windows fresh."""
    stack = Stack(folder, **settings)
    try:
        stack.start_redis()
        stack.start_ingest()
        database = Path(stack.settings.database_url.removeprefix("sqlite:///"))
        wait_until(database.exists, 20, "ingest made the store")
        stack.start_worker()
        stack.start_web()
        stack.wait_ready()
        yield stack
    finally:
        stack.stop()
