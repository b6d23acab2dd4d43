"""The catalogue in SQLite: extruders, signals, products, and every version of the limits."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

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

#: Marks limits that a source delivered; what a person has set is never replaced by them.
SOURCE = "source: "

_IN_FORCE = "SELECT max(version) FROM limit_sets WHERE extruder = ? GROUP BY product"


class SqliteCatalogue:
    """Reads and writes the catalogue's tables; the store opens and ends transactions."""

    def __init__(self, db: sqlite3.Connection, query: Callable[..., list[tuple[Any, ...]]]) -> None:
        self._db, self._all = db, query

    def version(self) -> int:
        """See TelemetryStore.catalogue_version."""
        return int(self._all("SELECT value FROM meta WHERE key = 'catalogue_version'")[0][0])

    def read(self) -> Catalogue:
        """See TelemetryStore.catalogue."""
        extruders = self._all("SELECT id, name FROM extruders WHERE active ORDER BY id")
        products = self._all("SELECT code, name, price_per_kg FROM products ORDER BY code")
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
        before = self._db.total_changes
        yield
        if self._db.total_changes != before:
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'catalogue_version'")

    def put(self, catalogue: Catalogue, source: str, reason: str) -> None:
        """Add or change products, extruders, signals and the limits that no person has set."""
        for product in catalogue.products:
            self._put_product(product)
        for extruder in catalogue.extruders:
            self._put_extruder(extruder, source)
            self._put_signals(extruder)
            self._put_limits(extruder, source, reason)

    def retire_others(self, catalogue: Catalogue, source: str) -> None:
        """Show no longer the extruders of this source that `catalogue` does not name."""
        kept = {extruder.id for extruder in catalogue.extruders}
        for (id_,) in self._all("SELECT id FROM extruders WHERE active AND source = ?", source):
            if id_ not in kept:
                self._db.execute("UPDATE extruders SET active = 0 WHERE id = ?", (id_,))

    def set_limits(
        self, extruder: int, product: int, limits: Mapping[str, Limits], author: str, reason: str
    ) -> None:
        """Append a version of the limits of one extruder and product, if it differs."""
        if self._limits(extruder).get(product) == limits:
            return
        self._db.execute(
            "INSERT INTO limit_sets (ts, extruder, product, author, reason, limits)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                time.time_ns() // 1_000_000,
                extruder,
                product,
                author,
                reason,
                json.dumps(limits_to_dict(limits), sort_keys=True),
            ),
        )

    def _signals(self, extruder: int) -> tuple[Signal, ...]:
        sql = "SELECT definition FROM signals WHERE extruder = ? ORDER BY slot"
        return tuple(signal_from_dict(json.loads(text)) for (text,) in self._all(sql, extruder))

    def _limits(self, extruder: int) -> dict[int, Mapping[str, Limits]]:
        sql = f"SELECT product, limits FROM limit_sets WHERE version IN ({_IN_FORCE})"
        return {code: limits_from_dict(json.loads(text)) for code, text in self._all(sql, extruder)}

    def _put_product(self, product: Product) -> None:
        self._db.execute(
            "INSERT INTO products VALUES (?1, ?2, ?3) ON CONFLICT (code)"
            " DO UPDATE SET name = ?2, price_per_kg = iif(?3 = 0, price_per_kg, ?3)"
            " WHERE name <> ?2 OR ?3 NOT IN (0, price_per_kg)",
            (product.code, product.name, product.price_per_kg),
        )

    def _put_extruder(self, extruder: Extruder, source: str) -> None:
        self._db.execute(
            "INSERT INTO extruders VALUES (?, ?, ?, 1) ON CONFLICT (id)"
            " DO UPDATE SET name = excluded.name, source = excluded.source, active = 1"
            " WHERE (name, source, active) <> (excluded.name, excluded.source, 1)",
            (extruder.id, extruder.name, source),
        )

    def _put_signals(self, extruder: Extruder) -> None:
        known = [signal.name for signal in self._signals(extruder.id)]
        names = [signal.name for signal in extruder.signals]
        if names[: len(known)] != known:
            raise CatalogueConflict(
                f"extruder {extruder.name!r}: its stored signals {known} must stay first and in"
                " order; append new signals, or use another DATABASE_URL for another plant"
            )
        self._db.executemany(
            "INSERT INTO signals VALUES (?, ?, ?, ?, ?) ON CONFLICT (extruder, slot) DO UPDATE"
            " SET unit = excluded.unit, definition = excluded.definition"
            " WHERE definition <> excluded.definition",
            [
                (extruder.id, slot, s.name, s.unit, json.dumps(asdict(s), sort_keys=True))
                for slot, s in enumerate(extruder.signals)
            ],
        )

    def _put_limits(self, extruder: Extruder, source: str, reason: str) -> None:
        by_hand = self._set_by_people(extruder.id)
        for product, limits in extruder.limits.items():
            if product not in by_hand:
                self.set_limits(extruder.id, product, limits, SOURCE + source, reason)

    def _set_by_people(self, extruder: int) -> set[int]:
        """Products whose limits in force were set by a person."""
        sql = f"SELECT product, author FROM limit_sets WHERE version IN ({_IN_FORCE})"
        found = self._all(sql, extruder)
        return {product for product, author in found if not author.startswith(SOURCE)}
