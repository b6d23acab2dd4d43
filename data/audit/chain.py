"""The chain of the audit journal: each row's hash covers the row and the hash before. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256

#: What the first row follows.
GENESIS = "0" * 64


@dataclass(frozen=True)
class Row:
    """One entry; `ts` in ms, `detail` JSON as text. `previous` and `hash` are hex."""

    seq: int
    ts: int
    actor: str
    event: str
    subject: str
    detail: str
    previous: str
    hash: str = ""


def chained(row: Row) -> Row:
    """The row with its hash: SHA-256 of all other columns as JSON."""
    told = {key: value for key, value in asdict(row).items() if key != "hash"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return Row(**told, hash=sha256(text.encode()).hexdigest())


def first_fault(rows: Iterable[Row], head: tuple[int, str] | None = None) -> str:
    """What is wrong with rows in order of `seq`, "" if they are as they were written.

    `head` is (seq, hash) of a row that was there once, noted elsewhere: only so is it found that
    the newest rows are missing, or that somebody has written all anew.
    """
    before, seen = GENESIS, False
    for number, row in enumerate(rows, 1):
        if row.seq != number:
            return f"row {number} is missing"
        if row.previous != before or chained(row) != row:
            return f"row {number} was changed"
        before = row.hash
        seen = seen or head == (row.seq, row.hash)
    return "" if head is None or seen else f"row {head[0]} is not the one that was noted"
