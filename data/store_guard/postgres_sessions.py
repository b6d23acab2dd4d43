"""Statements that run away in PostgreSQL are cancelled; sessions that hold others up are told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from data.alarms.events import Priority
from data.errors import StoreError
from data.store_guard import Finding, Stopped
from data.store_guard.stores import Sql

#: A transaction that does nothing for so long keeps dead rows from being cleaned up.
IDLE_S = 60
#: Letters of a statement that are told.
TOLD = 120

#: Upkeep may take its time, and so may the statements that mend what the guard finds, and a dump.
_SPARED = "^\\s*(VACUUM|ANALY[SZ]E|CREATE|ALTER|DROP|REINDEX|CLUSTER|REFRESH|COPY|CHECKPOINT)\\M"
#: One that waits for a lock does nothing: whoever holds the lock is at fault. A session that has
#: an advisory lock in its transaction is an upgrade of the schema.
_RUNAWAY = """
    SELECT pid, query_start, usename, application_name,
        extract(epoch FROM clock_timestamp() - query_start)::bigint,
        regexp_replace(left(query, 400), '\\s+', ' ', 'g')
    FROM pg_stat_activity a
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
        AND backend_type = 'client backend' AND wait_event_type IS DISTINCT FROM 'Lock'
        AND clock_timestamp() - query_start > make_interval(secs => ?)
        AND query !~* ?
        AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory')
    ORDER BY query_start"""
#: Only if it still runs the same statement.
_CANCEL = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = ? AND query_start = ?"
_IDLE = """
    SELECT pid, usename, application_name,
        extract(epoch FROM clock_timestamp() - state_change)::bigint
    FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
        AND clock_timestamp() - state_change > make_interval(secs => ?)
    ORDER BY state_change"""
_PREPARED = """
    SELECT gid, owner, extract(epoch FROM now() - prepared)::bigint FROM pg_prepared_xacts
    WHERE database = current_database() AND now() - prepared > interval '1 hour'
    ORDER BY prepared"""
_RIGHTS = """
    SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
        pg_has_role(current_user, 'pg_signal_backend', 'USAGE'), current_user"""


def stop_runaways(sql: Sql, limit_s: float, now: int) -> tuple[list[Stopped], list[Finding]]:
    """Cancel statements that work longer than `limit_s` (0: none); what was stopped at `now` (ms),
    and what this user may not stop."""
    stopped: list[Stopped] = []
    refused: list[Finding] = []
    if not limit_s:
        return stopped, refused
    for pid, since, user, application, ran_s, query in sql(_RUNAWAY, limit_s, _SPARED):
        who = f"{user} ({application})" if application else str(user)
        what = query if len(query) <= TOLD else f"{query[:TOLD]}…"
        text = f"A statement of {who} ran for {ran_s} s: {what}"
        # The same statement of the same user again is the same trouble.
        key = hashlib.sha256(f"{user}|{application}|{query}".encode()).hexdigest()[:12]
        try:
            if sql(_CANCEL, pid, since):
                stopped.append(Stopped(f"runaway:{key}", text, now, now))
        except StoreError as error:
            refused.append(_refused(f"runaway:{key}", text, pid, error))
    return stopped, refused


def findings(sql: Sql) -> Iterator[Finding]:
    """Sessions that hold others up."""
    for pid, user, application, idle_s in sql(_IDLE, IDLE_S):
        who = f"{user} ({application})" if application else str(user)
        yield Finding(
            f"idle:{pid}",
            Priority.MEDIUM,
            f"A transaction of {who} has done nothing for {idle_s} s: it keeps its locks, and dead"
            " rows are not cleaned up.",
            f"SELECT pg_terminate_backend({pid});",
        )
    for gid, owner, age_s in sql(_PREPARED):
        name = gid.replace("'", "''")
        yield Finding(
            f"prepared:{gid}",
            Priority.MEDIUM,
            f"A prepared transaction of {owner} has waited for {age_s // 3600} h: it keeps its"
            " locks, and dead rows are not cleaned up.",
            f"ROLLBACK PREPARED '{name}';",
        )


def notes(sql: Sql) -> Iterator[str]:
    """What this user may not see or do."""
    ((sees, stops, user),) = sql(_RIGHTS)
    lacks = [
        role for role, has in (("pg_read_all_stats", sees), ("pg_signal_backend", stops)) if not has
    ]
    if lacks:
        yield (
            f"{user} sees and stops only its own statements; for those of others: "
            f"GRANT {', '.join(lacks)} TO {user};"
        )


def _refused(key: str, text: str, pid: int, error: StoreError) -> Finding:
    return Finding(
        key,
        Priority.HIGH,
        f"{text}. Meltwatch's user may not stop it ({str(error).partition(': ')[2].strip()}).",
        f"SELECT pg_cancel_backend({pid});",
    )
