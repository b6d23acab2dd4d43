"""Upkeep and size of the PostgreSQL database: autovacuum, dead rows, transaction ids."""

from __future__ import annotations

from collections.abc import Iterator

from data.alarms.events import Priority
from data.store_guard import Finding
from data.store_guard.forecast import Measured
from data.store_guard.growth import rows_per_day
from data.store_guard.postgres_schema import OURS
from data.store_guard.stores import Sql, quoted

#: Autovacuum comes at a fifth of dead rows: this many more say that it does not.
DEAD_ROWS, DEAD_SHARE = 50_000, 0.5
#: So many new rows without statistics, and plans are guesses.
UNKNOWN_ROWS = 100_000
#: At 2,000 million transactions the server stops taking writes; it is forced to act at 200.
OLD_IDS, OLDEST_IDS = 500_000_000, 1_000_000_000
#: Beside its values a row of readings takes this, its two indexes included; of rollups, its one
#: (measured with 34 signals: 80,000 readings, 100,000 rollups).
ROW_OVERHEAD, ROLLUP_OVERHEAD = 110, 118

_SETTINGS = """
    SELECT name, setting FROM pg_settings WHERE name IN ('autovacuum', 'track_counts')"""
#: Options are those of the table, or of what it keeps apart (TOAST).
_SWITCHED_OFF = f"""
    SELECT t.relname, o.toast FROM pg_class t
    LEFT JOIN pg_class s ON s.oid = t.reltoastrelid
    CROSS JOIN LATERAL (VALUES ('', t.reloptions), ('toast.', s.reloptions)) AS o (toast, options)
    WHERE {OURS} AND EXISTS (
        SELECT 1 FROM unnest(o.options) AS one
        WHERE lower(one) ~ '^autovacuum_enabled=(false|off|no|0|f|n)$')
    ORDER BY 1, 2"""
_ROWS = f"""
    SELECT t.relname, n_live_tup, n_dead_tup,
        last_analyze IS NULL AND last_autoanalyze IS NULL,
        extract(epoch FROM now() - greatest(last_vacuum, last_autovacuum))::bigint
    FROM pg_stat_user_tables u JOIN pg_class t ON t.oid = u.relid
    WHERE {OURS} AND t.relkind = 'r' ORDER BY 1"""
_IDS = "SELECT age(datfrozenxid), datname FROM pg_database WHERE datname = current_database()"
_SIZE = "SELECT pg_database_size(current_database())"
_ROW_BYTES = """
    SELECT avg(pg_column_size("values") + coalesce(pg_column_size(quality), 0))
    FROM (SELECT "values", quality FROM readings ORDER BY seq DESC LIMIT 500) AS newest"""


def name(sql: Sql) -> str:
    """What the store is."""
    return f"PostgreSQL {sql('SHOW server_version')[0][0].split()[0]}"


def upkeep(sql: Sql) -> Iterator[Finding]:
    """What keeps the database from cleaning up behind itself."""
    yield from _switched_off(sql)
    for table, live, dead, unknown, since_s in sql(_ROWS):
        if dead > max(DEAD_ROWS, DEAD_SHARE * live):
            yield _dead(table, live, dead, since_s)
        elif unknown and live > UNKNOWN_ROWS:
            yield Finding(
                f"statistics:{table}",
                Priority.MEDIUM,
                f"{table} has {live:,} rows and no statistics: plans are guesses.",
                f"ANALYZE {quoted(table)};",
            )
    yield from _ids(sql)


def measured(sql: Sql, now: int) -> Measured | None:
    """Size and rate at `now` (ms); None while nobody can tell yet."""
    rate = rows_per_day(sql, now)
    payload = sql(_ROW_BYTES)[0][0]
    if rate is None or payload is None:
        return None
    size = int(sql(_SIZE)[0][0])
    return Measured(
        used=size,
        allocated=size,
        free=None,  # SQL cannot tell
        rows_per_day=rate,
        bytes_per_row=float(payload) + ROW_OVERHEAD,
        overhead=ROLLUP_OVERHEAD,
    )


def _switched_off(sql: Sql) -> Iterator[Finding]:
    for setting, value in sql(_SETTINGS):
        if value == "off":
            yield Finding(
                setting,
                Priority.CRITICAL,
                f"{setting} is off: dead rows pile up until every read is slow.",
                f"ALTER SYSTEM SET {setting} = on;\nSELECT pg_reload_conf();",
            )
    for table, toast in sql(_SWITCHED_OFF):
        yield Finding(
            f"autovacuum:{toast}{table}",
            Priority.HIGH,
            f"Autovacuum is switched off for {table}: its dead rows pile up.",
            f"ALTER TABLE {quoted(table)} RESET ({toast}autovacuum_enabled);",
        )


def _dead(table: str, live: int, dead: int, since_s: int | None) -> Finding:
    last = "never cleaned up" if since_s is None else f"last cleaned up {since_s // 3600} h ago"
    return Finding(
        f"dead rows:{table}",
        Priority.MEDIUM,
        f"{table} has {dead:,} dead rows beside {live:,} live ones, {last}.",
        f"VACUUM (ANALYZE) {quoted(table)};",
    )


def _ids(sql: Sql) -> Iterator[Finding]:
    ((age, database),) = sql(_IDS)
    if age > OLD_IDS:
        yield Finding(
            "transaction ids",
            Priority.CRITICAL if age > OLDEST_IDS else Priority.HIGH,
            f"Transactions of the database {database} are {age // 1_000_000:,} million old: at"
            " 2,000 million it takes no more writes.",
            "VACUUM (FREEZE);",
        )
