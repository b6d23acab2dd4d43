"""A few signals of a frame are the same whichever way they are read."""

from __future__ import annotations

import numpy as np

from data.journal.frame_blob import columns, pack, unpack
from data.quality import Quality
from data.windows import Row


def frame(widths: list[int]) -> list[Row]:
    rng = np.random.default_rng(1)
    return [
        Row(1000 * n, 3, rng.normal(200, 9, w).astype(np.float32), rng.integers(0, 4, w, np.uint8))
        for n, w in enumerate(widths)
    ]


def test_columns_are_those_of_the_rows() -> None:
    rows = frame([5] * 100)
    blob = pack(rows)
    times, values, quality = columns(blob, 100, [4, 0])
    for at, row in enumerate(unpack(blob, 100, 3)):
        assert times[at] == row.ts
        assert values[at].tolist() == [row.values[4], row.values[0]]
        assert quality[at].tolist() == [row.quality[4], row.quality[0]]


def test_a_row_from_before_a_signal_was_added_lacks_it() -> None:
    rows = frame([2, 2, 3])
    _, values, quality = columns(pack(rows), 3, [2])
    assert np.isnan(values[:2, 0]).all()
    assert quality[:, 0].tolist() == [Quality.ABSENT, Quality.ABSENT, rows[2].quality[2]]
    assert values[2, 0] == rows[2].values[2]


def test_no_signals_and_no_rows_are_no_columns() -> None:
    assert columns(pack(frame([2])), 1, [])[1].shape == (1, 0)
    assert columns(pack([]), 0, [1])[1].shape == (0, 1)
