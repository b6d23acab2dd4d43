"""What there is to see on one extruder: features in comparable strengths, and words for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.detection.channels import Channels
from data.detection.detectors import SWINGING, Detectors
from data.detection.mean_chart import DECISION
from data.detection.swing_chart import RATIO
from data.stateful import Ints

#: Shifts, in deltas of the mean detector, below which a feature is noise, and that count in full.
NOISE, FULL = 0.4, 3.0
#: kg/h per rpm that falls by more than this share a minute is starved, slower it is worn (D).
STARVING_SHARE_PER_MIN = 0.01
#: Blocks (10 s) for which a dead heater must be seen.
DEAD_BLOCKS = 3
#: Features that are read straight off the mean chart.
PLAIN = (
    "pressure",
    "melt",
    "screen",
    "speed",
    "load",
    "throughput",
    "oil",
    "vacuum",
    "bath",
    "throat",
)
#: Strength from which a feature is worth a word.
TELLING = 0.15
#: Features whose mean swings with surging.
_SWUNG = frozenset({"pressure", "load", "throughput", "output_drop", "output_creep", "screen"})


@dataclass(frozen=True)
class Observation:
    """Features of one extruder: `strength` −1…1 by name, `text` in words.

    `alarming` are those that are out of control by themselves; `since` the blocks at which each
    of them left control.
    """

    strength: Mapping[str, float]
    text: Mapping[str, str]
    alarming: Mapping[str, int]


def in_words(seen: Observation) -> tuple[str, ...]:
    """What is seen, strongest first."""
    order = sorted(seen.strength, key=lambda name: -abs(seen.strength[name]))
    return tuple(seen.text[name] for name in order if abs(seen.strength[name]) >= TELLING)


def alarming_rows(found: Detectors) -> Ints:
    """Extruders (their rows) on which any detector is out of control now."""
    mean_out = found.mean.out.any(axis=1) | found.swing.out.any(axis=1)
    marks = found.now.failed.any(axis=1) | (found.now.dead >= DEAD_BLOCKS).any(axis=1)
    return np.flatnonzero(mean_out | marks | (found.now.dip >= 2)).astype(np.int32)


def observe(found: Detectors, row: int, block: int) -> Observation:
    """Everything there is to see on the extruder of this row at the end of a block."""
    seen = _Seen(found, row, block)
    seen.marks()
    if "dark" not in seen.alarming:  # without power every reading falls: that tells nothing more
        for name in PLAIN:
            seen.plain(name)
        seen.per_rpm()
        seen.zones()
        seen.swing()
    return Observation(seen.strength, seen.text, seen.alarming)


class _Seen:
    """Collects features of one row."""

    def __init__(self, found: Detectors, row: int, block: int) -> None:
        self._found, self._row, self._block = found, row, block
        self._at: Channels = found.channels
        self._shift = found.mean.shift[row]
        self.strength: dict[str, float] = {}
        self.text: dict[str, str] = {}
        self.alarming: dict[str, int] = {}

    def plain(self, name: str) -> None:
        channel = self._at.index[name]
        if name == "load" and self._at.slot[self._row, channel] < 0:
            channel = self._at.index["current"]
        if not self._found.mean.known[self._row, channel]:
            return
        self._put(name, _graded(float(self._shift[channel])), self._moved(channel))
        self._alarm(name, channel)

    def per_rpm(self) -> None:
        """kg/h per rpm, falling fast (starved) or slowly (worn)."""
        channel = self._at.index["specific"]
        mean, row = self._found.mean, self._row
        if not mean.known[row, channel] or self._shift[channel] >= -NOISE:
            return
        usual, now = mean.mean[row, channel], self._found.now.means[row, channel]
        minutes = max(1, self._block - int(mean.down_since[row, channel])) / 6
        fast = (usual - now) / max(usual, 1e-9) / minutes > STARVING_SHARE_PER_MIN
        name = "output_drop" if fast else "output_creep"
        how = "fast" if fast else "slowly"
        text = f"kg/h per rpm {_number(now, 2)}, falling {how} from {_number(usual, 2)}"
        self._put(name, -_graded(float(self._shift[channel])), text)
        self._alarm(name, channel)

    def swing(self) -> None:
        chart, row = self._found.swing, self._row
        worst = int(np.argmax(chart.ratio[row]))
        ratio = float(chart.ratio[row, worst])
        strength = float(np.clip((ratio - 2) / RATIO, 0, 1)) * bool(chart.held[row].any())
        label = self._label(self._at.index[SWINGING[worst]])
        self._put("swing", strength, f"{label} swings {ratio:.0f} × as much as usual")
        if chart.out[row].any():
            # The momentary mean of what swings tells nothing.
            for name in _SWUNG & set(self.strength):
                self.strength[name] *= 1 - strength
            self.alarming["swing"] = int(chart.since[row][chart.out[row]].min())

    def zones(self) -> None:
        """One zone apart from the others, and all of them cooling."""
        zone, output = (self._shift[self._at.group(name)] for name in ("zone", "output"))
        if not len(output):
            return
        cold = int(np.argmin(zone))
        first_zone, first_output = self._at.group("zone").start, self._at.group("output").start
        self._put(
            "zone_cold", max(0.0, -_graded(float(zone[cold]))), self._moved(first_zone + cold)
        )
        down = np.clip(-output, 0, FULL).mean()
        self._put("outputs_cooling", float(np.clip(down / 1.0, 0, 1)), "zones cool more than usual")
        lone = int(np.argmax(np.abs(output) - 2 * np.clip(np.abs(zone) - 1, 0, None)))
        others = np.delete(output, lone)
        apart = float(output[lone]) - float(np.clip(others, 0, None).max(initial=0))
        self._put("output_lone", max(0.0, _graded(apart)), self._moved(first_output + lone))
        self._alarm("output_lone", first_output + lone)
        self._alarm("zone_cold", first_zone + cold)

    def marks(self) -> None:
        """What is either there or not."""
        now, row = self._found.now, self._row
        failed = np.flatnonzero(now.failed[row])
        if len(failed):
            self._mark("sensor_failed", f"{self._label(int(failed[0]))}: sensor failure", 1)
        dead = np.flatnonzero(now.dead[row] >= DEAD_BLOCKS)
        if len(dead):
            channel = self._at.group("heater").start + int(dead[0])
            self._mark(
                "dead_heater",
                f"{self._label(channel)}: none, though heat is asked for",
                DEAD_BLOCKS,
            )
        if now.dip[row]:
            self._mark("dark", "drive and heaters went dead in the same second", 0)

    def _mark(self, name: str, text: str, blocks: int) -> None:
        self._put(name, 1.0, text)
        self.alarming[name] = self._block - blocks

    def _put(self, name: str, strength: float, text: str) -> None:
        self.strength[name], self.text[name] = strength, text

    def _alarm(self, name: str, channel: int) -> None:
        mean, row = self._found.mean, self._row
        if mean.up[row, channel] > DECISION:
            self.alarming[name] = int(mean.up_since[row, channel])
        elif mean.down[row, channel] > DECISION:
            self.alarming[name] = int(mean.down_since[row, channel])

    def _label(self, channel: int) -> str:
        signal = self._at.signal(self._row, channel)
        return signal.label if signal else self._at.names[channel]

    def _moved(self, channel: int) -> str:
        """ "Melt pressure 241 bar, 31 over its usual 210"."""
        signal = self._at.signal(self._row, channel)
        if signal is None:
            return self._at.names[channel]
        now, usual = (
            self._found.now.means[self._row, channel],
            self._found.mean.mean[self._row, channel],
        )
        side = "over" if now >= usual else "under"
        apart = _number(abs(now - usual), signal.decimals)
        number, before = _number(now, signal.decimals), _number(usual, signal.decimals)
        return f"{signal.label} {number} {signal.unit}, {apart} {side} its usual {before}"


def _graded(shift: float) -> float:
    """A shift in deltas as a strength −1…1; noise is 0."""
    beyond = max(0.0, abs(shift) - NOISE) / (FULL - NOISE)
    return float(np.copysign(min(1.0, beyond), shift))


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")
