"""Annotations and malfunctions of a span: what touches it, newest if there are too many."""

from __future__ import annotations

import pytest

from data.history import Questions
from data.history.annotations import MOST, Annotations, annotations_in
from data.history.trend_malfunctions import malfunctions_in
from tests.history.trend_store import T0, store_with
from tests.raw_sql import sql, sql_many

pytestmark = pytest.mark.both_stores

MIN = 60_000


def write(
    url: str, id_: str, start: int, end: int, extruder: int = 1, removed: bool = False
) -> None:
    sql(
        url,
        "INSERT INTO annotations VALUES (?, ?, 'Ana', 'note', ?, '', 0, ?, ?, 'words', ?, '')",
        id_, T0, extruder, T0 + start, T0 + end, T0 if removed else None,
    )  # fmt: skip


def malfunction(url: str, id_: str, extruder: int, onset: int, ended: int | None) -> None:
    end = None if ended is None else T0 + ended
    columns = "id, extruder, onset, detected, ended, changed, stage, cause, kg, money, document"
    sql(
        url,
        f"INSERT INTO malfunctions ({columns})"
        " VALUES (?, ?, ?, ?, ?, ?, 'open', 'surging', 0, 0, '{}')",
        id_, extruder, T0 + onset, T0 + onset, end, T0 + onset,
    )  # fmt: skip


def ids(history: Questions, extruders: tuple[int, ...], start: int, end: int) -> list[str]:
    found: Annotations = history.ask(annotations_in, extruders, T0 + start, T0 + end)
    return [one.id for one in found.shown]


def test_an_annotation_shows_where_it_touches_the_span(store_url: str) -> None:
    history = store_with(store_url, [])
    spans = {
        "before": (0, 9),
        "into": (5, 10),
        "moment": (15, 15),
        "over": (0, 99),
        "at the end": (20, 30),
    }
    for id_, (start, end) in spans.items():
        write(store_url, id_, start, end)
    assert ids(history, (1,), 10, 20) == ["over", "into", "moment"]


def test_others_and_removed_ones_do_not_show_and_those_of_the_plant_do(store_url: str) -> None:
    history = store_with(store_url, [])
    write(store_url, "mine", 1, 2)
    write(store_url, "of another", 1, 2, extruder=2)
    write(store_url, "of the plant", 2, 2, extruder=0)
    write(store_url, "removed", 1, 2, removed=True)
    assert ids(history, (1,), 0, 10) == ["mine", "of the plant"]
    assert ids(history, (), 0, 10) == ["of the plant"]


def test_the_newest_show_if_there_are_too_many_and_the_rest_is_counted(store_url: str) -> None:
    history = store_with(store_url, [])
    sql_many(
        store_url,
        "INSERT INTO annotations VALUES (?, 0, 'Ana', 'note', 1, '', 0, ?, ?, 'x', NULL, '')",
        [(str(n), T0 + n, T0 + n) for n in range(MOST + 7)],
    )
    found = history.ask(annotations_in, (1,), T0, T0 + MIN)
    assert (len(found.shown), found.more, found.shown[-1].id) == (MOST, 7, str(MOST + 6))


def test_malfunctions_show_while_they_last(store_url: str) -> None:
    history = store_with(store_url, [])
    malfunction(store_url, "over before", 1, 0, 10)
    malfunction(store_url, "into", 1, 5, 15)
    malfunction(store_url, "lasts", 1, 1, None)
    malfunction(store_url, "later", 1, 20, 30)
    malfunction(store_url, "of another", 2, 5, 15)
    bars, more = history.ask(malfunctions_in, (1,), T0 + 10, T0 + 20)
    assert [bar.id for bar in bars] == ["lasts", "into"] and more == 0
    assert bars[0].end is None


def test_an_id_is_shown_as_the_name_it_stands_for(store_url: str) -> None:
    history = store_with(store_url, [])
    write(store_url, "a", 1, 2)
    sql(store_url, "UPDATE annotations SET who = 'p-1'")
    sql(store_url, "INSERT INTO names VALUES ('p-1', 'Anna Berg')")
    found: Annotations = history.ask(annotations_in, (1,), T0, T0 + 10)
    assert [one.who for one in found.shown] == ["Anna Berg"]
