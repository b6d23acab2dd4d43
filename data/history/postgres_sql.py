"""Statements of the history, which are written for SQLite, as PostgreSQL and psycopg want them.

Few things differ: placeholders, JSON, and readings, which are packed bytes there and real[] here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import LiteralString

import numpy as np
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

#: A string literal or quoted name (kept as it is), or a placeholder with its number, if any.
_SIGNS = re.compile(r"""'[^']*'|"[^"]*"|\?(\d*)""")
_PARAMETER = r"%\((p\d+)\)s"
_PACKED = re.compile(rf'substr\("values", {_PARAMETER}, {_PARAMETER}\)')
_JSON = re.compile(r"json_extract\(([\w.]+), '\$\.(\w+)'\)")
_SHIFT = re.compile(r"shift_of\(((?:%\(p\d+\)s|[^()])+)\)")
#: Length of what precedes the elements of a one-dimensional array on the wire.
_HEADER = 20
#: OID of real[].
REALS = 1021


@lru_cache(maxsize=500)
def translated(sql: str, shift: str) -> LiteralString:
    """A statement with named placeholders p1, p2, …; `shift` is that of `shifts_sql.shift_sql`."""
    seen = 0

    def name(sign: re.Match[str]) -> str:
        nonlocal seen
        if not sign[0].startswith("?"):
            return sign[0]
        seen = int(sign[1] or seen + 1)
        return f"%(p{seen})s"

    made = _SIGNS.sub(name, sql.replace("%", "%%"))
    # Bytes from the one numbered p1 (4 of a slot, from 1 on) are elements.
    made = _PACKED.sub(r'"values"[(%(\1)s - 1) / 4 + 1 : (%(\1)s - 1 + %(\2)s) / 4]', made)
    made = _JSON.sub(r"(\1::json ->> '\2')", made)
    # Rows of a table have no number here that stays; malfunctions have an id.
    made = made.replace("m.rowid", "m.id")
    # Statements are constants of this package; values are always parameters.
    return _SHIFT.sub(lambda call: shift.replace("{ts}", call[1]), made)


class PackedReals(Loader):
    """real[] as packed little-endian float32, bit for bit, as the readings' columns in SQLite."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        """The elements; there are no NULLs among them (NaN stands for no value)."""
        # Each element is its length (4 bytes) and its value, both big-endian.
        return np.frombuffer(bytes(data)[_HEADER:], ">u4")[1::2].astype("<u4").tobytes()
