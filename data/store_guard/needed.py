"""Which indexes the store needs: recorded from a new store of each kind, compared with one. Pure.

The record is made by `python -m tests.store_guard.record` and held against a new store by a
test. It is read, and not made anew for each check, since that would create tables in the
plant's database, with rights that its user may not have.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from importlib.resources import files

from data.alarms.events import Priority
from data.store_guard import Finding

SQLITE, POSTGRES = "sqlite", "postgres"


@dataclass(frozen=True, order=True)
class Index:
    """An index as the store tells it.

    `on` is the rest of its definition: columns and condition. `constraint` is that of a
    PostgreSQL table which keeps it, such as "PRIMARY KEY (id)", else empty.
    """

    table: str
    name: str
    on: str
    unique: bool
    constraint: str = ""

    def does(self, needed: Index) -> bool:
        """True if it does what the needed one is there for, whatever its name."""
        alike = (self.table, self.on) == (needed.table, needed.on)
        return alike and (self.unique or not needed.unique)


def needed(kind: str) -> list[Index]:
    """The indexes of a store of a kind, in order."""
    text = files("data.store_guard").joinpath(f"needed_{kind}.json").read_text("utf-8")
    return [Index(**one) for one in json.loads(text)]


def record_of(indexes: Iterable[Index]) -> str:
    """The record that `needed` reads."""
    lines = [json.dumps(asdict(index)) for index in sorted(indexes)]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def absent(needed: Iterable[Index], there: Collection[Index]) -> list[Index]:
    """Those that no index of the store stands for."""
    return [one for one in needed if not any(other.does(one) for other in there)]


def missing(index: Index, mend: str) -> Finding:
    """What to say of an index that is not there."""
    what = index.constraint.partition(" (")[0] or ("UNIQUE index" if index.unique else "index")
    of = f"{index.table} {index.on.removeprefix('btree ')}"
    text = f"The {what} {index.name} of {of} is missing: reads get slow."
    if index.unique:
        text = f"{text[:-1]}, and rows can come twice."
    return Finding(f"index:{index.table}.{index.name}", Priority.CRITICAL, text, mend)
