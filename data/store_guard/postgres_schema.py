"""Indexes, partitions, triggers and rules of the PostgreSQL database, against what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from psycopg.errors import LockNotAvailable

from data.alarms.events import Priority
from data.errors import StoreError
from data.store_guard import Finding
from data.store_guard.needed import POSTGRES, Index, absent, missing, needed
from data.store_guard.stores import Sql, quoted

#: The schema that the product's tables are in.
_HERE = "(SELECT relnamespace FROM pg_class WHERE oid = 'readings'::regclass)"
#: The tables `t` of the product; Alembic's own is none of them.
OURS = f"t.relnamespace = {_HERE} AND t.relname <> 'alembic_version'"
#: Indexes of partitions are told by _GAPS; an invalid one of a partitioned table too.
_INDEXES = f"""
    SELECT t.relname, i.relname, x.indisunique, pg_get_indexdef(i.oid),
        coalesce(pg_get_constraintdef(c.oid), '')
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    LEFT JOIN pg_constraint c ON c.conindid = i.oid AND c.contype IN ('p', 'u')
    WHERE {OURS} AND t.relkind IN ('r', 'p') AND NOT t.relispartition
        AND (x.indisvalid OR i.relkind = 'I')"""
#: One that is being built is not broken.
_BROKEN = f"""
    SELECT t.relname, i.relname
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE {OURS} AND i.relkind = 'i' AND NOT (x.indisvalid AND x.indisready)
        AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index b WHERE b.index_relid = i.oid)
    ORDER BY 1, 2"""
_GAPS = f"""
    SELECT t.relname, p.relname, i.relname, pg_get_indexdef(i.oid)
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_inherits h ON h.inhparent = t.oid JOIN pg_class p ON p.oid = h.inhrelid
    WHERE {OURS} AND i.relkind = 'I' AND NOT EXISTS (
        SELECT 1 FROM pg_inherits a JOIN pg_index c ON c.indexrelid = a.inhrelid
        WHERE a.inhparent = i.oid AND c.indrelid = p.oid)
    ORDER BY 1, 2, 3"""
_PARTITIONS = """
    SELECT p.relname FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhrelid
    WHERE h.inhparent = to_regclass(?) ORDER BY 1"""
#: A day's table that no longer is part of the readings: what it holds is not seen by anybody.
_LOOSE = f"""
    SELECT t.relname FROM pg_class t
    WHERE {OURS} AND t.relkind = 'r' AND NOT t.relispartition
        AND t.relname ~ '^readings_[0-9]{{8}}$'
    ORDER BY 1"""
_TRIGGERS = f"""
    SELECT g.tgname, t.relname, p.proname FROM pg_trigger g
    JOIN pg_class t ON t.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid
    WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgenabled <> 'D' AND {OURS}
    ORDER BY 2, 1"""
_RULES = f"""
    SELECT r.rulename, t.relname FROM pg_rewrite r JOIN pg_class t ON t.oid = r.ev_class
    WHERE r.rulename <> '_RETURN' AND r.ev_enabled <> 'D' AND {OURS} ORDER BY 2, 1"""
#: Those of an extension, such as TimescaleDB's, belong to it.
_EVENT_TRIGGERS = """
    SELECT e.evtname, e.evtevent, p.proname FROM pg_event_trigger e
    JOIN pg_proc p ON p.oid = e.evtfoid
    WHERE e.evtenabled <> 'D' AND NOT EXISTS (
        SELECT 1 FROM pg_depend d WHERE d.objid = e.oid AND d.deptype = 'e')
    ORDER BY 1"""

_LOCKED = Finding(
    "locked",
    Priority.HIGH,
    "Somebody keeps a table locked: its indexes cannot be looked at, and nobody reads it.",
    "SELECT pid, usename, application_name, state, query FROM pg_stat_activity\n"
    "WHERE pid IN (SELECT pid FROM pg_locks WHERE mode = 'AccessExclusiveLock');",
)


def indexes(sql: Sql) -> list[Index]:
    """Every valid index of the tables, those of partitions left out."""
    return sorted(
        Index(table, name, _on(definition), unique, constraint)
        for table, name, unique, definition, constraint in sql(_INDEXES)
    )


def findings(sql: Sql) -> list[Finding]:
    """What is wrong with indexes, partitions, triggers and rules; or why nobody can tell."""
    try:
        return _findings(sql)
    except StoreError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return [_LOCKED]
        raise


def _findings(sql: Sql) -> list[Finding]:
    wanted = needed(POSTGRES)
    lost = absent(wanted, indexes(sql))
    return [
        *(missing(one, _restoring(sql, one)) for one in lost),
        *_gaps(sql),
        *_broken(sql, {one.name for one in wanted}),
        *_loose(sql),
        *_triggers(sql),
    ]


def _on(definition: str) -> str:
    return definition.partition(" USING ")[2]


def _restoring(sql: Sql, index: Index) -> str:
    """What makes an index again, while others write wherever PostgreSQL can do that."""
    table, name = quoted(index.table), quoted(index.name)
    if index.constraint:
        return f"ALTER TABLE {table} ADD CONSTRAINT {name} {index.constraint};"
    kind = f"{'UNIQUE ' if index.unique else ''}INDEX"
    partitions = [part for (part,) in sql(_PARTITIONS, index.table)]
    if not partitions:
        return f"CREATE {kind} CONCURRENTLY {name} ON {table} USING {index.on};"
    whole = f"CREATE {kind} {name} ON ONLY {table} USING {index.on};"
    return "\n".join([whole, *(_of_partition(part, name, kind, index.on) for part in partitions)])


def _of_partition(partition: str, index: str, kind: str, on: str) -> str:
    own = quoted(f"{partition}_{index}"[:63])
    return (
        f"CREATE {kind} CONCURRENTLY {own} ON {quoted(partition)} USING {on};\n"
        f"ALTER INDEX {index} ATTACH PARTITION {own};"
    )


def _gaps(sql: Sql) -> Iterator[Finding]:
    for table, partition, index, definition in sql(_GAPS):
        kind = "UNIQUE INDEX" if " UNIQUE " in definition.partition(" USING ")[0] else "INDEX"
        yield Finding(
            f"index:{table}.{index}.{partition}",
            Priority.CRITICAL,
            f"The index {index} of {table} does not cover {partition}: reads of that day get slow.",
            _of_partition(partition, quoted(index), kind, _on(definition)),
        )


def _broken(sql: Sql, wanted: set[str]) -> Iterator[Finding]:
    for table, index in sql(_BROKEN):
        # One beside those that are needed is what a failed CONCURRENTLY has left behind.
        spare = index not in wanted and "_ccnew" in index
        yield Finding(
            f"invalid:{index}",
            Priority.HIGH,
            f"The index {index} of {table} is invalid: it is written, but not read.",
            f"{'DROP' if spare else 'REINDEX'} INDEX CONCURRENTLY {quoted(index)};",
        )


def _loose(sql: Sql) -> Iterator[Finding]:
    for (name,) in sql(_LOOSE):
        start = _midnight(name)
        if start is None:
            continue
        end = start + timedelta(days=1)
        yield Finding(
            f"loose:{name}",
            Priority.CRITICAL,
            f"{name} is not a partition of readings: nobody sees the readings of {start:%Y-%m-%d}.",
            f"ALTER TABLE readings ATTACH PARTITION {name}"
            f" FOR VALUES FROM ({_ms(start)}) TO ({_ms(end)});",
        )


def _triggers(sql: Sql) -> list[Finding]:
    """Meltwatch has neither triggers nor rules: each one is somebody else's."""
    return [
        *_strange("trigger", sql(_TRIGGERS)),
        *_strange("rule", [(*row, "") for row in sql(_RULES)]),
        *_event_triggers(sql),
    ]


def _strange(kind: str, rows: Sequence[tuple[str, str, str]]) -> Iterator[Finding]:
    for name, table, function in rows:
        does = f"runs {function}() at" if function else "changes"
        yield Finding(
            f"{kind}:{table}.{name}",
            Priority.CRITICAL,
            f"The {kind} {name} on {table} is not Meltwatch's: it {does} every write.",
            f"DROP {kind.upper()} {quoted(name)} ON {quoted(table)};",
        )


def _event_triggers(sql: Sql) -> Iterator[Finding]:
    for name, event, function in sql(_EVENT_TRIGGERS):
        yield Finding(
            f"event trigger:{name}",
            Priority.MEDIUM,
            f"The event trigger {name} runs {function}() at every {event}: it can stop the making"
            " of partitions.",
            f"DROP EVENT TRIGGER {quoted(name)};",
        )


def _midnight(name: str) -> datetime | None:
    try:
        day = date.fromisoformat(name.removeprefix("readings_"))
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)
