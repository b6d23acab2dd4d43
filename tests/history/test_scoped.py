"""No question finds what is out of scope, and no table is forgotten."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from data.history import Reader, open_history
from data.history.scoped import BY_EXTRUDER, BY_MALFUNCTION, OF_ALL, OF_NOBODY, narrowed
from data.scopes import seeing
from data.telemetry import open_store
from tests.history.malfunction_store import SHIFTS, fault, history
from tests.raw_sql import sql

TABLES = {*BY_EXTRUDER, *BY_MALFUNCTION, *OF_ALL, *OF_NOBODY}


@pytest.mark.both_stores
def test_every_table_is_named(store_url: str) -> None:
    open_store(store_url).close()
    if store_url.startswith("sqlite"):
        found = sql(store_url, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
    else:
        found = sql(
            store_url,
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'S')"
            " AND NOT c.relispartition AND c.relname NOT LIKE '%\\_seq'",
        )
    assert {name for (name,) in found} <= TABLES


def _find(reader: Reader, statement: str) -> list[tuple[str, ...]]:
    return reader.all(statement)


@pytest.mark.both_stores
def test_all_statements_find_what_is_seen(store_url: str) -> None:
    questions = history(store_url, fault(1, "2026-03-02 08:00"), fault(2, "2026-03-02 09:00"))
    sql(store_url, "UPDATE extruders SET site = 'N', line = name")
    counts = {
        "SELECT count(*) FROM malfunctions": (2, 1),
        "SELECT count(*) FROM malfunctions m LEFT JOIN extruders e ON e.id = m.extruder": (2, 1),
        "WITH s AS (SELECT extruder FROM malfunctions) SELECT count(*) FROM s": (2, 1),
        "SELECT (SELECT count(*) FROM extruders)": (2, 1),
        "SELECT count(*) FROM products": (2, 2),
        "SELECT count(*) FROM meta": (1, 1),
    }
    for statement, (whole, part) in counts.items():
        assert questions.ask(_find, statement)[0][0] == whole, statement
        with seeing(("N/Line A",)):
            assert questions.ask(_find, statement)[0][0] == part, statement
        with seeing(("Elsewhere",)):
            nothing = questions.ask(_find, statement)[0][0]
            assert nothing == (whole if whole == part else 0), statement
    with seeing(("N",)):
        assert questions.ask(_find, "SELECT * FROM people") == []


def test_what_would_see_past_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="recursive"):
        narrowed("WITH RECURSIVE a AS (SELECT 1) SELECT * FROM readings", "", (1,))
    with closing(open_store(f"sqlite:///{tmp_path / 'history.sqlite'}")):
        pass
    assert open_history(f"sqlite:///{tmp_path / 'history.sqlite'}", SHIFTS)
