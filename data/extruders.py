"""What a plant has: extruders, their signals with units and limits, products. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

#: Signals of these names carry a state code, not a measurement.
JOB_STATUS = "JobStatus"
PRODUCT = "Product"

#: Codes of the signal JobStatus (OPC 40083 JobStatusEnumeration names that DOMAIN.md uses).
NO_JOB, START_UP_ACTIVE, JOB_IN_PRODUCTION = 0, 1, 2
JOB_STATUS_NAMES = {
    NO_JOB: "NO_JOB",
    START_UP_ACTIVE: "START_UP_ACTIVE",
    JOB_IN_PRODUCTION: "JOB_IN_PRODUCTION",
}


@dataclass(frozen=True)
class Signal:
    """One monitored parameter of an extruder.

    `name` follows OPC 40084-3 and is unique within the extruder; `unit` is the text that screens
    show (UNECE or UCUM symbol); `low` and `high` bound the scale of gauges and charts in that
    unit; `gauge` ranks the few signals shown first (1 = most important, 0 = none);
    `states` names the codes of a state signal, empty for a measurement.
    """

    name: str
    label: str
    unit: str
    group: str
    low: float
    high: float
    decimals: int = 1
    gauge: int = 0
    states: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """Set value and ISA-18.2 limits of one signal for one product, in the signal's unit.

    `deadband` is in that unit too, delays and `re_alarm_s` in seconds; where they are None the
    defaults of data.alarms.definitions hold.
    """

    set_value: float | None = None
    ll: float | None = None
    l: float | None = None  # noqa: E741  the standard's own letter
    h: float | None = None
    hh: float | None = None
    deadband: float | None = None
    on_delay_s: float | None = None
    off_delay_s: float | None = None
    latching: bool | None = None
    re_alarm_s: float | None = None


@dataclass(frozen=True)
class Product:
    """A product by code (the value of the signal Product); 0 is a price that nobody has told."""

    code: int
    name: str
    price_per_kg: float = 0.0


@dataclass(frozen=True)
class Extruder:
    """An extruder: the position of a signal in `signals` is its slot in every packed row.

    Slots are never reused or reordered: new signals are appended. `limits` maps a product code
    (0: any product) to limits by signal name. `site` and `line` say where it stands, empty if
    nobody has told it: see data.scopes.
    """

    id: int
    name: str
    signals: tuple[Signal, ...]
    limits: Mapping[int, Mapping[str, Limits]] = field(default_factory=dict)
    site: str = ""
    line: str = ""

    def slot(self, name: str) -> int | None:
        """Slot of the signal called `name`, or None."""
        for index, signal in enumerate(self.signals):
            if signal.name == name:
                return index
        return None

    def signal(self, name: str) -> Signal | None:
        """The signal called `name`, or None."""
        slot = self.slot(name)
        return None if slot is None else self.signals[slot]

    def limits_for(self, product: int) -> Mapping[str, Limits]:
        """Limits in force for a product code, falling back to those for any product."""
        return self.limits.get(product) or self.limits.get(0) or {}

    @property
    def gauges(self) -> tuple[int, ...]:
        """Slots of the gauge signals, most important first."""
        ranked = [(s.gauge, slot) for slot, s in enumerate(self.signals) if s.gauge]
        return tuple(slot for _, slot in sorted(ranked))


@dataclass(frozen=True)
class Catalogue:
    """All that is configured of a plant. `version` grows with every change."""

    version: int
    extruders: tuple[Extruder, ...]
    products: tuple[Product, ...] = ()

    def extruder(self, extruder_id: int) -> Extruder | None:
        """The extruder with this number, or None."""
        return next((e for e in self.extruders if e.id == extruder_id), None)

    def extruder_name(self, extruder_id: int) -> str:
        """Name of an extruder, also of one that has left the catalogue."""
        extruder = self.extruder(extruder_id)
        return extruder.name if extruder else f"Extruder {extruder_id}"

    def signal(self, extruder_id: int, name: str) -> Signal | None:
        """The signal of an extruder that is called `name`, or None."""
        extruder = self.extruder(extruder_id)
        return extruder.signal(name) if extruder else None

    def product_name(self, code: int) -> str:
        """Name of a product code; empty for none."""
        return next((p.name for p in self.products if p.code == code), "")


def signal_from_dict(raw: Mapping[str, Any]) -> Signal:
    """Inverse of `dataclasses.asdict` for a Signal that went through JSON."""
    states = {int(code): name for code, name in (raw.get("states") or {}).items()}
    return Signal(**{**raw, "states": states})


def limits_to_dict(limits: Mapping[str, Limits]) -> dict[str, dict[str, Any]]:
    """Limits by signal name as plain JSON values, without the unset ones."""
    return {name: what_is_set(one) for name, one in limits.items()}


def what_is_set(limits: Limits) -> dict[str, Any]:
    """One signal's limits as plain JSON values, without the unset ones."""
    return {key: value for key, value in vars(limits).items() if value is not None}


def limits_from_dict(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Limits]:
    """Inverse of `limits_to_dict`."""
    return {name: Limits(**one) for name, one in raw.items()}


def catalogue_to_dict(catalogue: Catalogue) -> dict[str, Any]:
    """The catalogue as plain JSON values, for Redis and for the browser."""
    return {
        "version": catalogue.version,
        "products": [asdict(p) for p in catalogue.products],
        "extruders": [extruder_to_dict(e) for e in catalogue.extruders],
    }


def catalogue_from_dict(raw: Mapping[str, Any]) -> Catalogue:
    """Inverse of `catalogue_to_dict`."""
    return Catalogue(
        version=raw["version"],
        extruders=tuple(_extruder_from_dict(e) for e in raw["extruders"]),
        products=tuple(Product(**p) for p in raw["products"]),
    )


def extruder_to_dict(extruder: Extruder) -> dict[str, Any]:
    """One extruder of `catalogue_to_dict`."""
    return {
        "id": extruder.id,
        "name": extruder.name,
        "signals": [vars(s) for s in extruder.signals],  # asdict would copy: five times slower
        "limits": {str(code): limits_to_dict(one) for code, one in extruder.limits.items()},
        "site": extruder.site,
        "line": extruder.line,
    }


def _extruder_from_dict(raw: Mapping[str, Any]) -> Extruder:
    return Extruder(
        id=raw["id"],
        name=raw["name"],
        signals=tuple(signal_from_dict(s) for s in raw["signals"]),
        limits={int(code): limits_from_dict(one) for code, one in raw["limits"].items()},
        # Absent in what a Meltwatch of before has left in Redis.
        site=raw.get("site", ""),
        line=raw.get("line", ""),
    )
