"""Paths in decoded JSON: keys and indices in dots, such as data.0.temperature. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def found(node: Any, path: str) -> Any:
    """What is at a path; None if there is nothing."""
    for key in path.split("."):
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node


def samples_at(node: Any, path: str) -> Iterator[Any] | None:
    """The samples of the array at a path, and of arrays within it; `*` in a path is all there.

    None if there is no array.
    """
    arrays = [one for one in _all_at([node], path) if isinstance(one, list)]
    return (sample for array in arrays for sample in _flat(array)) if arrays else None


def _all_at(nodes: list[Any], path: str) -> list[Any]:
    for key in path.split("."):
        if key == "*":
            nodes = [one for node in nodes for one in _children(node)]
        else:
            nodes = [found(node, key) for node in nodes]
    return nodes


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _flat(array: list[Any]) -> Iterator[Any]:
    """Samples are objects, or arrays and numbers without an object among them."""
    for one in array:
        if isinstance(one, list) and any(isinstance(inner, dict | list) for inner in one):
            yield from _flat(one)
        else:
            yield one
