"""The catalogue in a store: extruders, signals, products, and every version of the limits."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from typing import NamedTuple

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
from data.session import Session

#: Marks limits that a source delivered; what a person has set is never replaced by them.
SOURCE = "source: "

_ALL_IN_FORCE = (
    "SELECT extruder, product, author, limits FROM limit_sets WHERE version IN"
    " (SELECT max(version) FROM limit_sets GROUP BY extruder, product)"
)
_PUT_PRODUCT = """
    INSERT INTO products AS p VALUES (?, ?, ?) ON CONFLICT (code) DO UPDATE SET
        name = excluded.name,
        price_per_kg = CASE excluded.price_per_kg WHEN 0 THEN p.price_per_kg
                            ELSE excluded.price_per_kg END
    WHERE p.name <> excluded.name OR excluded.price_per_kg NOT IN (0, p.price_per_kg)"""
_PUT_EXTRUDER = """
    INSERT INTO extruders AS e (id, name, source, active, site, line)
    VALUES (?, ?, ?, true, ?, ?) ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, source = excluded.source, active = true,
        site = excluded.site, line = excluded.line
    WHERE (e.name, e.source, e.active, e.site, e.line)
        <> (excluded.name, excluded.source, true, excluded.site, excluded.line)"""
_PUT_SIGNAL = """
    INSERT INTO signals AS s VALUES (?, ?, ?, ?, ?) ON CONFLICT (extruder, slot) DO UPDATE SET
        unit = excluded.unit, definition = excluded.definition
    WHERE s.definition <> excluded.definition"""
_PUT_LIMITS = (
    "INSERT INTO limit_sets (ts, extruder, product, author, reason, limits)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)


class InForce(NamedTuple):
    """Limits of one extruder and product, and who set them."""

    author: str
    limits: Mapping[str, Limits]


class StoredCatalogue:
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
        version, signals, limits = self.version(), self._all_signals(), self._in_force()
        extruders = session.all(
            "SELECT id, name, site, line FROM extruders WHERE active ORDER BY id"
        )
        products = session.all("SELECT code, name, price_per_kg FROM products ORDER BY code")
        return Catalogue(
            version,
            tuple(
                Extruder(
                    id_,
                    name,
                    tuple(signals.get(id_, ())),
                    {product: one.limits for product, one in limits.get(id_, {}).items()},
                    site,
                    line,
                )
                for id_, name, site, line in extruders
            ),
            tuple(Product(*product) for product in products),
        )

    def _all_signals(self) -> dict[int, list[Signal]]:
        """By extruder, in order of slot. Many have the same, which are made once."""
        made = lru_cache(maxsize=None)(_signal)
        signals: dict[int, list[Signal]] = {}
        sql = "SELECT extruder, definition FROM signals ORDER BY extruder, slot"
        for extruder, text in self._session.all(sql):
            signals.setdefault(extruder, []).append(made(text))
        return signals

    def _in_force(self) -> dict[int, dict[int, InForce]]:
        """Limits in force by extruder and product."""
        made = lru_cache(maxsize=None)(_limits)
        found: dict[int, dict[int, InForce]] = {}
        for extruder, product, author, text in self._session.all(_ALL_IN_FORCE):
            found.setdefault(extruder, {})[product] = InForce(author, made(text))
        return found

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
        signals, limits = self._all_signals(), self._in_force()
        for extruder in catalogue.extruders:
            place = extruder.site, extruder.line
            self._session.run(_PUT_EXTRUDER, extruder.id, extruder.name, source, *place)
            self._put_signals(extruder, signals.get(extruder.id, []))
            self._put_limits(extruder, limits.get(extruder.id, {}), source, reason)

    def retire_others(self, catalogue: Catalogue, source: str) -> None:
        """Show no longer the extruders of this source that `catalogue` does not name."""
        kept = {extruder.id for extruder in catalogue.extruders}
        sql = "SELECT id FROM extruders WHERE active AND source = ?"
        gone = [(id_,) for (id_,) in self._session.all(sql, source) if id_ not in kept]
        self._session.many("UPDATE extruders SET active = false WHERE id = ?", gone)

    def set_limits(
        self, extruder: int, product: int, limits: Mapping[str, Limits], author: str, reason: str
    ) -> None:
        """Append a version of the limits of one extruder and product, if it differs."""
        found = self._in_force().get(extruder, {}).get(product)
        if found is None or found.limits != limits:
            self._append_limits(extruder, product, limits, author, reason)

    def _append_limits(
        self, extruder: int, product: int, limits: Mapping[str, Limits], author: str, reason: str
    ) -> None:
        now = time.time_ns() // 1_000_000
        text = json.dumps(limits_to_dict(limits), sort_keys=True)
        self._session.run(_PUT_LIMITS, now, extruder, product, author, reason, text)

    def _put_signals(self, extruder: Extruder, before: Sequence[Signal]) -> None:
        known = [signal.name for signal in before]
        names = [signal.name for signal in extruder.signals]
        if names[: len(known)] != known:
            raise CatalogueConflict(
                f"extruder {extruder.name!r}: its stored signals {known} must stay first and in"
                " order; append new signals, or use another DATABASE_URL for another plant"
            )
        rows = [
            (extruder.id, slot, s.name, s.unit, json.dumps(asdict(s), sort_keys=True))
            for slot, s in enumerate(extruder.signals)
            if slot >= len(before) or s != before[slot]
        ]
        self._session.many(_PUT_SIGNAL, rows)

    def _put_limits(
        self, extruder: Extruder, before: Mapping[int, InForce], source: str, reason: str
    ) -> None:
        for product, limits in extruder.limits.items():
            known = before.get(product)
            if known is None or (known.author.startswith(SOURCE) and known.limits != limits):
                author = SOURCE + source
                self._append_limits(extruder.id, product, limits, author, reason)


def _signal(text: str) -> Signal:
    return signal_from_dict(json.loads(text))


def _limits(text: str) -> Mapping[str, Limits]:
    return limits_from_dict(json.loads(text))
