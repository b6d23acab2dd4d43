"""The catalogue in PostgreSQL: extruders, signals, products, and every version of the limits."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from data.errors import CatalogueConflict
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
from data.telemetry.postgres_session import Session

#: Marks limits that a source delivered; what a person has set is never replaced by them.
SOURCE = "source: "

_IN_FORCE = "SELECT max(version) FROM limit_sets WHERE extruder = ? GROUP BY product"
_PUT_PRODUCT = """
    INSERT INTO products AS p VALUES (?, ?, ?) ON CONFLICT (code) DO UPDATE SET
        name = excluded.name,
        price_per_kg = CASE excluded.price_per_kg WHEN 0 THEN p.price_per_kg
                            ELSE excluded.price_per_kg END
    WHERE p.name <> excluded.name OR excluded.price_per_kg NOT IN (0, p.price_per_kg)"""
_PUT_EXTRUDER = """
    INSERT INTO extruders AS e VALUES (?, ?, ?, true) ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, source = excluded.source, active = true
    WHERE (e.name, e.source, e.active) <> (excluded.name, excluded.source, true)"""
_PUT_SIGNAL = """
    INSERT INTO signals AS s VALUES (?, ?, ?, ?, ?) ON CONFLICT (extruder, slot) DO UPDATE SET
        unit = excluded.unit, definition = excluded.definition
    WHERE s.definition <> excluded.definition"""
_PUT_LIMITS = (
    "INSERT INTO limit_sets (ts, extruder, product, author, reason, limits)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)


class PostgresCatalogue:
    """Reads and writes the catalogue's tables; the store opens and ends transactions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def version(self) -> int:
        """See TelemetryStore.catalogue_version."""
        sql = "SELECT value FROM meta WHERE key = 'catalogue_version'"
        return int(self._session.all(sql)[0][0])

    def read(self) -> Catalogue:
        """See TelemetryStore.catalogue."""
        session = self._session
        extruders = session.all("SELECT id, name FROM extruders WHERE active ORDER BY id")
        products = session.all("SELECT code, name, price_per_kg FROM products ORDER BY code")
        return Catalogue(
            version=self.version(),
            extruders=tuple(
                Extruder(id_, name, self._signals(id_), self._limits(id_))
                for id_, name in extruders
            ),
            products=tuple(Product(*product) for product in products),
        )

    @contextmanager
    def change(self) -> Iterator[None]:
        """Raises the version if anything was changed meanwhile."""
        before = self._session.changes
        yield
        if self._session.changes != before:
            self._session.run("UPDATE meta SET value = value + 1 WHERE key = 'catalogue_version'")

    def put(self, catalogue: Catalogue, source: str, reason: str) -> None:
        """Add or change products, extruders, signals and the limits that no person has set."""
        for one in catalogue.products:
            self._session.run(_PUT_PRODUCT, one.code, one.name, float(one.price_per_kg))
        for extruder in catalogue.extruders:
            self._session.run(_PUT_EXTRUDER, extruder.id, extruder.name, source)
            self._put_signals(extruder)
            self._put_limits(extruder, source, reason)

    def retire_others(self, catalogue: Catalogue, source: str) -> None:
        """Show no longer the extruders of this source that `catalogue` does not name."""
        kept = [extruder.id for extruder in catalogue.extruders]
        self._session.run(
            "UPDATE extruders SET active = false"
            " WHERE active AND source = ? AND id <> ALL (?::bigint[])",
            source,
            kept,
        )

    def set_limits(
        self, extruder: int, product: int, limits: Mapping[str, Limits], author: str, reason: str
    ) -> None:
        """Append a version of the limits of one extruder and product, if it differs."""
        if self._limits(extruder).get(product) == limits:
            return
        now = time.time_ns() // 1_000_000
        text = json.dumps(limits_to_dict(limits), sort_keys=True)
        self._session.run(_PUT_LIMITS, now, extruder, product, author, reason, text)

    def _signals(self, extruder: int) -> tuple[Signal, ...]:
        sql = "SELECT definition FROM signals WHERE extruder = ? ORDER BY slot"
        found = self._session.all(sql, extruder)
        return tuple(signal_from_dict(json.loads(text)) for (text,) in found)

    def _limits(self, extruder: int) -> dict[int, Mapping[str, Limits]]:
        sql = f"SELECT product, limits FROM limit_sets WHERE version IN ({_IN_FORCE})"
        found = self._session.all(sql, extruder)
        return {code: limits_from_dict(json.loads(text)) for code, text in found}

    def _put_signals(self, extruder: Extruder) -> None:
        known = [signal.name for signal in self._signals(extruder.id)]
        names = [signal.name for signal in extruder.signals]
        if names[: len(known)] != known:
            raise CatalogueConflict(
                f"extruder {extruder.name!r}: its stored signals {known} must stay first and in"
                " order; append new signals, or use another DATABASE_URL for another plant"
            )
        rows = [
            (extruder.id, slot, s.name, s.unit, json.dumps(asdict(s), sort_keys=True))
            for slot, s in enumerate(extruder.signals)
        ]
        self._session.many(_PUT_SIGNAL, rows)

    def _put_limits(self, extruder: Extruder, source: str, reason: str) -> None:
        by_hand = self._set_by_people(extruder.id)
        for product, limits in extruder.limits.items():
            if product not in by_hand:
                self.set_limits(extruder.id, product, limits, SOURCE + source, reason)

    def _set_by_people(self, extruder: int) -> set[int]:
        """Products whose limits in force were set by a person."""
        sql = f"SELECT product, author FROM limit_sets WHERE version IN ({_IN_FORCE})"
        found = self._session.all(sql, extruder)
        return {product for product, author in found if not author.startswith(SOURCE)}
