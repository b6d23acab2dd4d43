"""A store of two extruders with malfunctions, their frames and readings: for tests of Compare."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.extruders import Catalogue, Extruder, Product, Signal
from data.history import Questions, open_history
from data.journal import Batch, Frame, open_journal
from data.malfunctions.malfunction import Malfunction, RankedCause, Scrap, Stage
from data.rollups import roll_up
from data.settings import Settings
from data.telemetry import open_store
from data.windows import Row
from tests.raw_sql import sql, url_of
from tests.similar_rows import MINUTE_MS, NAMES, Moves, rows_of

DAY_MS = 86_400_000
#: 2026-02-03 08:00 UTC.
NOW = 1_770_105_600_000


def malfunction(extruder: int, onset: int, **changes: Any) -> Malfunction:
    cause = RankedCause("screen_clogging", "Screen clogging", 0.8, "screen", ())
    about: dict[str, Any] = {
        "id": f"{extruder}-{onset + 60_000}", "extruder": extruder, "detected": onset + 60_000,
        "onset": onset, "onset_early": onset, "product": 1, "ended": onset + 22 * MINUTE_MS,
        "causes": (cause,), "scrap": Scrap(12.5, 16.9, 12.5, hours=0.4, final=True),
    }  # fmt: skip
    return Malfunction(**{**about, **changes})


def resolved(
    one: Malfunction, cause: str = "screen_clogging", action: str = "screen change"
) -> Malfunction:
    return replace(
        one,
        stage=Stage.RESOLVED,
        who="Ben",
        resolved_at=one.ended,
        cause_found=cause,
        action=action,
    )


class SimilarStore:
    """The store at a URL, or in a folder, filled by what a test needs."""

    def __init__(self, where: Path | str) -> None:
        self.url = url_of(where)
        signals = tuple(Signal(name, name, "bar", "All", 0, 300) for name in NAMES)
        lines = tuple(Extruder(number, f"Line {number}", signals) for number in (1, 2))
        with closing(open_store(self.url)) as store:
            store.put_catalogue(Catalogue(1, lines, (Product(1, "HDPE pipe", 1.35),)), "t", "t")

    @property
    def questions(self) -> Questions:
        return open_history(self.url, Settings.from_env({}).shifts)

    def sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        return sql(self.url, statement, *parameters)

    def happened(self, one: Malfunction, moves: Moves, seed: int = 0) -> Malfunction:
        """A malfunction that is over, with its frame."""
        assert one.ended is not None
        rows = rows_of(one.onset, moves, one.extruder, (-30, 52), seed=seed)
        start, end = one.onset - 30 * MINUTE_MS, one.ended + 30 * MINUTE_MS
        self.write(one)
        with closing(open_journal(self.url)) as journal:
            journal.save_frame(Frame(one.id, start, end, 5000, NAMES, rows))
        return one

    def write(self, *malfunctions: Malfunction) -> None:
        with closing(open_journal(self.url)) as journal:
            journal.write(Batch(ts=NOW, malfunctions=malfunctions))

    def read(self, rows: Sequence[Row]) -> None:
        """Readings that are still kept."""
        with closing(open_store(self.url)) as store:
            store.append(list(rows))

    def roll_up(self, rows: Sequence[Row]) -> None:
        """Rollups of readings that are kept, which then are not kept any more."""
        self.read(rows)
        with closing(open_store(self.url)) as store:
            done = min(store.rollup_seqs())
            minutes = roll_up(rows, MINUTE_MS)
            assert store.merge_rollups(minutes, len(rows), done, store.last_seq())
        self.sql("DELETE FROM readings")

    def golden(self, id_: str, extruder: int, start: int, end: int, product: int = 1) -> None:
        self.sql(
            "INSERT INTO annotations VALUES (?, ?, 'Ana', 'golden', ?, '', ?, ?, ?, ?, NULL, '')",
            id_, end, extruder, product, start, end, f"run {id_}",
        )  # fmt: skip
