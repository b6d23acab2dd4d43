"""What was really wrong and when: a file beside the store, which no detector reads."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

COLUMNS = ("time", "event", "extruder", "fault", "origin")
ONSET, END = "onset", "end"


@dataclass(frozen=True)
class Episode:
    """One malfunction; times in UTC, `end` None while it lasts or if the simulator stopped.

    `origin` is schedule or command.
    """

    extruder: int
    fault: str
    origin: str
    onset: datetime
    end: datetime | None = None


def ground_truth_path(var_dir: Path) -> Path:
    """The CSV file under a var folder."""
    return var_dir / "simulator" / "ground_truth.csv"


class GroundTruth:
    """Appends a line per onset and per end: an episode cut short by a stop has no end."""

    def __init__(self, var_dir: Path) -> None:
        self._path = ground_truth_path(var_dir)

    def note(self, ts_ms: int, event: str, extruder: int, fault: str, origin: str) -> None:
        """Append one event; `ts_ms` is in ms since the epoch."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if file.tell() == 0:
                writer.writerow(COLUMNS)
            time = datetime.fromtimestamp(ts_ms / 1000, UTC).isoformat(timespec="seconds")
            writer.writerow((time, event, extruder, fault, origin))


def read_ground_truth(var_dir: Path) -> list[Episode]:
    """All episodes in order of onset; empty when nothing was ever wrong."""
    path = ground_truth_path(var_dir)
    if not path.exists():
        return []
    episodes: list[Episode] = []
    running: dict[tuple[str, str], int] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            _take(line, episodes, running)
    return episodes


def _take(
    line: dict[str, str], episodes: list[Episode], running: dict[tuple[str, str], int]
) -> None:
    key, time = (line["extruder"], line["fault"]), datetime.fromisoformat(line["time"])
    if line["event"] == ONSET:
        running[key] = len(episodes)
        episodes.append(Episode(int(line["extruder"]), line["fault"], line["origin"], time))
    elif key in running:
        at = running.pop(key)
        episodes[at] = replace(episodes[at], end=time)
