"""What the old way would cost: every viewer asks the store for a whole window, again and again."""

from __future__ import annotations

from dataclasses import dataclass

from data.cost.spent import Process
from data.meter import NUMBER_BYTES, Tally

#: Bytes of a reading's value in a row of Meltwatch's own store, and of its seq, extruder and time.
VALUE_BYTES, ROW_BYTES = 4, 3 * NUMBER_BYTES
#: CPU of query and figure per value: one core answered 7.9 polls per second of 30,600 values each
#: (benchmarks/results.md, "The old way", with index).
CPU_S_PER_VALUE = 1.01 / 7.9 / 30_600


@dataclass(frozen=True)
class Polling:
    """How viewers poll: every `poll_s` for `window_s` of an extruder in steps of `step_ms`."""

    poll_s: float
    window_s: int
    step_ms: int
    signals: float


def per_viewer(how: Polling) -> tuple[Tally, Process]:
    """What one viewer costs per minute.

    As benchmarks/old_way does it: one statement per poll, which reads the window of one extruder.
    Its rows are taken as Meltwatch packs them, one per step with all signals, without quality;
    a table with a row per reading (benchmarks/old_way/narrow_store.py) has `signals` times as many.
    """
    polls = 60 / how.poll_s
    rows = how.window_s * 1000 / how.step_ms
    size = rows * (ROW_BYTES + VALUE_BYTES * how.signals)
    tally = Tally(round(polls), round(polls), round(polls * rows), round(polls * size))
    return tally, Process(cpu_s=polls * rows * how.signals * CPU_S_PER_VALUE)
