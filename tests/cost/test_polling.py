"""The model of polling, held against the benchmark that it is taken from."""

from __future__ import annotations

import pytest

from data.cost.polling import Polling, per_viewer

#: benchmarks/results.md, "The old way", with index: 34 signals, 15 minutes, 1 Hz.
BENCHMARK = Polling(poll_s=1.0, window_s=900, step_ms=1000, signals=34)


def test_a_viewer_reads_a_window_per_poll() -> None:
    tally, _ = per_viewer(BENCHMARK)
    assert (tally.statements, tally.reads, tally.rows) == (60, 60, 60 * 900)
    assert tally.bytes == 60 * 900 * (24 + 34 * 4)


def test_cpu_is_what_the_benchmark_measured() -> None:
    _, process = per_viewer(BENCHMARK)
    # One core answered 7.9 polls per second at 101 %.
    assert process.cpu_s / 60 == pytest.approx(1.01 / 7.9)


@pytest.mark.parametrize(
    ("how", "share"),
    [
        (Polling(5.0, 900, 1000, 34), 1 / 5),
        (Polling(1.0, 450, 1000, 34), 1 / 2),
        (Polling(1.0, 900, 500, 34), 2.0),
    ],
)
def test_rows_follow_interval_window_and_step(how: Polling, share: float) -> None:
    assert per_viewer(how)[0].rows == pytest.approx(per_viewer(BENCHMARK)[0].rows * share)
