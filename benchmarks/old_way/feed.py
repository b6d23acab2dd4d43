"""The old way's ingest: python -m benchmarks.old_way.feed URL-OF-MELTWATCH'S-STORE OLD-STORE."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.old_way.narrow_store import Copier, connect
from data.telemetry import open_store


def main() -> None:
    """Copy until the process is ended."""
    copier = Copier(open_store(sys.argv[1], readonly=True), connect(Path(sys.argv[2])))
    while True:
        if not copier.copy():
            time.sleep(0.05)


if __name__ == "__main__":
    main()
