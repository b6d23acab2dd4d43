"""A catalogue with what the refresh derives from it once: shapes of rings, cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from data.attention import CardMaker
from data.extruders import Catalogue, Extruder
from data.settings import Settings
from data.shards import Shard
from data.window_cache import DAY, LIVE, SPARK
from data.windows import Header, RingSpec, Row


@dataclass(frozen=True)
class CoarseRing:
    """A ring of some signals that keeps the first live step of each of its own steps."""

    kind: str
    spec: RingSpec
    slots: tuple[int, ...]
    every: int

    def rows(self, live: RingSpec, rows: Iterable[Row]) -> list[Row]:
        """The rows that belong in this ring, cut to its signals."""
        return [self._cut(row) for row in rows if live.step_of(row.ts) % self.every == 0]

    def steps(self, steps: Mapping[int, Row]) -> dict[int, Row]:
        """Of live steps those that belong in this ring, under its own numbers."""
        kept = {step: row for step, row in steps.items() if step % self.every == 0}
        return {step // self.every: self._cut(row) for step, row in kept.items()}

    def _cut(self, row: Row) -> Row:
        usable = [slot for slot in self.slots if slot < len(row.values)]
        return replace(row, values=row.values[usable], quality=row.quality[usable])


class PlantView:
    """A catalogue with what is derived from it once: shapes of rings, cards."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self.catalogue = catalogue
        self.extruders: dict[int, Extruder] = {e.id: e for e in catalogue.extruders}
        self.cards = {e.id: CardMaker(e, catalogue) for e in catalogue.extruders}
        self._settings = settings
        self._coarse = {e.id: self._coarse_of(e) for e in catalogue.extruders}

    def live(self, extruder: int) -> RingSpec:
        """Shape of an extruder's live ring."""
        return self._settings.ring_spec(len(self.extruders[extruder].signals))

    def coarse(self, extruder: int) -> tuple[CoarseRing, ...]:
        """An extruder's coarse rings: its gauge signals over the window, and over a day."""
        return self._coarse[extruder]

    def fits(self, extruder: int, headers: Mapping[str, Header]) -> bool:
        """True if rings in Redis have the shapes that the catalogue asks for."""
        wanted = {LIVE: self.live(extruder)}
        wanted |= {ring.kind: ring.spec for ring in self.coarse(extruder)}
        return all(headers[kind].spec == spec for kind, spec in wanted.items())

    def _coarse_of(self, extruder: Extruder) -> tuple[CoarseRing, ...]:
        slots = extruder.gauges or (0,)
        specs = {
            SPARK: self._settings.spark_spec(len(slots)),
            DAY: self._settings.day_spec(len(slots)),
        }
        return tuple(
            CoarseRing(kind, spec, slots, spec.step_ms // self._settings.step_ms)
            for kind, spec in specs.items()
        )


def part_of(catalogue: Catalogue, shard: Shard) -> Catalogue:
    """A catalogue with the extruders of one shard."""
    mine = tuple(one for one in catalogue.extruders if shard.has(one.id))
    return replace(catalogue, extruders=mine)
