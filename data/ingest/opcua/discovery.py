"""OPC 40084-3 extruders in a server's address space: which there are and what each measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from asyncua import ua

from data.extruders import JOB_STATUS
from data.ingest.opcua.browse import Branch
from data.ingest.opcua.limits import PARTS
from data.ingest.opcua.naming import signal_name

#: Types whose instances, and those of their subtypes, are extruders.
_TYPES = {"ExtruderType", "Extruder_InterfaceType"}
#: What makes an object one, whatever its type: filters, pumps and dies have zones, too.
_SHAPE = {"TemperatureZones", "MainDrive"}
_ACTUAL, _UNITS, _RANGE = "ActualValue", "EngineeringUnits", "EURange"
#: Beginnings of what does not change: name plates.
_FIXED = ("Nominal", "Max", "Min", "Default")


@dataclass
class Measured:
    """A value that an extruder has: its node, and those that tell of it, by BrowseName."""

    name: str
    node: ua.NodeId
    about: dict[str, ua.NodeId] = field(default_factory=dict)
    #: The node of the name that people gave to its zone or device.
    given: ua.NodeId | None = None


@dataclass
class Machine:
    """An extruder; `node` stays the same for ever."""

    node: ua.NodeId
    name: str
    measured: list[Measured]


def machines(top: Branch, extruder_types: Iterable[ua.NodeId]) -> list[Machine]:
    """All extruders below `top`; those of the same name tell what they belong to."""
    types = set(extruder_types)
    found = [one for one in top.below() if not one.variable and _is_extruder(one, types)]
    counts = Counter(one.label for one in found)
    return [Machine(one.node, _name(one, counts), _measured(one)) for one in found]


def is_extruder_type(browse_name: str) -> bool:
    """Whether a type of this BrowseName is that of extruders."""
    return browse_name in _TYPES


def others(top: Branch, found: Iterable[Machine]) -> list[Branch]:
    """Variables of no extruder, for people to map; no properties of others."""
    inside = {one.node for one in found}
    return [one for one in _outside(top, inside) if one.variable and not _is_property(one)]


def _outside(branch: Branch, inside: set[ua.NodeId]) -> Iterator[Branch]:
    if branch.node in inside:
        return
    yield branch
    for child in branch.children.values():
        yield from _outside(child, inside)


def _is_property(branch: Branch) -> bool:
    return bool(branch.type == ua.NodeId(ua.ObjectIds.PropertyType))


def _is_extruder(branch: Branch, types: set[ua.NodeId]) -> bool:
    return branch.type in types or branch.children.keys() >= _SHAPE


def _name(branch: Branch, counts: Counter[str]) -> str:
    if counts[branch.label] < 2:
        return branch.label
    above = branch.parent
    while above and above.parent and above.name in {"MachineModules", "Extruders"}:
        above = above.parent
    return f"{above.label} {branch.label}".strip() if above else branch.label


def _measured(extruder: Branch) -> list[Measured]:
    found: dict[str, Measured] = {}
    for path, branch in _paths(extruder, ()):
        one = _parameter(path, branch) or _plain(path, branch)
        if one:
            found.setdefault(one.name, one)
    job = _job_status(extruder)
    if job:
        found.setdefault(JOB_STATUS, Measured(JOB_STATUS, job.node))
    return list(found.values())


def _paths(branch: Branch, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Branch]]:
    for name, child in branch.children.items():
        yield (*path, name), child
        if not child.variable:
            yield from _paths(child, (*path, name))


def _parameter(path: tuple[str, ...], branch: Branch) -> Measured | None:
    """A MonitoredParameter: an object with its actual value, set value and tolerances."""
    actual = branch.children.get(_ACTUAL)
    if actual is None or branch.variable:
        return None
    about = {name: branch.children[name].node for name in PARTS if name in branch.children}
    return Measured(signal_name(path), actual.node, about | _units(actual), _given(branch))


def _plain(path: tuple[str, ...], branch: Branch) -> Measured | None:
    """An AnalogUnit of its own, such as a controller's output."""
    if not branch.variable or _UNITS not in branch.children or _in_parameter(branch):
        return None
    if branch.name.startswith(_FIXED):
        return None
    return Measured(signal_name(path), branch.node, _units(branch), _given(branch))


def _in_parameter(branch: Branch) -> bool:
    return branch.parent is not None and _ACTUAL in branch.parent.children


def _units(variable: Branch) -> dict[str, ua.NodeId]:
    told = variable.children
    return {name: told[name].node for name in (_UNITS, _RANGE) if name in told}


def _given(branch: Branch) -> ua.NodeId | None:
    """The Name of the zone or device, itself or one above it."""
    for one in (branch, branch.parent):
        if one and (name := one.children.get("Name")) and name.variable:
            return name.node
    return None


def _job_status(extruder: Branch) -> Branch | None:
    """In the extruder, else in what it is a module of, unless that has several jobs."""
    above = extruder.parent
    while above and above.name in {"MachineModules", "Extruders"}:
        above = above.parent
    for place in (extruder, above if above and above.parent else None):
        found = [one for one in place.below() if _is_job(one)] if place else []
        if len(found) == 1:
            return found[0]
    return None


def _is_job(branch: Branch) -> bool:
    return branch.variable and branch.name == JOB_STATUS
