"""The status page as a file, for a web server that goes on when this machine does not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from watcher.page import page
from watcher.report import Report
from watcher.settings import Settings

log = logging.getLogger("meltwatch.watcher")


async def write_for_ever(make: Callable[[int], Report], settings: Settings) -> None:
    """Write the page every `every_s` seconds, if there is somewhere to write it."""
    while settings.page_file is not None:
        try:
            write(settings.page_file, page(make(int(time.time() * 1000)), settings))
        except Exception as error:  # the page is the lesser task: watching goes on
            log.warning("WATCH_PAGE_FILE=%s: %s", settings.page_file, error)
        await asyncio.sleep(settings.every_s)


def write(file: Path, text: str) -> None:
    """Replace the file in one step: nobody reads half a page. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, "utf-8")
    new.replace(file)
