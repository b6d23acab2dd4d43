"""A catalogue with what the refresh derives from it once: shapes of rings, cards."""

from __future__ import annotations

from collections.abc import Iterable

from data.attention import CardMaker
from data.extruders import Catalogue, Extruder
from data.settings import Settings
from data.windows import Header, RingSpec, Row


class PlantView:
    """A catalogue with what is derived from it once: specs, cards."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self.catalogue = catalogue
        self.extruders: dict[int, Extruder] = {e.id: e for e in catalogue.extruders}
        self.cards = {e.id: CardMaker(e, catalogue) for e in catalogue.extruders}
        self._settings = settings

    def specs(self, extruder: int) -> tuple[RingSpec, RingSpec]:
        """Shapes of the live and the coarse ring of an extruder."""
        signals = len(self.extruders[extruder].signals)
        return self._settings.ring_spec(signals), self._settings.spark_spec(signals)

    def fits(self, extruder: int, header: Header, spark: Header) -> bool:
        """True if rings in Redis have the shape that the catalogue asks for."""
        return (header.spec, spark.spec) == self.specs(extruder)

    def coarse(
        self, spec: RingSpec, rows: Iterable[Row], steps: dict[int, Row]
    ) -> tuple[list[Row], dict[int, Row]]:
        """The rows and live steps that begin a coarse step; steps under coarse numbers."""
        every = self._settings.spark_step_s * 1000 // spec.step_ms
        kept = [row for row in rows if spec.step_of(row.ts) % every == 0]
        return kept, {step // every: row for step, row in steps.items() if step % every == 0}
