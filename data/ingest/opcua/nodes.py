"""Addresses of nodes: a NodeId as text, by the URI of its namespace or by its index."""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua

from data.errors import MeltwatchError

#: After this an address tells which extruder it is for, where several share a node.
_FOR = " @ "


class UnknownAddress(MeltwatchError):
    """An address is none, or its namespace is not there; the text says which."""


def node_of(address: str, namespaces: Sequence[str]) -> ua.NodeId:
    """The node that `nsu=URI;s=NAME` or `ns=2;s=NAME` names at a server with these namespaces.

    Raises UnknownAddress.
    """
    text, index = address.partition(_FOR)[0], None
    if text.startswith("nsu="):
        uri, _, text = text[4:].partition(";")
        if uri not in namespaces:
            raise UnknownAddress(f"the server has no namespace {uri}")
        index = namespaces.index(uri)
    try:
        node = ua.NodeId.from_string(text)
    except ua.UaError as error:
        told = f"{address!r} is no NodeId such as nsu=http://plant/;s=Name"
        raise UnknownAddress(told) from error
    return node if index is None else ua.NodeId(node.Identifier, index, node.NodeIdType)


def address_of(node: ua.NodeId, namespaces: Sequence[str], shared_by: str = "") -> str:
    """The text that `node_of` reads, by URI: indexes change when a server restarts."""
    text = ua.NodeId(node.Identifier, 0, _plain(node.NodeIdType)).to_string()
    text = text.partition(";")[2] if text.startswith("ns=") else text
    index = node.NamespaceIndex
    named = f"nsu={namespaces[index]};{text}" if 0 < index < len(namespaces) else text
    return f"{named}{_FOR}{shared_by}" if shared_by else named


def _plain(kind: ua.NodeIdType) -> ua.NodeIdType:
    """Short forms are ways of writing, not other nodes."""
    short = {ua.NodeIdType.TwoByte, ua.NodeIdType.FourByte}
    return ua.NodeIdType.Numeric if kind in short else kind
