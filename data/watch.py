"""The monitor at work: its state in Redis, its findings in the journal, its view for screens."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from data.alarms.health import scorecard
from data.alarms.states import alarm_from_dict, alarm_to_dict
from data.commands import Action, Command, command_from_dict, concerns
from data.errors import CommandError
from data.extruders import Catalogue, Limits
from data.frames import due_frames, frame_of
from data.journal import Batch, Journal, Notification
from data.logs import security
from data.monitor.findings import Findings, Terms
from data.monitor.monitor import Monitor
from data.monitor.packing import pack, unpack
from data.monitor.view import alarms_json, card_extras, health_json, history_json
from data.notifier.delivery import deliveries_json
from data.plant_view import part_of
from data.telemetry import TelemetryStore
from data.telling import Telling
from data.window_cache.writer import Commit, WindowWriter
from data.windows import Row

log = logging.getLogger("meltwatch.watch")

#: Lines of the history on the screen, and hours that the alarm-health scorecard covers.
HISTORY, HEALTH_MS, HEALTH_EVENTS = 1000, 24 * 3_600_000, 100_000
MINUTE_MS, DELIVERIES_MS = 60_000, 5_000
#: Frames of an earlier version that get their fingerprint in a minute: some 50 ms each.
PRINTS = 3
#: Seconds of readings that detectors see again when nothing else is left of their state.
WARM_UP_S, WARM_UP_ROWS, WARM_ROWS = 900, 100_000, 20_000


@dataclass(frozen=True)
class Stores:
    """How to open what a watch writes to: the journal, and the store for changed limits."""

    journal: Callable[[], Journal]
    limits: Callable[[], TelemetryStore]


class Watch:
    """The monitor of one shard in one worker; other workers go on with what it left in Redis."""

    def __init__(
        self, stores: Stores, windows: WindowWriter, terms: Terms, telling: Telling
    ) -> None:
        self._stores, self._windows, self._terms = stores, windows, terms
        self._telling = telling
        self._shard = windows.keys.shard
        self._plant = Catalogue(0, ())
        self._monitor = Monitor(self._plant, terms)
        self._version = self._next = ""
        self._fresh = False
        self._obeyed = 0
        self._lost: list[Command] = []
        self._extras: dict[int, dict[str, Any]] = {}
        self._minute = self._delivered = -1

    def extras(self) -> dict[int, dict[str, Any]]:
        """What every extruder's card says of alarms and malfunctions, by extruder."""
        return self._extras

    def take(self, store: TelemetryStore, plant: Catalogue, rows: Iterable[Row], mark: int) -> None:
        """Judge rows of this shard that were read from the store.

        `plant` is the whole catalogue, `mark` the watermark before the rows.

        Until `committed` says that this was committed, what this process knows is not valid.
        """
        self._be_up_to_date(store, plant, mark)
        self._version = ""
        self._obey_pending()
        self._monitor.take(rows)
        self._monitor.tick(_now())
        self._extras = card_extras(self._monitor)

    def publish(self, store: TelemetryStore, commit: Commit, mark: int) -> None:
        """Make durable what is new, and add all of it to the commit.

        Raises StoreError when it could not be made durable: then nothing is committed.
        """
        now = _now()
        found = self._monitor.findings()
        every_minute = now // MINUTE_MS != self._minute
        told = self._telling(self._monitor, found, now)
        if found or told or every_minute or self._deliveries_are_due(now):
            with closing(self._stores.journal()) as journal:
                self._keep(journal, commit, found, told, now)
                if every_minute:
                    self._each_minute(journal, store, commit, mark, now)
                if self._deliveries_are_due(now):
                    self._show_deliveries(journal, commit, now)
        self._hand_over(commit)

    def committed(self, done: bool) -> None:
        """Whether the commit took place; if not, this process knows nothing any more."""
        self._version = self._next if done else ""

    def _be_up_to_date(self, store: TelemetryStore, plant: Catalogue, mark: int) -> None:
        current = self._windows.status().monitor
        same = plant.version == self._plant.version
        self._fresh = not (same and current and current == self._version)
        if not self._fresh:
            return
        self._plant = plant
        monitor = Monitor(part_of(plant, self._shard), self._terms)
        if not current or not monitor.restore(*self._windows.monitor()):
            self._recover(monitor, store, mark)
        self._monitor = monitor

    def _recover(self, monitor: Monitor, store: TelemetryStore, mark: int) -> None:
        """Redis is empty or of another plant: go on from the journal and the last snapshot."""
        with closing(self._stores.journal()) as journal:
            seq = self._from_snapshot(monitor, journal)
            wanted = WARM_UP_S * len(self._plant.extruders)
            first = max(seq, mark - min(wanted, WARM_UP_ROWS), 0)
            _warm(monitor, store, first, mark, self._shard.buckets)
            alarms = [json.loads(text) for _key, text in journal.alarm_states()]
            monitor.stand(alarms, journal.open_malfunctions(), _now())
            pending = journal.pending_commands()
            self._lost = [one for one in pending if concerns(one, self._shard)]

    @staticmethod
    def _from_snapshot(monitor: Monitor, journal: Journal) -> int:
        found = journal.snapshot()
        if found is None:
            return -1
        seq, _ts, blob = found
        try:
            parts, _ = unpack(blob)
        except ValueError:
            return -1
        return seq if monitor.restore(*(parts[name].tobytes() for name in _PARTS)) else -1

    def _obey_pending(self) -> None:
        """Commands of the list in Redis, and those that were lost with an earlier Redis."""
        texts = self._windows.pending_commands()
        asked = [command for text in texts for command in _understood(text)]
        for command in {one.id: one for one in [*self._lost, *asked]}.values():
            self._obey(command, _now())
        self._obeyed, self._lost = len(texts), []

    def _obey(self, command: Command, now: int) -> None:
        self._monitor.obey(command, now)
        if command.action is Action.SET_LIMITS:
            with closing(self._stores.limits()) as store:
                set_limits(store, self._monitor.catalogue, command)

    def _keep(
        self, journal: Journal, commit: Commit, found: Findings,
        told: Sequence[Notification], now: int,
    ) -> None:  # fmt: skip
        batch = Batch(
            ts=now,
            events=found.events,
            states=[(str(one.key), json.dumps(alarm_to_dict(one))) for one in found.alarms],
            rested=[str(key) for key in found.rested],
            malfunctions=found.malfunctions,
            applied_commands=found.obeyed,
            notifications=told,
        )
        if found or told:
            journal.write(batch)
            self._telling.durable()
        if found.events or self._minute < 0:
            events = [one for one in journal.events(HISTORY) if self._shard.has(one.key.extruder)]
            commit.history(json.dumps(history_json(events, self._monitor, now)))

    def _each_minute(
        self, journal: Journal, store: TelemetryStore, commit: Commit, mark: int, now: int
    ) -> None:
        self._minute = now // MINUTE_MS
        if self._shard.speaks:
            self._show_health(journal, commit, now)
            journal.add_prints(PRINTS)
        parts = {name: self._monitor.state(name == "slow") for name in _PARTS}
        journal.save_snapshot(mark, now, pack({n: _bytes(b) for n, b in parts.items()}, {}))
        for one in due_frames(self._monitor, now)[:1]:
            frame = frame_of(one, self._monitor.catalogue, store)
            if frame is not None:
                journal.save_frame(frame)
            self._monitor.framed.add(one.id)

    def _show_health(self, journal: Journal, commit: Commit, now: int) -> None:
        """How healthy the whole plant's alarms are."""
        standing = list(self._monitor.book.alarms.values())
        if self._shard.of > 1:
            told = [alarm_from_dict(json.loads(text)) for _key, text in journal.alarm_states()]
            standing += [one for one in told if not self._shard.has(one.key.extruder)]
        events = journal.events_between(now - HEALTH_MS, now, HEALTH_EVENTS)
        card = scorecard(events, now - HEALTH_MS, now, standing)
        commit.health(json.dumps(health_json(card, self._plant, self._monitor, now)))

    def _deliveries_are_due(self, now: int) -> bool:
        """Every five seconds, where somebody is told at all; once where nobody is."""
        if not self._shard.speaks:
            return False
        since = now - self._delivered
        return self._delivered < 0 or (bool(self._telling.routes) and since >= DELIVERIES_MS)

    def _show_deliveries(self, journal: Journal, commit: Commit, now: int) -> None:
        self._delivered = now
        commit.deliveries(deliveries_json(journal, bool(self._telling.routes), now))

    def _hand_over(self, commit: Commit) -> None:
        commit.alarms(json.dumps(alarms_json(self._monitor, _now())))
        detectors = self._monitor.found
        slow = self._monitor.state(slow=True) if detectors.slow_changed or self._fresh else None
        commit.monitor(self._monitor.state(slow=False), slow)
        detectors.slow_changed = False
        if self._obeyed:
            commit.took_commands(self._obeyed)
        self._next = uuid4().hex
        commit.status(monitor=self._next, readings_late=self._monitor.late)


def set_limits(store: TelemetryStore, catalogue: Catalogue, command: Command) -> None:
    """Put the limits of one signal in force; those of the others stay. Raises StoreError."""
    extruder = catalogue.extruder(command.extruder)
    if extruder is None or extruder.slot(command.signal) is None:
        log.warning("limits for extruder %d: no signal %r", command.extruder, command.signal)
        return
    before = dict(extruder.limits_for(command.product))
    changed = {**asdict(before.get(command.signal, Limits())), **command.limits}
    after = {**before, command.signal: Limits(**changed)}
    store.set_limits(extruder.id, command.product, after, command.who, command.comment)
    what = f"limits of extruder {extruder.id}: {command.signal}"
    security("setting_changed", actor=command.who, setting=what, value=dict(command.limits))


def _understood(text: str) -> list[Command]:
    """The command of a text from Redis. What is none is left out: else it would stop every tick."""
    try:
        return [command_from_dict(json.loads(text))]
    except (ValueError, TypeError, CommandError) as error:
        log.warning("no command in the list of Redis: %s", error)
        return []


def _warm(monitor: Monitor, store: TelemetryStore, seq: int, mark: int, buckets: range) -> None:
    """Let a monitor see the rows of its extruders after `seq` up to `mark` once more."""
    while seq < mark:
        rows = store.rows_since(seq, WARM_ROWS, buckets)
        monitor.warm(row for row in rows if row.seq <= mark)
        if len(rows) < WARM_ROWS:
            return
        seq = rows[-1].seq


_PARTS = ("fast", "slow")


def _bytes(blob: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(blob, np.uint8)


def _now() -> int:
    return time.time_ns() // 1_000_000
