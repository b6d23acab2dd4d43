"""The last birth of each edge node and device on disk: without it, data are numbers by alias.

A birth is here before it is acknowledged, so that data which the broker kept for us while we were
not running can be understood.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from data.ingest.mqtt.sparkplug.schema import decoded
from data.ingest.mqtt.sparkplug.topics import Sender

log = logging.getLogger(__name__)

_ENDING = ".birth"


class Births:
    """A file each in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, sender: Sender, payload: bytes) -> None:
        """Replace what was there. A disk that refuses is said, and costs the next start only."""
        name = "&".join(quote(part, safe="") for part in sender) + _ENDING
        path = self._folder / name
        partial = path.with_suffix(".partial")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            log.warning("%s: not kept: %s", path, error)

    def all(self) -> Iterator[tuple[Sender, Any]]:
        """All that can be read."""
        for path in sorted(self._folder.glob(f"*{_ENDING}")):
            try:
                group, edge, device = (unquote(part) for part in path.stem.split("&"))
                yield Sender(group, edge, device), decoded(path.read_bytes())
            except (OSError, ValueError) as error:
                log.warning("%s: %s", path, error)
