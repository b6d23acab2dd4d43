"""Which requests read a set of addresses: neighbours together, as few as possible. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from data.ingest.sources.modbus.address import Item

#: As many as a response holds.
MOST_REGISTERS, MOST_BITS = 125, 2000
_BITS = {1, 2}


class Request(NamedTuple):
    """Reads `size` registers or bits from `offset` on, and the items among them."""

    unit: int
    function: int
    offset: int
    size: int
    items: tuple[Item, ...]

    def apart(self) -> list[Request]:
        """One request for each item: a device may refuse a range for one hole in it."""
        return [_request([one]) for one in self.items]


def plan(items: Iterable[Item], gap: int, most_registers: int = MOST_REGISTERS) -> list[Request]:
    """Items with at most `gap` registers or bits between them share a request."""

    def place(item: Item) -> tuple[int, int, int, int]:
        return item.unit, item.function, item.offset, item.size

    requests: list[Request] = []
    for (_, function), some in groupby(sorted(items, key=place), lambda one: one[1:3]):
        most = MOST_BITS if function in _BITS else most_registers
        together: list[Item] = []
        end = first = 0
        for item in some:
            reach = max(end, item.offset + item.size)
            if together and (item.offset - end > gap or reach - first > most):
                requests.append(_request(together))
                together = []
            if not together:
                first, reach = item.offset, item.offset + item.size
            together.append(item)
            end = reach
        requests.append(_request(together))
    return requests


def _request(items: Sequence[Item]) -> Request:
    first = items[0]
    end = max(item.offset + item.size for item in items)
    return Request(first.unit, first.function, first.offset, end - first.offset, tuple(items))
