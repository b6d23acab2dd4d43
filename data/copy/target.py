"""The PostgreSQL database that is copied to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg.errors import UniqueViolation

from data.copy.tables import READINGS, RowTuple, Table
from data.errors import CopyRefused, StoreError
from data.postgres.session import PostgresSession
from data.settings import is_postgres
from data.telemetry import postgres_rows, sqlite_rows
from data.telemetry.postgres_partitions import make

#: Held by whoever copies: two at once would stand in each other's way.
_COPY_LOCK = 0x6D77_0002
_COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, NULL), coalesce(a.attnum = ANY (i.indkey), false)
    FROM pg_attribute a
    LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
    WHERE a.attrelid = ?::regclass AND a.attnum > 0"""
_SEQUENCES = """
    SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE attidentity <> '' AND c.relkind = 'r'
        AND attrelid::regclass::text = ANY (?) AND attname <> ALL (?)"""
_SET_SEQUENCE = """
    SELECT setval(pg_get_serial_sequence('{0}', '{1}'), greatest(?::bigint, max({1}), 1))
    FROM {0}"""
_LOCK_SEQ = "SELECT seq FROM reading_seq FOR UPDATE"
_DELETE_READINGS = """
    DELETE FROM readings r USING unnest(?::bigint[], ?::bigint[]) AS k (extruder, ts)
    WHERE r.extruder = k.extruder AND r.ts = k.ts AND r.ts BETWEEN ? AND ?"""


class Target:
    """Writes rows, and reads them back as a Source gives them."""

    def __init__(self, url: str) -> None:
        if not is_postgres(url):
            raise CopyRefused("the target is no PostgreSQL database: postgresql://user@host/name")
        self._session = PostgresSession(url)
        self.all("SET statement_timeout = 0")
        self.all("SET application_name = 'meltwatch copy'")
        if not self.all("SELECT pg_try_advisory_lock(?)", _COPY_LOCK)[0][0]:
            self.close()
            raise CopyRefused("another copy into this database is running: wait until it ends")
        self.seq = int(self.all("SELECT seq FROM reading_seq")[0][0])

    def all(self, sql: str, *parameters: object) -> list[RowTuple]:
        """All rows that a statement finds. Raises StoreError."""
        return self._session.all(sql, *parameters)

    def table(self, name: str, columns: tuple[str, ...]) -> Table:
        """A table that has these columns in the source."""
        found = {column: (type_, is_key) for column, type_, is_key in self.all(_COLUMNS, name)}
        key = tuple(column for column in columns if found[column][1])
        return Table(name, columns, tuple(found[column][0] for column in columns), key)

    def rows(self, table: Table, where: str) -> Iterator[RowTuple]:
        """Rows in any order. Raises StoreError."""
        columns, types = table.quoted, table.types
        if table.name == READINGS:
            columns, types = postgres_rows.COLUMNS, ("bigint", "bigint", "bigint", "bytea", "bytea")
        sql = f"COPY (SELECT {columns} FROM {table.name} WHERE {where}) TO STDOUT (FORMAT BINARY)"
        found = self._session.stream(sql, types)
        return map(_packed, found) if table.name == READINGS else found

    def append(self, rows: Sequence[RowTuple]) -> None:
        """Readings in order of seq, all after `seq`, which is then the last of them."""
        try:
            self._append(rows, ())
        except StoreError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise
            # Corrected since the copy before: the old reading goes.
            self._append(rows, rows)

    def _append(self, rows: Sequence[RowTuple], old: Sequence[RowTuple]) -> None:
        with self._session.transaction():
            self._ensure_alone()
            self._replace_readings(rows, old)
            self._session.run("UPDATE reading_seq SET seq = ?", rows[-1][0])
        self.seq = rows[-1][0]

    def put(self, table: Table, new: Sequence[RowTuple], changed: Sequence[RowTuple]) -> None:
        """Rows that are not there, and rows that are there with other values."""
        with self._session.transaction():
            if table.name == READINGS:
                self._replace_readings([*new, *changed], changed)
                return
            sql = f"COPY {table.name} ({table.quoted}) FROM STDIN (FORMAT BINARY)"
            self._session.copy_rows(sql, table.types, new)
            self._session.many(_upsert(table), changed)

    def delete(self, table: Table, keys: Sequence[RowTuple]) -> None:
        """Rows that the source no longer has."""
        with self._session.transaction():
            where = " AND ".join(f'"{column}" = ?' for column in table.key)
            self._session.many(f"DELETE FROM {table.name} WHERE {where}", keys)

    def finish(self, last_seq: int, sequences: dict[str, int]) -> None:
        """What the store will give out next follows what the source gave; and statistics."""
        with self._session.transaction():
            self._ensure_alone()
            self._session.run("UPDATE reading_seq SET seq = ?", last_seq)
        self.seq = last_seq
        for table, column in self.all(_SEQUENCES, list(sequences), ["seq"]):
            self.all(_SET_SEQUENCE.format(table, column), sequences[table])
        self.all("ANALYZE")

    def close(self) -> None:
        """Release the connection and the lock."""
        self._session.close()

    def _ensure_alone(self) -> None:
        if self.all(_LOCK_SEQ) != [(self.seq,)]:
            raise CopyRefused(
                "somebody else writes readings to the target: stop its ingest, then start again"
            )

    def _replace_readings(self, rows: Sequence[RowTuple], old: Sequence[RowTuple]) -> None:
        times = [row[2] for row in rows]
        make(self._session, times)
        if old:
            extruders = [row[1] for row in rows]
            self._session.run(_DELETE_READINGS, extruders, times, min(times), max(times))
        blob = postgres_rows.pack(sqlite_rows.unpack(*row) for row in rows)
        self._session.copy(postgres_rows.COPY, blob)


def _upsert(table: Table) -> str:
    values = ", ".join(f'"{c}" = excluded."{c}"' for c in table.columns if c not in table.key)
    marks = ", ".join("?" * len(table.columns))
    return (
        f"INSERT INTO {table.name} ({table.quoted}) VALUES ({marks})"
        f" ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {values}"
    )


def _packed(row: RowTuple) -> RowTuple:
    """A reading as SQLite has it."""
    read: Any = postgres_rows.unpack(*row)
    quality = row[4] if row[4] and row[4].strip(b"\0") else None
    return (*row[:3], read.values.tobytes(), quality)
