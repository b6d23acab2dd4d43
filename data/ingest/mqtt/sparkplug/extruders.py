"""Extruders in births: who has metrics that are named after OPC 40084-3 is one by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from data.ingest.mqtt.sparkplug.known_signals import (
    Told,
    found_signal,
    in_order,
    known_name,
    unit_of,
)
from data.ingest.mqtt.sparkplug.nodes import Known, Member
from data.ingest.sources import Desk, Found, FoundSignal

#: With fewer of an extruder's signals it is something else, such as a weighing feeder.
FEWEST = 3


def declare(member: Member, names: dict[str, str], desk: Desk) -> None:
    """Offer the extruders in a birth, and describe its other metrics to be mapped by hand.

    `names` holds by name the key of whom it belongs to.
    """
    found, others = _sorted(member)
    for prefix, signals in found.items():
        key = "/".join(part for part in (str(member.sender), prefix) if part)
        desk.offer([Found(key, _name(member, prefix, key, names), in_order(signals))])
    for known in others:
        label = known.born.name.replace("/", " ").replace("_", " ")
        desk.describe(known.address, label, unit_of(known.born.unit))


def _sorted(member: Member) -> tuple[dict[str, dict[str, FoundSignal]], list[Known]]:
    """Signals of extruders, by what stands before them, and all else."""
    found: dict[str, dict[str, FoundSignal]] = defaultdict(dict)
    knowns = [known for known in member.by_name.values() if known.born.is_numeric]
    for known in knowns:
        if split := known_name(known.born.name):
            told = Told(known.born.unit, known.born.low, known.born.high)
            found[split[0]][split[1]] = found_signal(known.address, split[1], told)
    found = {prefix: signals for prefix, signals in found.items() if len(signals) >= FEWEST}
    return found, _not_in(knowns, found)


def _not_in(knowns: list[Known], found: dict[str, dict[str, FoundSignal]]) -> list[Known]:
    taken = {signal.address for signals in found.values() for signal in signals.values()}
    return [known for known in knowns if known.address not in taken]


def _name(member: Member, prefix: str, key: str, names: dict[str, str]) -> str:
    """Device Extruder_3 is called Extruder 3; with its edge node, if another one is."""
    sender = member.sender
    name = _spaced([sender.device or sender.edge, prefix])
    if names.setdefault(name, key) != key:
        name = _spaced([sender.group, sender.edge, sender.device, prefix])
    return name


def _spaced(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part).replace("_", " ").replace("/", " ")
