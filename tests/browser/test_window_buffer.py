"""The browser's window follows snapshots and deltas as docs/window_codec.md says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from data.window_codec import WindowMessage
from tests.browser.module_page import (
    body_of,
    kept_page_fixture,  # noqa: F401
    library_fixture,  # noqa: F401
    message_of,
    static_url_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser

SLOTS = 8
START = 1_700_000_000
NO_READING = [None, 255]


def column(*numbers: float) -> np.ndarray:
    """Steps of two signals: the numbers, and their negatives."""
    return np.array([[n, -n] for n in numbers], np.float32)


@pytest.fixture
def buffer(library: Page) -> Page:
    library.evaluate(f"window.buffer = new WindowBuffer(2, {SLOTS}, 1000)")
    return library


def apply(page: Page, message: WindowMessage) -> str:
    return page.evaluate("(text) => buffer.apply(decode(bytes(text)))", body_of(message))


def held(page: Page, slot: int = 0, around: int = 4) -> list[Any]:
    """Values of the window's steps, oldest first, None for NaN; and some steps on both sides."""
    return page.evaluate(
        """([slot, around]) => {
          const seen = [];
          const last = buffer.headStep + around;
          for (let s = buffer.headStep - buffer.slots + 1 - around; s <= last; s += 1) {
            const value = buffer.value(slot, s);
            seen.push(Number.isNaN(value) ? null : value);
          }
          return seen;
        }""",
        [slot, around],
    )


def snapshot(page: Page, *numbers: float, first: int = START) -> None:
    assert apply(page, message_of(first, column(*numbers))) == "applied"


def test_a_delta_before_any_snapshot_is_refused(buffer: Page) -> None:
    assert apply(buffer, message_of(START, column(1), delta=True)) == "snapshot-needed"
    assert buffer.evaluate("[buffer.version, buffer.headTs, buffer.firstTs]") == [0, -1, -1]


def test_a_snapshot_fills_the_window(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3)
    assert held(buffer) == [None] * 4 + [None] * 5 + [1, 2, 3] + [None] * 4
    assert held(buffer, slot=1)[9:12] == [-1, -2, -3]
    assert buffer.evaluate("[buffer.firstTs, buffer.headTs]") == [START * 1000, (START + 2) * 1000]


def test_a_snapshot_longer_than_the_window_keeps_its_newest_steps(buffer: Page) -> None:
    snapshot(buffer, *range(1, 13))
    assert held(buffer, around=0) == list(range(5, 13))
    assert buffer.evaluate("buffer.firstTs") == (START + 4) * 1000


def test_deltas_move_the_window_on_around_the_ring(buffer: Page) -> None:
    snapshot(buffer, *range(8))
    for newest in range(8, 30):
        delta = message_of(START + newest - 1, column(newest - 1, newest), delta=True)
        assert apply(buffer, delta) == "applied"
        assert (
            held(buffer, around=2) == [None] * 2 + list(range(newest - 7, newest + 1)) + [None] * 2
        )


def test_a_delta_corrects_steps_that_are_held(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3, 4)
    assert apply(buffer, message_of(START + 2, column(30, 40, 50), delta=True)) == "applied"
    assert held(buffer, around=0) == [None, None, None, 1, 2, 30, 40, 50]


def test_a_gap_within_a_delta_is_a_gap(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3)
    apply(buffer, message_of(START + 3, column(np.nan, np.nan, 6), delta=True))
    assert held(buffer, around=0) == [None, None, 1, 2, 3, None, None, 6]
    assert buffer.evaluate(f"buffer.quality(0, {START + 3})") == 255


def test_a_missed_step_needs_a_snapshot_and_changes_nothing(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3)
    before = held(buffer)
    assert apply(buffer, message_of(START + 4, column(5), delta=True)) == "snapshot-needed"
    assert held(buffer) == before
    assert buffer.evaluate("buffer.version") == 1


def test_another_revision_needs_a_snapshot(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3)
    late = message_of(START + 2, column(3, 4), delta=True, revision=1)
    assert apply(buffer, late) == "snapshot-needed"
    assert apply(buffer, message_of(START, column(1, 20, 3), revision=1)) == "applied"
    assert apply(buffer, late) == "applied"
    assert held(buffer, around=0)[-4:] == [1, 20, 3, 4]


def test_other_signals_or_another_step_need_a_snapshot(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3)
    wide = np.zeros((1, 3), np.float32)
    assert apply(buffer, message_of(START + 3, wide, delta=True)) == "snapshot-needed"
    assert apply(buffer, message_of(START, wide)) == "snapshot-needed"
    slow = message_of(START + 3, column(4), delta=True, step_ms=500)
    assert apply(buffer, slow) == "snapshot-needed"


def test_an_older_answer_takes_nothing_back(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3, 4)
    assert apply(buffer, message_of(START + 1, column(2, 30), delta=True)) == "applied"
    assert held(buffer, around=0)[-4:] == [1, 2, 3, 4]


def test_a_delta_far_behind_the_head_is_another_window(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3, 4)
    assert apply(buffer, message_of(START - 50, column(9, 9), delta=True)) == "snapshot-needed"


def test_a_window_that_was_emptied_needs_a_snapshot(buffer: Page) -> None:
    nothing = message_of(0, np.empty((0, 2)), delta=True)
    snapshot(buffer, 1, 2)
    assert apply(buffer, nothing) == "snapshot-needed"
    assert apply(buffer, message_of(0, np.empty((0, 2)))) == "applied"
    assert buffer.evaluate("[buffer.headTs < 0, buffer.firstTs]") == [True, -1]
    assert apply(buffer, nothing) == "applied"
    assert apply(buffer, message_of(START, column(1), delta=True)) == "snapshot-needed"


def test_a_snapshot_clears_what_it_does_not_hold(buffer: Page) -> None:
    snapshot(buffer, *range(8))
    snapshot(buffer, 70, 80, first=START + 6)
    assert held(buffer, around=0) == [None] * 6 + [70, 80]


def test_latest_is_the_reading_at_the_head(buffer: Page) -> None:
    apply(buffer, message_of(START, column(1, 2), [[0, 0], [1, 2]]))
    assert buffer.evaluate("buffer.latest(0)") == {
        "ts": (START + 1) * 1000,
        "value": 2,
        "quality": 1,
    }
    assert buffer.evaluate("buffer.latest(1).quality") == 2


def test_the_version_grows_with_each_message_and_memory_stays(buffer: Page) -> None:
    snapshot(buffer, 1, 2, 3)
    same = buffer.evaluate("(window.rings = [buffer.values, buffer.qualities], buffer.version)")
    apply(buffer, message_of(START + 3, column(4), delta=True))
    assert buffer.evaluate("buffer.version") == same + 1
    assert buffer.evaluate("rings[0] === buffer.values && rings[1] === buffer.qualities")
