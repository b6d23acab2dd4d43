"""A store with a few extruders in which a test says what each minute of a shift was."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.commands import command_from_dict
from data.extruders import JOB_IN_PRODUCTION, Catalogue, Extruder, Product, Signal
from data.history import open_history
from data.history.shift_report import ShiftReport, report
from data.journal import Batch, Notification, open_journal
from data.malfunctions.malfunction import Malfunction, RankedCause, Scrap
from data.rollups import RECORD
from data.shifts import ShiftPlan, ShiftSpan
from data.telemetry import open_store
from data.windows import Row
from tests.raw_sql import sql, sql_many, url_of

BERLIN = ZoneInfo("Europe/Berlin")
PLAN = ShiftPlan.parse("Early 06:00, Late 14:00, Night 22:00", BERLIN)
MINUTE = 60_000
HOUR = 60 * MINUTE

_JOB = Signal("JobStatus", "Job", "", "State", 0, 2, 0)
_PRODUCT = Signal("Product", "Product", "", "State", 0, 9, 0)
_KG = Signal("Throughput", "Throughput", "kg/h", "Output", 0, 600, 0)
_LOAD = Signal("MainDrive.Load", "Motor load", "%", "Drive", 0, 120)
#: Extruder 3 has no throughput, 4 no job state, as recordings may have none.
CATALOGUE = Catalogue(
    0,
    (
        Extruder(1, "Line A", (_LOAD, _JOB, _PRODUCT, _KG)),
        Extruder(2, "Line B", (_LOAD, _JOB, _PRODUCT, _KG)),
        Extruder(3, "Line C", (_LOAD, _JOB, _PRODUCT)),
        Extruder(4, "Line D", (_LOAD,)),
    ),
    (Product(3, "HDPE pipe", 1.5), Product(8, "=PP+pipe")),
)


def ms(local: str, zone: ZoneInfo = BERLIN) -> int:
    """A time of the plant's clock, "2026-11-24 06:00"."""
    return round(datetime.fromisoformat(local).replace(tzinfo=zone).timestamp() * 1000)


class ShiftPlant:
    """The store, and shorthands to write into it."""

    def __init__(self, where: Path | str, catalogue: Catalogue = CATALOGUE) -> None:
        self.url = url_of(where)
        self._slots = {e.id: [s.name for s in e.signals] for e in catalogue.extruders}
        with closing(open_store(self.url)) as store:
            store.put_catalogue(catalogue, "test", "test", complete=True)

    def minutes(
        self, extruder: int, start: int, count: int, job: float = JOB_IN_PRODUCTION,
        kg_per_h: float | None = 300.0, product: float = 3, table: str = "minute_rollups",
    ) -> None:  # fmt: skip
        """`count` minutes (or hours) of steady readings from `start` (ms) on."""
        values = {
            "JobStatus": job,
            "Product": product,
            "Throughput": kg_per_h,
            "MainDrive.Load": 70,
        }
        row = np.zeros(len(self._slots[extruder]), RECORD)
        for slot, name in enumerate(self._slots[extruder]):
            value = values[name]
            known = np.nan if value is None else value
            row[slot] = (known, known, known, 0 if value is None else 60, 0)
        step = MINUTE if table == "minute_rollups" else HOUR
        rows = [(extruder, start + n * step, row.tobytes()) for n in range(count)]
        sql_many(self.url, f"INSERT INTO {table} VALUES (?, ?, ?)", rows)

    def reading(self, extruder: int, ts: int) -> None:
        """A reading that is in no rollup yet; everything before it is."""
        values = np.zeros(len(self._slots[extruder]), np.float32)
        quality = np.zeros(len(values), np.uint8)
        self.rolled_up()
        with closing(open_store(self.url)) as store:
            store.append([Row(ts, extruder, values, quality)])

    def rolled_up(self) -> None:
        """Say that every reading is in the rollups."""
        sql(
            self.url,
            "UPDATE rollup_progress SET seq = (SELECT coalesce(max(seq), 0) FROM readings)",
        )

    def malfunction(
        self, extruder: int, onset: int, ended: int | None, kg: float = 10.0, **fields: object
    ) -> Malfunction:
        """A clogged screen."""
        cause = RankedCause("screen_clogging", "Screen clogging", 0.8, "screen ΔP", ())
        given = {"product": 3, "scrap": Scrap(kg=kg, money=kg * 1.5), **fields}
        one = Malfunction(
            f"{extruder}-{onset + MINUTE}", extruder, onset + MINUTE, onset, onset, ended=ended,
            causes=(cause,), **given,
        )  # type: ignore[arg-type]  # fmt: skip
        self._write(Batch(onset + MINUTE, malfunctions=[one]))
        return one

    def note(self, malfunction: Malfunction, ts: int, text: str) -> None:
        """Somebody acknowledges it with a comment."""
        raw = {
            "id": f"note-{ts}", "action": "acknowledge_malfunction", "who": "Ana",
            "malfunction": malfunction.id, "comment": text,
        }  # fmt: skip
        with closing(open_journal(self.url)) as journal:
            command = command_from_dict(raw, ts)
            journal.record_command(command)
            journal.write(Batch(ts, applied_commands=[command.id]))

    def alarm(
        self, extruder: int, ts: int, kind: Kind = Kind.ACTIVE,
        state: State = State.UNACKNOWLEDGED, priority: Priority = Priority.HIGH, who: str = "",
    ) -> None:  # fmt: skip
        """An event of the alarm of the motor load."""
        key = AlarmKey(extruder, "MainDrive.Load", Condition.HH)
        event = AlarmEvent(
            ts, key, kind, state, priority, 101.0, 100.0, who=who, comment="known" if who else ""
        )
        self._write(Batch(ts, events=[event]))

    def annotate(self, extruder: int, ts: int, text: str, removed: int | None = None) -> None:
        """A note of a person."""
        row = (f"note-{ts}", ts, "Ben", "note", extruder, "", 0, ts, ts, text, removed, "")
        sql(self.url, f"INSERT INTO annotations VALUES ({', '.join('?' * 12)})", *row)

    def queue(self, notification: Notification, now: int) -> None:
        """Something else to be told."""
        self._write(Batch(now, notifications=[notification]))

    def report(self, local: str, now: str = "2027-01-01 00:00") -> ShiftReport:
        """The report of the shift that runs at a time of the plant's clock."""
        return self.report_of(PLAN.span_at(ms(local)), ms(now))

    def report_of(self, shift: ShiftSpan, now: int) -> ShiftReport:
        return open_history(self.url, PLAN).ask(report, shift, now)

    def _write(self, batch: Batch) -> None:
        with closing(open_journal(self.url)) as journal:
            journal.write(batch)
