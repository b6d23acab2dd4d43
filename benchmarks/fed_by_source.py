"""Ingest with one source in a process of its own, and what of it is in the store."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from data.quality import Quality
from data.telemetry import open_store
from tests.stack import Stack

EXTRUDERS, SIGNALS = 50, 35
ABSENT = int(Quality.ABSENT)

#: Of a signal by extruder (from 1) and number (from 0).
Address = Callable[[int, int], str]


@contextmanager
def ingest(folder: Path, keys: str, address: Address) -> Iterator[Stack]:
    sources = folder / "sources.toml"
    sources.write_text(f'[[source]]\nname = "bench"\n{keys}\n{mapped(address)}')
    stack = Stack(folder, SOURCES=str(sources))
    try:
        stack.start_ingest()
        yield stack
    finally:
        if "ingest" in stack.processes:
            stack.kill("ingest", signal.SIGTERM)
        stack.stop()


def mapped(address: Address) -> str:
    lines = []
    for extruder in range(1, EXTRUDERS + 1):
        lines += ["[[source.extruder]]", f'id = {extruder}\nname = "E{extruder}"\nsignal = [']
        for n in range(SIGNALS):
            told = 'unit = "bar", group = "Melt", low = 0, high = 500'
            name = f'name = "S{n}", label = "S{n}"'
            lines.append(f'  {{ address = "{address(extruder, n)}", {name}, {told} }},')
        lines.append("]")
    return "\n".join(lines)


def stored(stack: Stack, expected: int, times: range = range(2**62)) -> int:
    """Readings in the store of these times (ms); so many are waited for."""
    end = time.monotonic() + 60
    while True:
        with closing(open_store(stack.settings.database_url)) as store:
            rows = store.rows_since(0, 100_000_000)
        found = sum(int((row.quality != ABSENT).sum()) for row in rows if row.ts in times)
        if found >= expected or time.monotonic() > end:
            return found
        time.sleep(0.5)


def cpu_of(stack: Stack) -> float:
    """CPU seconds of ingest so far."""
    told = Path(f"/proc/{stack.processes['ingest'].pid}/stat").read_text().rpartition(")")[2]
    return sum(int(one) for one in told.split()[11:13]) / os.sysconf("SC_CLK_TCK")
