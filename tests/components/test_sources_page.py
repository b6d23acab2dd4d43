"""The Sources page before its first answer, and the words that it gives to the browser."""

from __future__ import annotations

import json
from typing import Any

from components.shell import shell
from components.sources_page import CONDITIONS, MEANINGS, sources_page
from data.window_cache.source_state import Condition


def tree(component: Any) -> Any:
    return json.loads(json.dumps(component.to_plotly_json(), default=lambda c: c.to_plotly_json()))


def test_it_begins_as_loading_and_empty() -> None:
    page = tree(sources_page())["props"]
    title, state, list_ = page["children"]
    assert title["props"]["children"] == "Sources"
    assert state["props"]["children"] == "Loading …"
    assert state["props"]["role"] == "status"
    assert list_["props"]["children"] == []


def test_every_condition_has_a_mark_a_word_and_a_meaning() -> None:
    assert set(CONDITIONS) == set(MEANINGS) == set(Condition)
    assert len({word for _, word, _ in CONDITIONS.values()}) == len(Condition)
    told = json.loads(tree(sources_page())["props"]["data-mw-words"])
    assert told["conditions"]["lost"] == ["✕", "Lost", "highhigh"]


def test_the_navigation_leads_to_it() -> None:
    assert '"href": "/sources"' in json.dumps(tree(shell("Plant", {})))
