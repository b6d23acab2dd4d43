"""The page comes with its first rows if they are there in time, and without them if not."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from callbacks.malfunctions_layout import WAIT_S, _Early
from components.page_settings import PageSettings
from data.history import Questions, open_history
from data.history.selection_query import parse
from tests.history.malfunction_store import SHIFTS, fault, history

MARCH = parse({"from": "2026-03-01", "to": "2026-03-31"}, SHIFTS.names).selection


def rows(questions: Any) -> str:
    return str(_Early(questions, PageSettings("EUR", SHIFTS)).rows(MARCH))


def full(folder: Path) -> Questions:
    return history(folder, fault(1, "2026-03-10 12:00", 1, "surging", scrap=(30.0, 15.0, 0.5)))


class Slow:
    """Questions that answer when they are let."""

    def __init__(self, questions: Questions) -> None:
        self._questions, self.answer = questions, threading.Event()

    def ask(self, *arguments: Any) -> Any:
        self.answer.wait(30)
        return self._questions.ask(*arguments)


def test_rows_come_with_the_page(tmp_path: Path) -> None:
    assert "2026-03-10 12:00" in rows(full(tmp_path))


def test_a_store_that_is_away_gives_none(tmp_path: Path) -> None:
    assert rows(open_history(f"sqlite:///{tmp_path / 'none.sqlite'}", SHIFTS)) == "None"


def test_a_slow_store_does_not_hold_the_page(tmp_path: Path) -> None:
    slow = Slow(full(tmp_path))
    began = time.monotonic()
    assert rows(slow) == "None"
    assert time.monotonic() - began >= WAIT_S  # it did wait, and ended before the store did
    assert not slow.answer.is_set()
    slow.answer.set()
