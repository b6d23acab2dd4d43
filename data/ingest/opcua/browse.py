"""The server's address space below a node, browsed breadth first, many nodes in each request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from asyncua import ua

from data.ingest.opcua.session import Session

#: Not followed further than this: address spaces may have circles, and PLCs have many nodes.
MOST_NODES, MOST_DEEP = 100_000, 16
_SKIPPED = {ua.NodeId(ua.ObjectIds.Server), ua.NodeId(ua.ObjectIds.Aliases)}
_CLASSES = ua.NodeClass.Object | ua.NodeClass.Variable


@dataclass
class Branch:
    """A node and what is below it. `name` is its BrowseName, `type` the node of its type."""

    node: ua.NodeId
    name: str
    label: str
    variable: bool
    type: ua.NodeId
    parent: Branch | None = field(default=None, repr=False)
    children: dict[str, Branch] = field(default_factory=dict, repr=False)

    def below(self) -> Iterator[Branch]:
        """All of it, itself last."""
        for child in self.children.values():
            yield from child.below()
        yield self


async def browsed(session: Session, start: ua.NodeId) -> Branch:
    """The tree below `start`; a node that can be reached by several ways is at the shortest."""
    top = Branch(start, "", "", False, ua.NodeId())
    seen, level = {start, *_SKIPPED}, [top]
    for _ in range(MOST_DEEP):
        below: list[Branch] = []
        for at in range(0, len(level), session.most["browse"]):
            part = level[at : at + session.most["browse"]]
            for parent, references in zip(part, await _references(session, part), strict=True):
                below += _children(parent, references, seen)
        level = below
        if not level or len(seen) > MOST_NODES:
            break
    return top


def _children(
    parent: Branch, references: list[ua.ReferenceDescription], seen: set[ua.NodeId]
) -> list[Branch]:
    found = []
    for one in references:
        if one.NodeId in seen:
            continue
        seen.add(one.NodeId)
        name, label = one.BrowseName.Name or "", one.DisplayName.Text or ""
        variable = one.NodeClass == ua.NodeClass.Variable
        child = Branch(one.NodeId, name, label or name, variable, one.TypeDefinition, parent)
        while name in parent.children:  # of another namespace
            name += "'"
        parent.children[name] = child
        found.append(child)
    return found


async def _references(session: Session, part: list[Branch]) -> list[list[ua.ReferenceDescription]]:
    parameters = ua.BrowseParameters()
    parameters.NodesToBrowse = [_description(one.node) for one in part]
    parameters.RequestedMaxReferencesPerNode = 0
    results = await session.client.uaclient.browse(parameters)
    found = [list(one.References or []) for one in results]
    going_on = {n: r.ContinuationPoint for n, r in enumerate(results) if r.ContinuationPoint}
    while going_on:
        more = ua.BrowseNextParameters(False, list(going_on.values()))
        results = await session.client.uaclient.browse_next(more)
        for n, result in zip(list(going_on), results, strict=True):
            found[n] += result.References or []
            going_on[n] = result.ContinuationPoint
        going_on = {n: point for n, point in going_on.items() if point}
    return found


def _description(node: ua.NodeId) -> ua.BrowseDescription:
    return ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=ua.BrowseDirection.Forward,
        ReferenceTypeId=ua.NodeId(ua.ObjectIds.HierarchicalReferences),
        IncludeSubtypes=True,
        NodeClassMask=ua.UInt32(_CLASSES),
        ResultMask=ua.UInt32(ua.BrowseResultMask.All),
    )
