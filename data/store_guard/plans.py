"""Do the product's own statements use indexes? The store explains them; nothing is copied here.

Statements of the history are taken from the questions themselves: each is asked, with a reader
that has the store explain what it is asked, and then reads a few rows so that the question goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from data.alarms.events import Priority
from data.errors import HistoryTooSlow, UnknownExtruder
from data.history import ROW_CAP, Questions, Reader
from data.history.band import band
from data.history.dossier import dossier
from data.history.dossier_readings import readings
from data.history.happenings import happenings
from data.history.malfunctions import Rows, table
from data.history.pareto import paretos
from data.history.playback import window
from data.history.repair import repair
from data.history.selection import DAY_MS, HOUR_MS, Scope
from data.history.shift_report import report
from data.history.trend import Span, trend
from data.settings import is_postgres
from data.shifts import ShiftPlan, ShiftSpan
from data.store_guard import Finding

#: Tables that grow for as long as the plant runs: none of them may be read from end to end.
GROWING = (
    "readings", "minute_rollups", "hour_rollups", "alarm_events", "malfunctions", "frames",
)  # fmt: skip
#: Rows of one statement that a question goes on with.
FEW = 50

_SCAN = re.compile(r"SCAN (\S+)(?: USING (?:COVERING )?INDEX (\S+))?")
_BUILT = re.compile(r"SEARCH (\S+) USING AUTOMATIC")
_NAMED = re.compile(rf"\b({'|'.join(GROWING)})\b(?:\s+(?:AS\s+)?([a-z]\w*))?", re.IGNORECASE)
_WORDS = {"where", "order", "join", "left", "group", "limit", "on", "union", "as", "set", "cross"}


#: A small table is rightly read whole: so only where there is no index for it. Its cost would
#: then look so high that every statement is compiled first.
_WITHOUT_SCANS = (
    "SELECT set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false)"
)

_Question: TypeAlias = "Callable[[Explaining], object]"


@dataclass(frozen=True)
class Plan:
    """How the store would do a statement of `asker`; `read` are growing tables read whole."""

    asker: str
    sql: str
    read: frozenset[str]


class Explaining:
    """A Reader that notes plans, and reads few rows."""

    shifts: ShiftPlan
    schema: str

    def __init__(self, asker: str, postgres: bool) -> None:
        self._asker, self._postgres = asker, postgres
        self.plans: dict[str, Plan] = {}

    def use(self, reader: Reader) -> None:
        """Ask this one."""
        self.shifts, self.schema, self._reader = reader.shifts, reader.schema, reader
        if self._postgres:
            reader.all(_WITHOUT_SCANS)

    def all(self, sql: str, *parameters: object, cap: int = ROW_CAP) -> list[tuple[Any, ...]]:
        """See Reader.all."""
        self.explain(sql, *parameters)
        few = f"SELECT * FROM ({sql}) AS found LIMIT {FEW}"
        return self._reader.all(few, *parameters, cap=cap)

    def explain(self, sql: str, *parameters: object) -> None:
        """Note the plan of a statement."""
        if sql in self.plans:
            return
        if self._postgres:
            ((told,),) = self._reader.all(f"EXPLAIN (FORMAT JSON) {sql}", *parameters)
            read = frozenset(read_by_postgres(told[0]["Plan"]))
        else:
            steps = self._reader.all(f"EXPLAIN QUERY PLAN {sql}", *parameters)
            read = frozenset(read_by_sqlite(sql, (step[-1] for step in steps)))
        self.plans[sql] = Plan(self._asker, sql, read)


def read_by_sqlite(sql: str, steps: Iterable[str]) -> Iterator[str]:
    """Growing tables that the steps of a plan read from end to end."""
    names = {one: one for one in GROWING}
    names |= {
        alias: name.lower()
        for name, alias in _NAMED.findall(sql)
        if alias and alias.lower() not in _WORDS
    }
    for step in steps:
        found = _SCAN.match(step) or _BUILT.match(step)
        if found and found[1] in names:
            yield names[found[1]]


def read_by_postgres(node: dict[str, Any]) -> Iterator[str]:
    """Growing tables that a plan reads from end to end; a day's partition is of the readings."""
    kind, whole = node["Node Type"], str(node.get("Relation Name", ""))
    name = re.sub(r"^(readings)_\d{8}$", r"\1", whole)
    if kind == "Seq Scan" and name in GROWING:
        yield name
    for inner in node.get("Plans", ()):
        yield from read_by_postgres(inner)


def explained(questions: Questions, url: str, now: int) -> list[Plan]:
    """The plans of all statements that are asked often, with parameters of this plant."""
    sample = questions.ask(_sample, now)
    asks = {**_of_worker(sample, url), **_of_pages(sample)}
    return [
        plan
        for asker, question in asks.items()
        for plan in _asked(questions, Explaining(asker, is_postgres(url)), question)
    ]


def findings(plans: Iterable[Plan]) -> list[Finding]:
    """Tables that are read from end to end, and what asks for it."""
    askers: dict[str, list[str]] = {}
    for plan in plans:
        for name in plan.read:
            askers.setdefault(name, []).append(plan.asker)
    return [
        Finding(
            f"scan:{name}",
            Priority.HIGH,
            f"No index is used for {name}: it is read from end to end by"
            f" {', '.join(dict.fromkeys(by))}.",
        )
        for name, by in sorted(askers.items())
    ]


def _asked(questions: Questions, plans: Explaining, question: _Question) -> list[Plan]:
    def ask(reader: Reader) -> None:
        plans.use(reader)
        question(plans)

    # Too slow, or nothing of the kind: what was explained until then counts.
    with suppress(HistoryTooSlow, UnknownExtruder):
        questions.ask(ask)
    return list(plans.plans.values())


@dataclass(frozen=True)
class _Sample:
    """What questions are asked about: the first extruder, the newest malfunction, now (ms)."""

    extruder: int
    signal: str
    malfunction: str
    shift: ShiftSpan
    now: int


def _sample(reader: Reader, now: int) -> _Sample:
    extruder = _first(reader, "SELECT id FROM extruders WHERE active ORDER BY id LIMIT 1", 1)
    signals = "SELECT name FROM signals WHERE extruder = ? ORDER BY slot LIMIT 1"
    return _Sample(
        extruder,
        _first(reader, signals, "", extruder),
        _first(reader, "SELECT id FROM malfunctions ORDER BY onset DESC LIMIT 1", ""),
        reader.shifts.span_at(now),
        now,
    )


def _first(reader: Reader, sql: str, otherwise: Any, *parameters: object) -> Any:
    return next((value for (value,) in reader.all(sql, *parameters)), otherwise)


def _of_worker(sample: _Sample, url: str) -> dict[str, _Question]:
    # Only the chosen driver loads.
    name = "postgres_rows" if is_postgres(url) else "sqlite_rows"
    rows = import_module(f"data.telemetry.{name}")
    hour = sample.extruder, sample.now - HOUR_MS, sample.now

    def question(reader: Explaining) -> None:
        reader.explain(rows.ROWS_SINCE, 0, 1_000)
        reader.explain(rows.ROWS_BETWEEN, *hour)
        reader.explain(rows.LAST_TS, sample.extruder)

    return {"the workers": question}


def _of_pages(sample: _Sample) -> dict[str, _Question]:
    now, extruder = sample.now, sample.extruder
    wish = ((extruder, sample.signal),)
    spans = [Span(now - days, now, 1_000) for days in (HOUR_MS // 6, DAY_MS, 60 * DAY_MS)]
    month = Scope(now - 30 * DAY_MS, now, now)

    def trends(reader: Reader) -> None:
        for span in spans:
            trend(reader, wish, span)

    def malfunctions(reader: Reader) -> None:
        table(reader, month, Rows())
        paretos(reader, month)
        band(reader, month)

    def one(reader: Reader) -> None:
        dossier(reader, sample.malfunction)
        readings(reader, sample.malfunction, (sample.signal,))

    return {
        "playback": lambda reader: window(reader, extruder, now - HOUR_MS // 6, now, 1_000),
        "past alarms": lambda reader: happenings(reader, extruder, now - HOUR_MS, now),
        "trends": trends,
        "malfunctions": malfunctions,
        "the dossier": one,
        "time to repair": lambda reader: repair(reader, month),
        "the shift report": lambda reader: report(reader, sample.shift, now),
    }
