"""What ingest tells of each of its sources to Redis, for screens and metrics."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec
from redis.asyncio import Redis

from data.redis_errors import translated

#: JSON: a list of SourceState, told by ingest every few seconds; gone soon after it is.
SOURCES = "mw:sources"
#: The kind of the source that is no real one.
SIMULATOR = "simulator"


class Condition(StrEnum):
    """What can be said of a source in one word."""

    STARTING = "starting"
    RECEIVING = "receiving"
    SILENT = "silent"  # connected, but no reading for a while
    LOST = "lost"  # not reached; it is tried again
    FAILED = "failed"  # trying again cannot help: a person must
    ENDED = "ended"


class Rejected(msgspec.Struct, frozen=True):
    """How often something was not taken, why, and the newest example."""

    reason: str
    count: int
    last_ms: int
    sample: str


class Unmapped(msgspec.Struct, frozen=True):
    """An address whose readings go nowhere, and the newest of them."""

    address: str
    label: str
    unit: str
    value: float | None
    ts: int
    count: int


class Finding(msgspec.Struct, frozen=True):
    """A check that marks readings of a signal (empty: all of the extruder) as uncertain, since
    when and why.
    """

    extruder: int
    signal: str
    check: str
    why: str
    since_ms: int


class MappedTo(msgspec.Struct, frozen=True):
    """An address that is mapped, and to what."""

    address: str
    extruder: int
    signal: str
    by_hand: bool = False  # a person did it on the Sources page, and may undo it


class SourceState(msgspec.Struct, frozen=True):
    """One source. Times are ms since the epoch; None: never, or not known.

    `rate` is readings per second over the last RATE_S, `lag_ms` how long after the source's own
    time readings arrived (median and worst 5 %, of the same seconds). `readings` counts since
    ingest began. `detail` says what is connected, or what is wrong.
    """

    name: str
    kind: str
    condition: Condition
    since_ms: int
    detail: str = ""
    address: str = ""  # where it receives from
    rate: float = 0.0
    readings: int = 0
    last_ms: int | None = None
    lag_ms: float | None = None
    lag_p95_ms: float | None = None
    extruders: tuple[int, ...] = ()
    rejects: tuple[Rejected, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    findings: tuple[Finding, ...] = ()
    mapped: tuple[MappedTo, ...] = ()
    waiting_rows: int = 0
    waiting_since_ms: int | None = None
    lost_rows: int = 0
    store: str = ""  # why the store takes nothing; empty while it does
    told_ms: int = 0  # when ingest said all this


def encoded(states: Iterable[SourceState]) -> bytes:
    """As ingest tells them."""
    return msgspec.json.encode(tuple(states))


async def read_sources(client: Redis) -> tuple[SourceState, ...]:
    """All sources of the ingest that runs, in its order. Raises WindowsUnavailable."""
    with translated():
        told = await client.get(SOURCES)
    return () if told is None else msgspec.json.decode(told, type=tuple[SourceState, ...])
