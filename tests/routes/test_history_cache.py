"""Answers about the past are kept for some seconds, and never unpickled."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis

from data.errors import HistoryBusy
from data.history import Reader
from data.settings import Settings
from routes.history_cache import KEY_PREFIX, KeptAnswers, history_cache
from tests.stack import Stack


@dataclass(frozen=True)
class Answer:
    words: str
    numbers: list[float | None]
    blob: bytes
    parts: tuple[tuple[int, str], ...]


def question(_reader: Reader, words: str) -> Answer:
    return Answer(words, [1.5, None], b"\x00\xff", ((1, "a"),))


def failing(_reader: Reader) -> Answer:
    raise HistoryBusy


class Counted:
    """Questions that count how often they are asked."""

    asked = 0

    def ask(self, question: Callable[..., Any], *arguments: Hashable, keep_s: float = 10.0) -> Any:
        self.asked += 1
        return question(None, *arguments)


@pytest.fixture(params=["process", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    stack = Stack(tmp_path)
    if request.param == "redis":
        stack.start_redis()
    settings = replace(stack.settings, history_cache=request.param)
    counted = Counted()
    yield KeptAnswers(counted, history_cache(Flask("test"), settings)), counted, settings
    stack.stop()


Kept = tuple[KeptAnswers, Counted, Settings]


def test_the_same_question_is_asked_once(kept: Kept) -> None:
    answers, counted, _ = kept
    first = answers.ask(question, "a")
    assert answers.ask(question, "a") == first == Answer("a", [1.5, None], b"\x00\xff", ((1, "a"),))
    assert counted.asked == 1
    assert answers.ask(question, "b").words == "b"
    assert counted.asked == 2


def test_an_answer_is_asked_anew_when_its_time_is_over(kept: Kept) -> None:
    answers, counted, _ = kept
    answers.ask(question, "a", keep_s=1)
    time.sleep(1.2)
    answers.ask(question, "a", keep_s=1)
    assert counted.asked == 2


def test_an_error_is_not_kept(kept: Kept) -> None:
    answers, counted, _ = kept
    for _ in range(2):
        with pytest.raises(HistoryBusy):
            answers.ask(failing)
    assert counted.asked == 2


@pytest.mark.parametrize("kept", ["redis"], indirect=True)
def test_a_pickle_in_redis_is_never_opened(kept: Kept, tmp_path: Path) -> None:
    answers, _counted, settings = kept
    answers.ask(question, "a")
    trap = tmp_path / "opened"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (trap,)

    with Redis.from_url(settings.redis_url) as client:
        (key,) = client.keys(f"{KEY_PREFIX}*")
        client.set(key, b"!" + pickle.dumps(Trap()))
    assert answers.ask(question, "a").words == "a"
    assert not trap.exists()


def test_redis_away_costs_speed_only(tmp_path: Path) -> None:
    settings = replace(Settings.from_env({"VAR_DIR": str(tmp_path)}), history_cache="redis")
    answers = KeptAnswers(Counted(), history_cache(Flask("test"), settings))
    assert answers.ask(question, "a").words == "a"
