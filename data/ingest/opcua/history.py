"""What was missed while a server was not reached, from its history where it keeps one."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from data.ingest.opcua.session import Session
from data.ingest.opcua.status import is_bad
from data.ingest.opcua.wire import Sample, sample_of

#: AccessLevel: HistoryRead.
_HISTORY_READ = 0x04
#: Asked for so many values of a node at once, and for so much time: much enough to be quick,
#: little enough that a slice of all nodes is small.
_VALUES, _SLICE_MS = 1_000, 60_000
#: Time without values is passed over faster and faster, up to so much at once.
_LONGEST_MS = 86_400_000
#: Asked again from so long before the newest reading: signals are not in step.
OVERLAP_MS = 5_000
#: The last slice ends so far ahead of our clock, which may be behind the server's.
_AHEAD_MS = 300_000


@dataclass
class Caught:
    """How many values came, and by handle why a node's history could not be read."""

    values: int = 0
    refused: dict[int, str] = field(default_factory=dict)


Take = Callable[[list[Sample]], Awaitable[None]]


class Owed:
    """By address, since when (ms) its history has still to be asked for; outlives the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._since: dict[str, int] = json.loads(path.read_text())
        except (OSError, ValueError):
            self._since = {}

    def since(self, address: str, newest: int) -> int:
        """Since when to ask, if `newest` is the time of the newest reading; 0: never read."""
        owed = self._since.get(address, newest)
        return max(0, min(owed, newest or owed) - OVERLAP_MS)

    def put(self, since: Mapping[str, int]) -> None:
        """Remember that all this is owed from there on; nothing is, where it is empty."""
        self._since = dict(since)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self._since))
        partial.replace(self._path)


async def with_history(session: Session, nodes: list[ua.NodeId]) -> set[ua.NodeId]:
    """Those whose history can be read."""
    levels = await session.read(nodes, ua.AttributeIds.UserAccessLevel)
    return {
        node
        for node, level in zip(nodes, levels, strict=True)
        if level.Value is not None and (level.Value.Value or 0) & _HISTORY_READ
    }


async def catch_up(
    session: Session, since: Mapping[int, tuple[ua.NodeId, int]], until: int, take: Take
) -> Caught:
    """Read by handle (node, since when) up to `until` (ms) and hand it in, a slice of time after
    the other so that readings of one time come together. Raises one of PROBLEMS.
    """
    caught = Caught()
    at, length = min((ms for _, ms in since.values()), default=until), _SLICE_MS
    while at < until:
        end = at + length
        last = end >= until
        asked = {
            handle: node
            for handle, (node, ms) in since.items()
            if ms < end and handle not in caught.refused
        }
        samples: list[Sample] = []
        for part in _parts(asked, session.most["history"]):
            samples += await _read(session, part, (at, end + _AHEAD_MS if last else end), caught)
        samples.sort(key=lambda one: one.ms)
        await take(samples)
        caught.values += len(samples)
        at, length = end, _SLICE_MS if samples else min(2 * length, _LONGEST_MS)
    return caught


def _parts(asked: Mapping[int, ua.NodeId], most: int) -> list[dict[int, ua.NodeId]]:
    items = list(asked.items())
    return [dict(items[at : at + most]) for at in range(0, len(items), most)]


async def _read(
    session: Session, asked: Mapping[int, ua.NodeId], span: tuple[int, int], caught: Caught
) -> list[Sample]:
    found: list[Sample] = []
    points: dict[int, bytes | None] = dict.fromkeys(asked)
    while points:
        request = ua.HistoryReadRequest()
        told = request.Parameters
        told.HistoryReadDetails = ua.ReadRawModifiedDetails(
            IsReadModified=False,
            StartTime=_time(span[0]),
            EndTime=_time(span[1]),
            NumValuesPerNode=_VALUES,
            ReturnBounds=False,
        )
        told.TimestampsToReturn = ua.TimestampsToReturn.Both
        told.NodesToRead = [
            ua.HistoryReadValueId(NodeId=asked[handle], ContinuationPoint=point)
            for handle, point in points.items()
        ]
        response = struct_from_binary(ua.HistoryReadResponse, await session.send(request))
        response.ResponseHeader.ServiceResult.check()
        more: dict[int, bytes | None] = {}
        for handle, result in zip(points, response.Results, strict=True):
            if is_bad(result.StatusCode.value):
                caught.refused[handle] = result.StatusCode.name
                continue
            found += _samples(handle, result)
            if result.ContinuationPoint:
                more[handle] = result.ContinuationPoint
        points = more
    return found


def _samples(handle: int, result: ua.HistoryReadResult) -> list[Sample]:
    values = result.HistoryData.DataValues if isinstance(result.HistoryData, ua.HistoryData) else []
    return [sample_of(handle, one) for one in values or []]


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
