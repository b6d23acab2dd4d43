"""Indexes and triggers of the SQLite file, against what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.alarms.events import Priority
from data.store_guard import Finding
from data.store_guard.needed import SQLITE, Index, absent, missing, needed
from data.store_guard.stores import Sql, quoted

#: Alembic's own table is none of the product's.
_TABLES = "m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'alembic_version'"
_INDEXES = f"""
    SELECT m.name, l.name, l."unique", coalesce(s.sql, ''),
        (SELECT group_concat(part, ', ') FROM (
            SELECT coalesce(x.name, '…') || CASE WHEN x."desc" THEN ' DESC' ELSE '' END
                || CASE WHEN x.coll <> 'BINARY' THEN ' ' || x.coll ELSE '' END AS part
            FROM pragma_index_xinfo(l.name) x WHERE x.key ORDER BY x.seqno))
    FROM sqlite_master m JOIN pragma_index_list(m.name) l
    LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = l.name
    WHERE {_TABLES}"""
#: An INTEGER PRIMARY KEY is the table's own order and has no entry among the indexes.
_ROWID_KEYS = f"""
    SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.pk > 0
    WHERE {_TABLES} AND NOT EXISTS (
        SELECT 1 FROM pragma_index_list(m.name) l WHERE l.origin = 'pk')"""
_TRIGGERS = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1"


def indexes(sql: Sql) -> list[Index]:
    """Every index of the file, keys included."""
    rows = [
        Index(table, name, f"({columns}){_condition(text)}", bool(unique))
        for table, name, unique, text, columns in sql(_INDEXES)
    ]
    keys = [Index(table, f"{table}_key", f"({column})", True) for table, column in sql(_ROWID_KEYS)]
    return sorted([*rows, *keys])


def findings(sql: Sql) -> list[Finding]:
    """Indexes that are missing, and triggers that are there."""
    lost = absent(needed(SQLITE), indexes(sql))
    return [*(missing(one, _restoring(one)) for one in lost), *_triggers(sql)]


def _condition(text: str) -> str:
    """The condition of a partial index, in one spelling."""
    found = re.search(r"\bWHERE\b(.*)", text, re.IGNORECASE | re.DOTALL)
    return f" WHERE {' '.join(found[1].split())}" if found else ""


def _restoring(index: Index) -> str:
    # What SQLite made itself for a key has a name that is not to be given.
    plain = "_".join(re.findall(r"\w+", index.on.partition(")")[0]))
    own = index.name.startswith("sqlite_autoindex_")
    name = f"{index.table}_{plain}" if own else index.name
    unique = "UNIQUE " if index.unique else ""
    return f"CREATE {unique}INDEX {quoted(name)} ON {quoted(index.table)} {index.on};"


def _triggers(sql: Sql) -> Iterator[Finding]:
    """Meltwatch has no triggers: each one is somebody else's."""
    for name, table in sql(_TRIGGERS):
        yield Finding(
            f"trigger:{table}.{name}",
            Priority.CRITICAL,
            f"The trigger {name} on {table} is not Meltwatch's: it runs at every write.",
            f"DROP TRIGGER {quoted(name)};",
        )
