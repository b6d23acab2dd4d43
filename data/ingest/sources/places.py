"""Which extruders and signals a source has, and which address each comes from, in a file.

The order of signals is that of their slots in the store: what was once known keeps its place,
whatever the source or sources.toml say later; what is new comes last. So a source can begin, too,
while neither its server nor the store is there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any

from data.errors import CommandError, MappingError
from data.extruders import (
    Catalogue,
    Extruder,
    Limits,
    Product,
    Signal,
    limits_from_dict,
    limits_to_dict,
    signal_from_dict,
)
from data.ingest.mapped_extruders import MappedExtruder
from data.ingest.sources import Found, FoundSignal
from data.ingest.sources.assembler import Place, Shape


@dataclass
class Mapped:
    """A signal and where it comes from; without an address nothing comes any more."""

    signal: Signal
    address: str = ""
    scale: float = 1.0
    offset: float = 0.0
    by_hand: bool = False


@dataclass
class Known:
    """An extruder as this source knows it."""

    key: str
    id: int
    name: str
    signals: list[Mapped] = field(default_factory=list)
    limits: dict[str, Limits] = field(default_factory=dict)
    product: Product | None = None
    site: str = ""
    line: str = ""

    def extruder(self) -> Extruder:
        """For the catalogue."""
        by_product = {self.product.code if self.product else 0: dict(self.limits)}
        signals = tuple(one.signal for one in self.signals)
        limits = by_product if self.limits else {}
        return Extruder(self.id, self.name, signals, limits, self.site, self.line)

    def slot(self, name: str) -> int | None:
        """Slot of the signal of this name, None if there is none."""
        names = (slot for slot, one in enumerate(self.signals) if one.signal.name == name)
        return next(names, None)

    def put(self, found: FoundSignal, by_hand: bool = False) -> None:
        """Add a signal, or change what it is and where it comes from."""
        mapped = Mapped(found.signal, found.address, found.scale, found.offset, by_hand)
        slot = self.slot(found.signal.name)
        if slot is None:
            self.signals.append(mapped)
        else:
            self.signals[slot] = mapped
        self.limits.pop(found.signal.name, None)
        if found.limits != Limits():
            self.limits[found.signal.name] = found.limits


class Places:
    """One source's extruders. `first_id` is the number of the first one that it declares itself.

    Raises MappingError if the file is damaged. Any thread may call any method.
    """

    def __init__(self, path: Path, first_id: int) -> None:
        self._path, self._first_id, self._lock = path, first_id, RLock()
        self._known = {one.key: one for one in _read(path)}
        self._make()

    def declare(self, mapped: Iterable[MappedExtruder]) -> None:
        """Take over what sources.toml says, also of what was mapped by hand before."""
        mapped = tuple(mapped)
        addresses = {column.name for one in mapped for column in one.columns}
        for before in (signal for known in self._known.values() for signal in known.signals):
            if before.by_hand and before.address in addresses:
                before.address = ""
        for one in mapped:
            extruder, columns = one.extruder, list(one.columns)
            signals = list(extruder.signals)
            known = self._of(str(extruder.id), extruder.id, extruder.name)
            known.product, known.site, known.line = one.product, extruder.site, extruder.line
            if one.product and not known.signals:
                known.signals.append(Mapped(signals[0]))
            for signal, column in zip(signals[-len(columns) :], columns, strict=True):
                limits = extruder.limits_for(one.product.code if one.product else 0)
                there = limits.get(signal.name, Limits())
                known.put(FoundSignal(column.name, signal, there, column.scale, column.offset))
        self._changed()

    def offer(self, found: Iterable[Found]) -> bool:
        """Take over what the source itself declares; whether anything was new."""
        with self._lock:
            before = json.dumps(_plain(self._known.values()))
            for one in found:
                known = self._of(one.key, None, one.name)
                for signal in one.signals:
                    slot = known.slot(signal.signal.name)
                    if slot is None or not known.signals[slot].by_hand:
                        known.put(signal)
            if json.dumps(_plain(self._known.values())) == before:
                return False
            self._changed()
            return True

    def map(
        self, found: FoundSignal, extruder: int | None, name: str, taken: Collection[int] = ()
    ) -> int:
        """Map an address by hand to a signal of an extruder; without one a new one is called
        `name`, and its number is not among `taken`. Returns the number.

        Raises CommandError if the address or the signal is mapped otherwise, or there is no such
        extruder.
        """
        with self._lock:
            self._refuse_mapped(found, extruder)
            known = self._known[self._key(extruder)] if extruder is not None else None
            if known is None:
                number = self._free([*taken, *(one.id for one in self._known.values())])
                known = self._of(str(number), number, name)
            slot = known.slot(found.signal.name)
            if slot is not None and known.signals[slot].address not in ("", found.address):
                told = f"a name that is free: this one comes from {known.signals[slot].address}"
                raise CommandError("name", found.signal.name, told)
            known.put(found, by_hand=True)
            self._changed()
            return known.id

    def unmap(self, address: str) -> int:
        """Release an address that was mapped by hand; its signal keeps its slot. The extruder.

        Raises CommandError for another address: what declares it would map it again.
        """
        with self._lock:
            place = self.get(address)
            if place is None:
                raise CommandError("address", address, "an address that is mapped")
            mapped = self._known[self._key(place.extruder)].signals[place.slot]
            if not mapped.by_hand:
                told = "an address mapped by hand: sources.toml or the source itself says this one"
                raise CommandError("address", address, told)
            mapped.address = ""
            self._changed()
            return place.extruder

    def is_by_hand(self, address: str) -> bool:
        """Whether a person has mapped this address here."""
        return address in self._by_hand

    def _refuse_mapped(self, found: FoundSignal, extruder: int | None) -> None:
        """The same signal again is a correction; to another one it must be released first."""
        place = self.get(found.address)
        if place is None:
            return
        known = self._known[self._key(place.extruder)]
        mapped = known.signals[place.slot]
        if not mapped.by_hand or (place.extruder, mapped.signal.name) != (
            extruder,
            found.signal.name,
        ):
            told = f"one that is not mapped: it is {mapped.signal.name} of {known.name}"
            raise CommandError("address", found.address, told)

    def _key(self, extruder: int) -> str:
        for key, one in self._known.items():
            if one.id == extruder:
                return key
        raise CommandError("extruder", extruder, "the number of an extruder of this source")

    def _free(self, taken: Collection[int]) -> int:
        """The next number of its own that nobody has."""
        first = max((self._first_id - 1, *self._own_ids())) + 1
        return next(number for number in count(first) if number not in taken)

    def get(self, address: str) -> Place | None:
        """Where readings of an address go."""
        return self._places.get(address)

    @property
    def addresses(self) -> tuple[str, ...]:
        """All that are mapped."""
        return tuple(self._places)

    @property
    def shapes(self) -> Mapping[int, Shape]:
        """By extruder."""
        return self._shapes

    @property
    def ids(self) -> tuple[int, ...]:
        """The extruders' numbers."""
        return tuple(self._shapes)

    def catalogue(self) -> Catalogue:
        """The same object until something has changed."""
        return self._catalogue

    def _of(self, key: str, id_: int | None, name: str) -> Known:
        with self._lock:
            known = self._known.get(key)
            if known is None:
                number = id_ or self._free([one.id for one in self._known.values()])
                known = self._known[key] = Known(key, number, name)
            known.name = name
            return known

    def _own_ids(self) -> list[int]:
        return [k.id for k in self._known.values() if k.key != str(k.id)]

    def _changed(self) -> None:
        with self._lock:
            self._make()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial = self._path.with_suffix(".partial")
            with partial.open("w") as file:
                json.dump(_plain(self._known.values()), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)

    def _make(self) -> None:
        """What is asked for each reading, as plain tables that are replaced and never changed."""
        known = [one for one in self._known.values() if one.signals]
        places = [
            (mapped, Place(one.id, slot, mapped.scale, mapped.offset))
            for one in known
            for slot, mapped in enumerate(one.signals)
            if mapped.address
        ]
        # What a person has mapped holds also if the source declares the address later.
        places.sort(key=lambda one: one[0].by_hand)
        self._places = {mapped.address: place for mapped, place in places}
        self._by_hand = {mapped.address for mapped, _ in places if mapped.by_hand}
        self._shapes = {
            one.id: Shape(len(one.signals), one.product.code if one.product else None)
            for one in known
        }
        products = {one.product.code: one.product for one in known if one.product}
        extruders = tuple(one.extruder() for one in known)
        self._catalogue = Catalogue(1, extruders, tuple(products.values()))


def _plain(known: Iterable[Known]) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "id": one.id,
            "name": one.name,
            "site": one.site,
            "line": one.line,
            "product": vars(one.product) if one.product else None,
            "limits": limits_to_dict(one.limits),
            "signals": [{**vars(m), "signal": vars(m.signal)} for m in one.signals],
        }
        for one in known
    ]


def _read(path: Path) -> list[Known]:
    try:
        return [_known(raw) for raw in json.loads(path.read_text())]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        told = f"{path}: cannot be read ({error}): remove it, and the source is found anew"
        raise MappingError(told) from error


def _known(raw: Mapping[str, Any]) -> Known:
    return Known(
        raw["key"],
        raw["id"],
        raw["name"],
        [Mapped(**{**one, "signal": signal_from_dict(one["signal"])}) for one in raw["signals"]],
        limits_from_dict(raw["limits"]),
        Product(**raw["product"]) if raw["product"] else None,
        raw.get("site", ""),
        raw.get("line", ""),
    )
