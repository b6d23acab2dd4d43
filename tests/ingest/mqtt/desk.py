"""A desk in the test's hand: what was handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from data.ingest.sources import Found, Reading
from data.windows import Row


class HeldDesk:
    def __init__(self, *addresses: str) -> None:
        self.readings: list[Reading] = []
        self.found: dict[str, Found] = {}
        self.described: dict[str, tuple[str, str]] = {}
        self.rejects: list[tuple[str, str]] = []
        self.mapped, self.is_full = addresses, False

    def connected(self, detail: str = "") -> None:
        pass

    def take(self, readings: Sequence[Reading], kept: Callable[[], None] | None = None) -> None:
        self.readings.extend(readings)
        if kept:
            kept()

    def take_rows(self, rows: Sequence[Row], kept: Callable[[], None] | None = None) -> None:
        raise NotImplementedError

    def offer(self, found: Iterable[Found]) -> None:
        self.found |= {one.key: one for one in found}

    def describe(self, address: str, label: str, unit: str) -> None:
        self.described[address] = (label, unit)

    def reject(self, reason: str, sample: str) -> None:
        self.rejects.append((reason, sample))

    def addresses(self) -> Sequence[str]:
        return self.mapped

    def since(self, address: str) -> int:
        return 0
