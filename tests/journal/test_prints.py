"""A frame is kept with its fingerprint, and a few of its slots are read without the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.journal import Batch, Frame, Journal
from data.journal.frame_blob import columns, pack
from data.quality import Quality
from data.windows import Row
from tests.journal.samples import malfunction
from tests.rows import row
from tests.similar_rows import CLOGGING, MINUTE_MS, NAMES, rows_of

pytestmark = pytest.mark.both_stores

ONSET = 1_770_105_600_000


def frame(malfunction_id: str, rows: list[Row]) -> Frame:
    return Frame(malfunction_id, ONSET - 30 * MINUTE_MS, ONSET + 60 * MINUTE_MS, 5000, NAMES, rows)


def test_a_frame_is_kept_with_its_fingerprint_and_so_is_one_of_nothing(journal: Journal) -> None:
    ended = malfunction(ONSET + 60_000, onset=ONSET, ended=ONSET + 20 * MINUTE_MS)
    journal.write(Batch(ts=ONSET, malfunctions=[ended]))
    journal.save_frame(frame(ended.id, rows_of(ONSET, CLOGGING, 3)))
    journal.save_frame(frame(ended.id, rows_of(ONSET, CLOGGING, 3)))
    journal.save_frame(frame("3-unknown", rows_of(ONSET, CLOGGING, 3)))
    journal.save_frame(frame("3-empty", []))
    assert journal.add_prints(10) == 0, "all have theirs"


def test_columns_are_those_of_the_rows_bit_for_bit() -> None:
    rows = [replace(r, seq=n) for n, r in enumerate(rows_of(ONSET, CLOGGING, 3))]
    times, values, quality = columns(pack(rows), len(rows), [4, 0])
    assert times.tolist() == [r.ts for r in rows]
    assert values.tobytes() == np.array([r.values[[4, 0]] for r in rows]).tobytes()
    assert (quality == Quality.GOOD).all()


def test_a_row_that_lacks_a_slot_is_absent_there() -> None:
    rows = [row(1000, 3, 1.5), row(2000, 3, 2.5, 7.0), row(3000, 3)]
    _, values, quality = columns(pack(rows), 3, [1, 0])
    assert quality.tolist() == [[255, 0], [0, 0], [255, 255]]
    assert np.array_equal(values, [[np.nan, 1.5], [7.0, 2.5], [np.nan, np.nan]], equal_nan=True)
    assert columns(pack([]), 0, [0])[1].shape == (0, 1)
