"""The audit journal in the store of either kind: rows are added, never changed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping

from data.audit.chain import GENESIS, Row, chained
from data.session import Session

_COLUMNS = "seq, ts, actor, event, subject, detail, previous, hash"
_LAST = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
# Nothing is inserted if another process took the number: it waits for that one's end.
_ADD = f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_PAGE = f"SELECT {_COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT 1000"


def append(
    session: Session, actor: str, event: str, subject: str, detail: Mapping[str, str]
) -> Row:
    """Write an entry, inside `transaction` and last in it: others wait for its end.

    `actor` and `subject` are ids of people or tokens, "" for nobody. Raises StoreError.
    """
    text = json.dumps(detail, sort_keys=True)
    while True:
        seq, previous = next(iter(session.all(_LAST)), (0, GENESIS))
        now = int(time.time() * 1000)
        row = chained(Row(seq + 1, now, actor, event, subject, text, previous))
        if session.run(_ADD, *_values(row)):
            return row


def rows(session: Session) -> Iterator[Row]:
    """All entries, oldest first. Raises StoreError."""
    last = 0
    while page := session.all(_PAGE, last):
        yield from (Row(*row) for row in page)
        last = page[-1][0]


def _values(row: Row) -> tuple[object, ...]:
    return (
        row.seq, row.ts, row.actor, row.event, row.subject, row.detail, row.previous, row.hash,
    )  # fmt: skip
