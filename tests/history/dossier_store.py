"""A store with one extruder, one malfunction and what belongs to it, for tests of the dossier."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.commands import Command, command_from_dict
from data.extruders import Catalogue, Extruder, Limits, Product, Signal
from data.history import Questions, open_history
from data.journal import Batch, Frame, open_journal
from data.malfunctions.malfunction import Evidence, Malfunction, RankedCause, Scrap
from data.quality import Quality
from data.rollups import RECORD
from data.settings import Settings
from data.telemetry import open_store
from data.windows import Row
from tests.raw_sql import sql, sql_many, url_of

PRESSURE = "MeltPressureZone_001.Pressure.ActualValue"
MELT = "MeltTemperatureZone_001.Temperature.ActualValue"
ZONE_2 = "TemperatureZone_002.Temperature.ActualValue"
SIGNALS = (
    Signal(PRESSURE, "Melt pressure", "bar", "Melt", 0, 350, 0),
    Signal(MELT, "Melt temperature", "°C", "Melt", 160, 260),
    Signal(ZONE_2, "Zone 2", "°C", "Barrel", 120, 260),
)
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
#: 2026-02-03 08:00 UTC.
ONSET = 1_770_105_600_000
ID = f"3-{ONSET + 240_000}"


def malfunction(**changes: Any) -> Malfunction:
    evidence = (
        Evidence("Melt pressure 241 bar, 31 over its usual 210", True),
        Evidence("Zone 2 188.0 °C, 2.0 under its usual 190.0", True),
        Evidence("Melt temperature 210.0 °C, 0.1 over its usual 209.9", False),
    )
    cause = RankedCause("screen_clogging", "Screen clogging", 0.8, "screen ΔP", evidence)
    about = {
        "id": ID, "extruder": 3, "detected": ONSET + 240_000, "onset": ONSET,
        "onset_early": ONSET - 120_000, "product": 1, "ended": ONSET + HOUR_MS,
        "causes": (cause,), "scrap": Scrap(12.5, 16.9, 10.0, 2.5, 0.0, 0.8, True),
    }  # fmt: skip
    return Malfunction(**{**about, **changes})


class PlantStore:
    """The store at a URL, or in a folder, filled by what a test needs."""

    def __init__(self, where: Path | str, price: float = 1.35) -> None:
        self.url = url_of(where)
        one = Extruder(3, "Line 3", SIGNALS, {0: {PRESSURE: Limits(h=240.0, hh=270.0)}})
        with closing(open_store(self.url)) as store:
            store.put_catalogue(Catalogue(1, (one,), (Product(1, "HDPE pipe", price),)), "t", "t")
        self.sql("UPDATE limit_sets SET ts = ?", ONSET - 30 * 86_400_000)

    @property
    def questions(self) -> Questions:
        return open_history(self.url, Settings.from_env({}).shifts)

    def sql(self, statement: str, *parameters: object) -> None:
        sql(self.url, statement, *parameters)

    def write(self, *malfunctions: Malfunction, events: tuple[AlarmEvent, ...] = ()) -> None:
        with closing(open_journal(self.url)) as journal:
            journal.write(Batch(ts=ONSET, malfunctions=malfunctions, events=events))

    def act(self, ts: int, **fields: Any) -> None:
        """A command on the malfunction that a tick has applied."""
        command: Command = command_from_dict(
            {"id": f"c{ts}", "who": "Ana", "malfunction": ID, **fields}, ts
        )
        with closing(open_journal(self.url)) as journal:
            journal.record_command(command)
            journal.write(Batch(ts=ts, applied_commands=[command.id]))

    def save_frame(self, rows: list[Row], step_ms: int = 1000, signals: int = 3) -> None:
        names = tuple(signal.name for signal in SIGNALS[:signals])
        start, end = ONSET - 30 * MINUTE_MS, ONSET + HOUR_MS + 30 * MINUTE_MS
        with closing(open_journal(self.url)) as journal:
            journal.save_frame(Frame(ID, start, end, step_ms, names, rows))

    def append(self, rows: list[Row]) -> None:
        with closing(open_store(self.url)) as store:
            store.append(rows)

    def roll_up(self, table: str, start: int, count: int, step: int, value: float) -> None:
        record = np.zeros(len(SIGNALS), RECORD)
        record["min"], record["max"], record["mean"] = value - 1, value + 1, value
        record["count"] = 60
        rows = [(start + step * n, record.tobytes()) for n in range(count)]
        sql_many(self.url, f"INSERT INTO {table} VALUES (3, ?, ?)", rows)

    def set_limits(self, ts: int, pressure: Limits, who: str = "Ben", product: int = 0) -> None:
        with closing(open_store(self.url)) as store:
            store.set_limits(3, product, {PRESSURE: pressure}, who, "a new screen")
        self.sql(
            "UPDATE limit_sets SET ts = ? WHERE version = (SELECT max(version) FROM limit_sets)", ts
        )


def row(ts: int, *values: float, quality: int = Quality.GOOD) -> Row:
    numbers = np.array(values, np.float32)
    return Row(ts, 3, numbers, np.full(len(numbers), quality, np.uint8))


def seconds(start: int, end: int, *values: float, step: int = 1000) -> list[Row]:
    """The same readings, `step` ms apart."""
    return [row(ts, *values) for ts in range(start, end, step)]


def alarm(ts: int, kind: Kind = Kind.ACTIVE, **changes: Any) -> AlarmEvent:
    key = AlarmKey(3, PRESSURE, Condition.H)
    about = {
        "ts": ts, "key": key, "kind": kind, "state": State.UNACKNOWLEDGED,
        "priority": Priority.HIGH, "value": 241.0, "limit": 240.0,
    }  # fmt: skip
    return AlarmEvent(**{**about, **changes})
