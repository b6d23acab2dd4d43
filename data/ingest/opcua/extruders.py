"""What a server says of its extruders, as Meltwatch's: units, ranges, names and limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from data.extruders import JOB_STATUS, Limits
from data.ingest.opcua.browse import Branch, browsed
from data.ingest.opcua.discovery import Machine, Measured, is_extruder_type, machines, others
from data.ingest.opcua.limits import PARTS, limits_of
from data.ingest.opcua.naming import Shown, signal_of
from data.ingest.opcua.nodes import address_of, node_of
from data.ingest.opcua.session import Session
from data.ingest.opcua.units import Unit, unit_of
from data.ingest.sources import Found, FoundSignal


@dataclass
class Told:
    """A signal with what its limits are made of; `parts` are values by PARTS, kept up to date."""

    address: str
    measured: Measured
    signal: Any
    unit: Unit
    parts: dict[str, float] = field(default_factory=dict)

    def found(self) -> FoundSignal:
        """As the desk takes it."""
        limits = (
            limits_of(self.parts, self.unit.scale, self.unit.offset) if self.parts else Limits()
        )
        return FoundSignal(self.address, self.signal, limits, self.unit.scale, self.unit.offset)


@dataclass
class Extruders:
    """All that was found: signals by extruder (key, name), and variables of none."""

    told: list[tuple[str, str, list[Told]]]
    others: list[Branch]

    def found(self) -> list[Found]:
        """As the desk takes them."""
        return [Found(key, name, [one.found() for one in told]) for key, name, told in self.told]

    def signals(self) -> list[Told]:
        """Of all extruders."""
        return [one for _, _, told in self.told for one in told]


async def discovered(session: Session, browse_from: str) -> Extruders:
    """Browse and read the server. Raises one of PROBLEMS, UnknownAddress."""
    objects = ua.NodeId(ua.ObjectIds.ObjectsFolder)
    start = node_of(browse_from, session.namespaces) if browse_from else objects
    top = await browsed(session, start)
    found = machines(top, await _extruder_types(session, top))
    values = await _values(session, found)
    shared: set[ua.NodeId] = set()
    told = []
    for machine in found:
        key = address_of(machine.node, session.namespaces)
        signals = [_told(session, key, one, values, shared) for one in machine.measured]
        told.append((key, machine.name, signals))
    return Extruders(told, others(top, found))


async def _extruder_types(session: Session, top: Branch) -> set[ua.NodeId]:
    """Of the types that occur, those that are an extruder's, or a subtype of one."""
    types = list({one.type for one in top.below() if not one.variable and one.type.Identifier})
    found: set[ua.NodeId] = set()
    asked = {one: one for one in types}
    for _ in range(5):  # vendors' types below vendors' types
        nodes = list(set(asked.values()))
        names = dict(zip(nodes, await _names(session, nodes), strict=True))
        found |= {one for one, now in asked.items() if is_extruder_type(names[now])}
        above = await _supertypes(session, nodes)
        asked = {one: above[now] for one, now in asked.items() if now in above}
        if not asked:
            break
    return found


async def _names(session: Session, nodes: list[ua.NodeId]) -> list[str]:
    values = await session.read(nodes, ua.AttributeIds.BrowseName)
    return [one.Value.Value.Name if one.Value and one.Value.Value else "" for one in values]


async def _supertypes(session: Session, nodes: list[ua.NodeId]) -> dict[ua.NodeId, ua.NodeId]:
    found: dict[ua.NodeId, ua.NodeId] = {}
    for at in range(0, len(nodes), session.most["browse"]):
        part = nodes[at : at + session.most["browse"]]
        parameters = ua.BrowseParameters()
        parameters.NodesToBrowse = [_upward(one) for one in part]
        results = await session.client.uaclient.browse(parameters)
        for node, result in zip(part, results, strict=True):
            if result.References:
                found[node] = result.References[0].NodeId
    return found


def _upward(node: ua.NodeId) -> ua.BrowseDescription:
    return ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=ua.BrowseDirection.Inverse,
        ReferenceTypeId=ua.NodeId(ua.ObjectIds.HasSubtype),
        IncludeSubtypes=True,
        NodeClassMask=ua.UInt32(0),
        ResultMask=ua.UInt32(ua.BrowseResultMask.All),
    )


async def _values(session: Session, found: list[Machine]) -> dict[ua.NodeId, Any]:
    """What all nodes that tell of signals say, by node; without those that say nothing."""
    measured = [one for machine in found for one in machine.measured]
    nodes = {node for one in measured for node in [*one.about.values(), one.given] if node}
    listed = list(nodes)
    values = await session.read(listed)
    return {
        node: one.Value.Value
        for node, one in zip(listed, values, strict=True)
        if one.Value is not None and one.Value.Value is not None and _is_good(one)
    }


def _is_good(value: ua.DataValue) -> bool:
    return value.StatusCode is None or bool(value.StatusCode.is_good())


def _told(
    session: Session,
    key: str,
    one: Measured,
    values: Mapping[ua.NodeId | None, Any],
    shared: set[ua.NodeId],
) -> Told:
    units = values.get(one.about.get("EngineeringUnits"))
    unit = Unit("")
    if isinstance(units, ua.EUInformation):
        unit = unit_of(units.UnitId, units.DisplayName.Text or "")
    low, high = _range(values.get(one.about.get("EURange")), unit)
    signal = signal_of(one.name, Shown(unit.text, low, high, _text(values.get(one.given))))
    parts = {name: values[one.about[name]] for name in PARTS if one.about.get(name) in values}
    numbers = {name: float(v) for name, v in parts.items() if isinstance(v, int | float)}
    address = address_of(one.node, session.namespaces, key if one.node in shared else "")
    shared.add(one.node)
    return Told(address, one, signal, unit if one.name != JOB_STATUS else Unit(""), numbers)


def _range(value: Any, unit: Unit) -> tuple[float | None, float | None]:
    if not isinstance(value, ua.Range):
        return None, None
    low, high = (float(one) * unit.scale + unit.offset for one in (value.Low, value.High))
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (None, None)


def _text(value: Any) -> str:
    text = value.Text if isinstance(value, ua.LocalizedText) else value
    return text.strip()[:60] if isinstance(text, str) else ""
