"""A frame's rows come back exactly as they were given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from data.journal import Frame, Journal
from data.quality import Quality
from data.windows import Row
from tests.rows import row

pytestmark = pytest.mark.both_stores

SIGNALS = ("MeltPressure", "MeltTemperature")


def frame(rows: Sequence[Row]) -> Frame:
    return Frame("3-1000", 0, 60_000, 1000, SIGNALS, rows)


def noise(count: int) -> list[Row]:
    random = np.random.default_rng(1)
    return [
        Row(
            1_700_000_000_000 + 1000 * n,
            3,
            random.normal(200, 1, 32).astype(np.float32),
            random.choice([0, 1, 2, 255], 32).astype(np.uint8),
            n + 7,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(1000, 3, 1.5, None, seq=9)],
        [row(1000, 3, 1.5), row(2500, 3, np.nan, np.inf, seq=2), row(2600, 3)],
        noise(600),
    ],
    ids=["no rows", "a row with a gap", "rows of several widths", "ten minutes of 32 signals"],
)
def test_rows_come_back_bit_for_bit(journal: Journal, rows: list[Row]) -> None:
    journal.save_frame(frame(rows))
    back = journal.frame("3-1000")
    assert back is not None
    assert (back.start, back.end, back.step_ms, back.signals) == (0, 60_000, 1000, SIGNALS)
    assert len(back.rows) == len(rows)
    for one, other in zip(back.rows, rows, strict=True):
        assert (one.ts, one.extruder, one.seq) == (other.ts, other.extruder, other.seq)
        assert one.values.tobytes() == other.values.tobytes()
        assert one.quality.tobytes() == other.quality.tobytes()
        assert (one.values.dtype, one.quality.dtype) == (np.float32, np.uint8)


def test_a_later_frame_replaces_the_first(journal: Journal) -> None:
    journal.save_frame(frame([row(1000, 3, 1.0)]))
    journal.save_frame(frame([row(1000, 3, 1.0), row(2000, 3, None)]))
    back = journal.frame("3-1000")
    assert back is not None
    assert [int(r.quality[0]) for r in back.rows] == [Quality.GOOD, Quality.ABSENT]


def test_a_malfunction_without_a_frame_has_none(journal: Journal) -> None:
    assert journal.frame("3-1000") is None


def test_a_frame_whose_readings_are_gone_does_not_replace_the_whole_one(journal: Journal) -> None:
    journal.save_frame(frame(noise(600)))
    journal.save_frame(frame([]))
    back = journal.frame("3-1000")
    assert back is not None
    assert len(back.rows) == 600
