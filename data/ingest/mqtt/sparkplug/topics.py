"""Topics of Sparkplug B: spBv1.0/group/TYPE/edge node[/device]. Pure."""

from __future__ import annotations

from typing import NamedTuple

NAMESPACE = "spBv1.0"
BIRTHS, DATA, DEATHS = ("NBIRTH", "DBIRTH"), ("NDATA", "DDATA"), ("NDEATH", "DDEATH")
_OF_DEVICES = {"DBIRTH", "DDATA", "DDEATH"}


class Sender(NamedTuple):
    """Who a message is from; without a device the edge node itself."""

    group: str
    edge: str
    device: str = ""

    @property
    def node(self) -> Sender:
        """Its edge node."""
        return self._replace(device="")

    def __str__(self) -> str:
        """As in addresses."""
        return "/".join(part for part in self if part)


def parsed(topic: str) -> tuple[str, Sender] | None:
    """Type and sender, None if this is no topic of an edge node or device."""
    match topic.split("/"):
        case [n, group, kind, edge, device] if n == NAMESPACE and kind in _OF_DEVICES and device:
            return kind, Sender(group, edge, device)
        case [n, group, "NBIRTH" | "NDATA" | "NDEATH" as kind, edge] if n == NAMESPACE:
            return kind, Sender(group, edge)
    return None


def filters(group: str) -> list[str]:
    """What to subscribe to for a group, + for all: no commands, neither others' nor our own."""
    return [f"{NAMESPACE}/{group}/{kind}/#" for kind in (*BIRTHS, *DATA, *DEATHS)]


def command(node: Sender) -> str:
    """Where commands to an edge node go."""
    return f"{NAMESPACE}/{node.group}/NCMD/{node.edge}"


def state(host_id: str) -> str:
    """Where a host application says whether it is there."""
    return f"{NAMESPACE}/STATE/{host_id}"
