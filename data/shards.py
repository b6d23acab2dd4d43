"""How extruders are spread over shards: a fixed number of buckets by hash, a range for each shard.

Buckets do not change with the number of shards, so what is kept for each bucket stays right when
a plant goes from two shards to three.
"""

from __future__ import annotations

from dataclasses import dataclass

BUCKETS = 64
#: Buckets of the whole plant.
WHOLE = range(BUCKETS)
#: Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): 2^32 divided by the golden
#: ratio spreads numbers that follow each other, or that go up in tens, evenly.
_FACTOR = 2_654_435_761


def bucket_of(extruder: int) -> int:
    """The bucket of an extruder's number, 0 … BUCKETS - 1."""
    return ((extruder * _FACTOR >> 16) & 0xFFFF) * BUCKETS >> 16


#: The same for a column, in SQL that SQLite and PostgreSQL understand alike.
BUCKET_SQL = f"((((extruder * {_FACTOR}) >> 16) & 65535) * {BUCKETS}) >> 16"


def within(buckets: range) -> str:
    """SQL condition that a row's extruder is in some buckets; empty for the whole plant."""
    if buckets == WHOLE:
        return ""
    return f" AND {BUCKET_SQL} BETWEEN {buckets.start} AND {buckets.stop - 1}"


@dataclass(frozen=True)
class Shard:
    """One of `of` shards (1 … BUCKETS), counted from 0."""

    number: int = 0
    of: int = 1

    @property
    def buckets(self) -> range:
        """Its buckets: as many as every other shard's, or one more."""
        return range(self.number * BUCKETS // self.of, (self.number + 1) * BUCKETS // self.of)

    @property
    def speaks(self) -> bool:
        """Whether this is the one that does what is done once for the whole plant."""
        return self.number == 0

    def has(self, extruder: int) -> bool:
        """Whether an extruder is of this shard."""
        return bucket_of(extruder) in self.buckets


def shards(of: int) -> tuple[Shard, ...]:
    """All shards of a plant."""
    return tuple(Shard(number, of) for number in range(of))


def shard_of(extruder: int, of: int) -> Shard:
    """The shard of an extruder."""
    return Shard(((bucket_of(extruder) + 1) * of - 1) // BUCKETS, of)
