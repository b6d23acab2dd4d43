"""The monitor of a plant: every reading once, one second of all extruders at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from data.alarms.conditions import ORDER, LimitConditions, active_edges
from data.alarms.definitions import bound_of
from data.alarms.events import AlarmKey, Condition
from data.alarms.states import Actor
from data.commands import ON_ALARMS, ON_MALFUNCTIONS, Action, Command
from data.detection.detectors import Detectors
from data.extruders import Catalogue, Limits
from data.malfunctions.malfunction import (
    Malfunction,
    Stage,
    acknowledged,
    as_people_left_it,
    malfunction_from_dict,
    malfunction_to_dict,
)
from data.malfunctions.scrap import Price
from data.malfunctions.tracker import Tracker
from data.monitor.alarm_book import AlarmBook
from data.monitor.findings import Findings, Terms
from data.monitor.packing import pack, unpack
from data.monitor.predictions import Prediction, predict
from data.monitor.silence import Silence
from data.stateful import Flags, prefixed, state_of
from data.windows import Row, Values, fit

#: Ended and resolved malfunctions stay on the live screens for so long.
RECENT_MS = 24 * 3_600_000
#: A cause that changes later than this is news: perhaps a second malfunction joins the first.
SETTLED_MS = 5 * 60_000
#: Blocks (10 s) between two looks at what is on its way to a limit, per extruder.
PREDICT_EVERY = 6


class Monitor:
    """Alarms, detectors and malfunctions of one catalogue. Times are ms since the epoch."""

    def __init__(self, catalogue: Catalogue, terms: Terms) -> None:
        self.catalogue, self.terms = catalogue, terms
        self._extruders = catalogue.extruders
        self._row = {extruder.id: row for row, extruder in enumerate(self._extruders)}
        self._signals = max((len(e.signals) for e in self._extruders), default=1)
        self.found = Detectors(self._extruders, self._signals)
        self._conditions = LimitConditions(self._extruders, self._signals)
        prices = {p.code: Price(p.price_per_kg, terms.regrind) for p in catalogue.products}
        self._tracker = Tracker(terms.residence_s, lambda code: prices.get(code, Price()))
        self.book = AlarmBook({e.id: e for e in self._extruders}, self.limits_of)
        self.malfunctions: dict[str, Malfunction] = {}
        self.predictions: dict[int, tuple[Prediction, ...]] = {}
        #: Malfunctions whose frame is kept.
        self.framed: set[str] = set()
        count = len(self._extruders)
        self._heard, self._silence = np.zeros(count, np.int64), Silence(count)
        self._frozen = np.zeros((count, self._signals), bool)
        self._changed: dict[str, Malfunction] = {}
        self._obeyed: list[str] = []
        self.late = 0  # readings that came after their second was judged

    def take(self, rows: Iterable[Row]) -> None:
        """Take in rows of any extruders. A second of an extruder that was judged before is not
        judged again: a late reading corrects windows, it does not rewrite what was told."""
        seconds: dict[int, list[Row]] = {}
        for row in rows:
            if row.extruder in self._row:
                seconds.setdefault(row.ts // 1000 * 1000, []).append(row)
        for second in sorted(seconds):
            new = [r for r in seconds[second] if second > self._heard[self._row[r.extruder]]]
            self.late += len(seconds[second]) - len(new)
            if new:
                self._step(second, new)

    def tick(self, now: int) -> None:
        """What time alone does: silence, shelving that ends, alarms told again."""
        for row, silent in self._silence.look(now):
            self.book.turn(AlarmKey(self._extruders[row].id, "", Condition.SILENT), silent, now)
        self.book.tick(now)

    def obey(self, command: Command, now: int) -> None:
        """Do what a person asked for. Asking for what cannot be done changes nothing."""
        self._obeyed.append(command.id)
        if command.action in ON_ALARMS:
            self.book.obey(command, now)
            if command.action is Action.ACKNOWLEDGE:
                self._acknowledge_malfunctions(command, now)
        elif command.action in ON_MALFUNCTIONS and command.malfunction in self.malfunctions:
            self._work_on(self.malfunctions[command.malfunction], command, now)

    def findings(self) -> Findings:
        """What is new since the last call."""
        changes = self.book.take_changes()
        there = self.book.alarms
        found = Findings(
            events=tuple(changes.events),
            alarms=tuple(there[key] for key in sorted(changes.touched) if key in there),
            rested=tuple(key for key in sorted(changes.touched) if key not in there),
            malfunctions=tuple(self._changed.values()),
            obeyed=tuple(self._obeyed),
        )
        self._changed, self._obeyed = {}, []
        return found

    def limits_of(self, extruder: int) -> Mapping[str, Limits]:
        """Limits in force on an extruder for what it makes now, by signal name."""
        row = self._row[extruder]
        return self._extruders[row].limits_for(int(self.found.now.product[row]))

    def state(self, slow: bool) -> bytes:
        """What changes every second, or what changes once a block (10 s)."""
        arrays = prefixed("found", self.found.state(slow))
        if slow:
            return pack(arrays, {"extruders": [e.id for e in self._extruders]})
        arrays |= prefixed("limits", self._conditions.state())
        arrays |= prefixed("silence", self._silence.state())
        arrays |= {"heard": self._heard, "frozen": self._frozen}
        return pack(arrays, self._document())

    def restore(self, fast: bytes | None, slow: bytes | None) -> bool:
        """Go on from both states. False, and nothing changed but what people did and alarms
        that stand, if they are missing, unreadable or of another plant."""
        try:
            arrays, document = unpack(fast or b"")
            more, about = unpack(slow or b"")
            self._restore_document(document)
        except (ValueError, KeyError, TypeError):  # of another version
            return False
        if about["extruders"] != [e.id for e in self._extruders]:
            return False
        return self._restore_arrays({**arrays, **more}, document)

    def warm(self, rows: Iterable[Row]) -> None:
        """Let detectors and timers see readings whose alarms were told before."""
        book, tracker, kept = self.book, self._tracker, self.malfunctions
        self.book = AlarmBook({e.id: e for e in self._extruders}, self.limits_of)
        self._tracker, self.malfunctions = Tracker(0, lambda _code: Price()), {}
        self.take(rows)
        self.book, self._tracker, self.malfunctions = book, tracker, kept
        self._changed = {}

    def stand(
        self, alarms: Iterable[Mapping[str, Any]], malfunctions: Iterable[Malfunction], now: int
    ) -> None:
        """What the journal holds is what was told; what has changed since is told now."""
        producing = self.found.producing
        idle = [e.id for row, e in enumerate(self._extruders) if not producing[row]]
        self.book.restore(alarms, idle)
        known = {one.id: one for one in malfunctions if one.extruder in self._row}
        self.malfunctions |= known
        for one in known.values():
            self._tracker.adopt(self._row[one.extruder], one)
        rows = range(len(self._extruders))
        holding = {key for row in rows for key, _slot in self._holding(row)}
        gone = [key for key in self.book.alarms if key.condition in ORDER and key not in holding]
        for key in sorted(holding):
            self.book.turn(key, True, now)
        for key in gone:
            self.book.turn(key, False, now)

    def _step(self, ts: int, rows: Sequence[Row]) -> None:
        shape = (len(self._extruders), self._signals)
        values = np.full(shape, np.nan, np.float32)
        quality = np.full(shape, 255, np.uint8)
        present = np.zeros(shape[0], bool)
        for row in rows:
            at = self._row[row.extruder]
            fitted = fit(row, self._signals)
            values[at], quality[at], present[at] = fitted.values, fitted.quality, True
        self._heard[present] = ts
        self._silence.hear(present)
        before = self.found.producing
        block = self.found.step(ts, values, quality, present)
        self._follow_production(before, values, ts)
        product = self.found.now.product
        for edge in self._conditions.step(ts, values, quality, present, product):
            key = self._key(edge.row, edge.slot, edge.condition)
            if key is not None:
                self.book.turn(key, edge.on, ts, edge.value, edge.limit)
        if block is not None:
            self._at_block(block, ts)

    def _follow_production(self, before: Flags, values: Values, ts: int) -> None:
        for row in np.flatnonzero(before != self.found.producing).tolist():
            extruder = self._extruders[row].id
            if not self.found.producing[row]:
                self.book.suppress(extruder, ts)
                continue
            self.book.unsuppress(extruder, ts)
            for key, slot in self._holding(row):
                limit = bound_of(self.limits_of(extruder).get(key.source, Limits()), key.condition)
                self.book.turn(key, True, ts, _number(values[row, slot]), limit)

    def _holding(self, row: int) -> list[tuple[AlarmKey, int]]:
        """Conditions that hold on one extruder now, with their slots."""
        edges = active_edges(self._conditions, row)
        found = [(self._key(row, e.slot, e.condition), e.slot) for e in edges]
        return [(key, slot) for key, slot in found if key is not None]

    def _at_block(self, block: int, ts: int) -> None:
        for one in self._tracker.take(self.found, block):
            self._keep(one, ts)
        self._follow_frozen(ts)
        for row in range(block % PREDICT_EVERY, len(self._extruders), PREDICT_EVERY):
            extruder = self._extruders[row].id
            self.predictions[extruder] = predict(self.found, row, self.limits_of(extruder))
        for one in list(self.malfunctions.values()):
            if one.ended and max(one.ended, one.resolved_at or 0) < ts - RECENT_MS:
                del self.malfunctions[one.id]

    def _keep(self, one: Malfunction, ts: int) -> None:
        before = self.malfunctions.get(one.id)
        one = as_people_left_it(one, before) if before else one
        self.malfunctions[one.id] = self._changed[one.id] = one
        key = AlarmKey(one.extruder, one.id, Condition.MALFUNCTION)
        if before is None or (before.ended is None) != (one.ended is None):
            self.book.turn(key, one.ended is None, ts)
        elif before.cause != one.cause and ts - one.detected > SETTLED_MS:
            self.book.tell_again(key, ts)

    def _follow_frozen(self, ts: int) -> None:
        frozen = self.found.frozen.frozen
        for row, slot in np.argwhere(frozen != self._frozen).tolist():
            key = self._key(row, slot, Condition.FROZEN)
            if key is not None:
                self.book.turn(key, bool(frozen[row, slot]), ts)
        self._frozen = frozen

    def _key(self, row: int, slot: int, condition: Condition) -> AlarmKey | None:
        extruder = self._extruders[row]
        if slot >= len(extruder.signals):
            return None
        return AlarmKey(extruder.id, extruder.signals[slot].name, condition)

    def _acknowledge_malfunctions(self, command: Command, now: int) -> None:
        for text in command.alarms:
            one = self.malfunctions.get(AlarmKey.parse(text).source)
            if one is not None:
                self._put(acknowledged(one, command.who, now))

    def _work_on(self, one: Malfunction, command: Command, now: int) -> None:
        key = AlarmKey(one.extruder, one.id, Condition.MALFUNCTION)
        self.book.acknowledge(key, now, Actor(command.who, command.comment, command.id))
        one = replace(acknowledged(one, command.who, now), who=command.who)
        if command.action is Action.RESOLVE_MALFUNCTION:
            if one.ended is None:  # what lasts although it is resolved is the new normal
                self.found.forget(self._row[one.extruder], running=True)
            one = replace(
                one, stage=Stage.RESOLVED, resolved_at=now, cause_found=command.cause,
                action=command.action_taken, note=command.comment,
            )  # fmt: skip
        self._put(one)

    def _put(self, one: Malfunction) -> None:
        self.malfunctions[one.id] = self._changed[one.id] = one
        self._tracker.replace(one)

    def _document(self) -> dict[str, Any]:
        return {
            "framed": sorted(self.framed & set(self.malfunctions)),
            "alarms": self.book.to_list(),
            "suppressed": sorted(self.book.suppressed),
            "malfunctions": [malfunction_to_dict(one) for one in self.malfunctions.values()],
            "tracker": self._tracker.to_dict(),
            "predictions": {e: [vars(p) for p in all_] for e, all_ in self.predictions.items()},
        }

    def _restore_document(self, document: Mapping[str, Any]) -> None:
        self.book.restore(document["alarms"], document["suppressed"])
        read = [malfunction_from_dict(raw) for raw in document["malfunctions"]]
        self.malfunctions = {one.id: one for one in read if one.extruder in self._row}
        self.framed = set(document["framed"])
        made = document["predictions"].items()
        self.predictions = {int(e): tuple(Prediction(**p) for p in all_) for e, all_ in made}

    def _restore_arrays(self, arrays: dict[str, Any], document: Mapping[str, Any]) -> bool:
        limits = state_of("limits", arrays)
        if arrays["frozen"].shape != self._frozen.shape:
            return False
        if not (self.found.restore(state_of("found", arrays)) and self._conditions.restore(limits)):
            return False
        self._silence.restore(state_of("silence", arrays))
        self._heard, self._frozen = arrays["heard"], arrays["frozen"]
        self._tracker.restore(document["tracker"])
        return True


def _number(value: np.float32) -> float | None:
    return float(value) if np.isfinite(value) else None
