"""Litestream, the program that ships what is committed to a SQLite file (docs/decisions/0020)."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data.backup.moments import Span
from data.errors import BackupRefused

#: How often it looks for new commits, and hands them on: at most so much is lost, twice.
LOOK = "250ms"
#: So long every commit can be brought back by itself, then what is left of each 30 s.
EVERY_COMMIT = "1h"
#: A whole copy once a day, and the way back to any of the last three.
WHOLE, KEEP = "24h", "72h"


def program() -> str:
    """Path of the program, which pip installs beside Python. Raises BackupRefused."""
    path = Path(sys.executable).with_name("litestream")
    if not path.is_file():
        raise BackupRefused(f"there is no {path}: pip install -r requirements.txt")
    return str(path)


def command(store: Path, state: Path, series: Path) -> list[str]:
    """The command that ships a store to a series for ever; its settings are written to `state`."""
    config = state / "litestream.yml"
    config.write_text(json.dumps(_config(store, state, series), indent=1))  # JSON is YAML
    return [program(), "replicate", "-no-expand-env", "-config", str(config)]


def _config(store: Path, state: Path, series: Path) -> dict[str, Any]:
    return {
        "logging": {"level": "warn"},
        "levels": [{"interval": "30s"}, {"interval": "5m"}, {"interval": "1h"}],
        "l0-retention": EVERY_COMMIT,
        "snapshot": {"interval": WHOLE, "retention": KEEP},
        "dbs": [
            {
                "path": str(store),
                "meta-path": str(state / "shipped"),
                "monitor-interval": LOOK,
                "replica": {"type": "file", "path": str(series), "sync-interval": LOOK},
            }
        ],
    }


def span(series: Path) -> Span | None:
    """What a series can bring back; None if it has no whole copy yet. Raises BackupRefused."""
    listed = json.loads(_run("ltx", "-level", "all", "-json", series.resolve().as_uri()))
    times = [datetime.fromisoformat(one["timestamp"]) for one in listed]
    whole = [time for time, one in zip(times, listed, strict=True) if int(one["min_txid"], 16) == 1]
    # Listed without fractions: what was shipped last may be nearly a second younger.
    return Span(series, min(whole), max(times) + timedelta(seconds=1)) if whole else None


def restore(series: Path, to: Path, at: datetime | None, grown: Callable[[int], None]) -> None:
    """Write the store as it was at `at` (or last) to a new file, and look whether it is sound.

    `grown` is told the bytes of the file meanwhile. Raises BackupRefused.
    """
    asked = [] if at is None else ["-timestamp", at.isoformat().replace("+00:00", "Z")]
    checked = ["-integrity-check", "quick"]
    command = [program(), "restore", *asked, *checked, "-o", str(to), series.resolve().as_uri()]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        while running.poll() is None:
            grown(_size(to))
            time.sleep(0.05)
        assert running.stderr is not None
        if running.returncode:
            raise BackupRefused(f"litestream: {_last_line(running.stderr.read())}")


def _size(to: Path) -> int:
    """Of the file, which has another name until it is whole."""
    for path in (to, to.with_name(f"{to.name}.tmp")):
        if path.is_file():
            return path.stat().st_size
    return 0


def _run(*arguments: str) -> str:
    done = subprocess.run([program(), *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise BackupRefused(f"litestream: {_last_line(done.stderr)}")
    return done.stdout


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it failed and did not say why"])[-1]
