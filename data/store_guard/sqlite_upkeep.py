"""Upkeep and size of the SQLite file: the log that readers hold, what is free, what is left."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from data.alarms.events import Priority
from data.store_guard import Finding
from data.store_guard.forecast import Measured
from data.store_guard.growth import rows_per_day
from data.store_guard.stores import Sql

MIB = 2**20
#: SQLite begins the log anew after 4 MB, unless a reader that does not end still needs it.
LONGEST_LOG = 256 * MIB
#: Free pages are filled again; this much more than half of a file is worth a VACUUM.
FREE_BYTES, FREE_SHARE = 512 * MIB, 0.6
#: Beside its values a row of readings takes this, its unique index included (measured: 80,000 of
#: 34 signals); rollups have no index beside themselves.
ROW_OVERHEAD, ROLLUP_OVERHEAD = 41, 24

_ROW_BYTES = """
    SELECT avg(length("values") + coalesce(length(quality), 0))
    FROM (SELECT "values", quality FROM readings ORDER BY seq DESC LIMIT 500)"""


def name(sql: Sql) -> str:
    """What the store is."""
    return f"SQLite {sql('SELECT sqlite_version()')[0][0]}"


def upkeep(sql: Sql, path: Path) -> Iterator[Finding]:
    """What keeps the file from working as it should."""
    mode = sql("PRAGMA journal_mode")[0][0]
    if mode != "wal":
        yield Finding(
            "journal_mode",
            Priority.HIGH,
            f"The file's journal is {mode}, not wal: readers and the writer wait for each other.",
            "PRAGMA journal_mode = WAL;",
        )
    log = Path(f"{path}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LONGEST_LOG:
        yield Finding(
            "log",
            Priority.HIGH,
            f"The write-ahead log has {size // MIB:,} MiB: a reader that never ends holds it, and"
            " every read gets slower. End the process that has it open, then shorten it.",
            f"$ fuser -v {log}\nPRAGMA wal_checkpoint(TRUNCATE);",
        )
    free, page = _pragma(sql, "freelist_count"), _pragma(sql, "page_size")
    if free * page > FREE_BYTES and free > FREE_SHARE * _pragma(sql, "page_count"):
        yield Finding(
            "free pages",
            Priority.LOW,
            f"{free * page // MIB:,} MiB of the file are empty: stop ingest and workers for a"
            " while and make it smaller (needs as much free disk).",
            "VACUUM;",
        )


def measured(sql: Sql, path: Path, now: int) -> Measured | None:
    """Size and rate at `now` (ms); None while nobody can tell yet."""
    rate = rows_per_day(sql, now)
    payload = sql(_ROW_BYTES)[0][0]
    if rate is None or payload is None:
        return None
    page = _pragma(sql, "page_size")
    allocated = _pragma(sql, "page_count") * page
    return Measured(
        used=allocated - _pragma(sql, "freelist_count") * page,
        allocated=allocated,
        free=shutil.disk_usage(path.parent).free,
        rows_per_day=rate,
        bytes_per_row=float(payload) + ROW_OVERHEAD,
        overhead=ROLLUP_OVERHEAD,
    )


def _pragma(sql: Sql, what: str) -> int:
    return int(sql(f"PRAGMA {what}")[0][0])
