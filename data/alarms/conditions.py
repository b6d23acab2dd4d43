"""Limits and sensor failures of all extruders at once: when does which alarm's condition change?

Arrays are (E, S, 5): extruders, signals, conditions in the order of `ORDER`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.alarms.definitions import HIGH, LIMITS, OTHERS, bound_of, definition
from data.alarms.events import Condition
from data.extruders import Extruder, Limits
from data.quality import Quality
from data.stateful import Flags, Floats, State, Stateful
from data.windows import Qualities, Values

ORDER = (*LIMITS, Condition.BAD)
BAD = ORDER.index(Condition.BAD)


@dataclass(frozen=True)
class Edge:
    """A condition that became true or false for good: `limit` None for a sensor failure."""

    row: int
    slot: int
    condition: Condition
    on: bool
    value: float | None
    limit: float | None


@dataclass
class _Table:
    """Settings of one extruder and product, each (S, 5): `limit` as it was set, NaN for none, and
    `bound` in sign × value, where every limit is a high one."""

    limit: npt.NDArray[np.float64]
    bound: Floats
    deadband: Floats
    on_delay: Floats
    off_delay: Floats


_SIGN = np.array([1.0 if c in HIGH else -1.0 for c in LIMITS], np.float32)


class LimitConditions(Stateful):
    """Which conditions hold on every signal, after deadband and delays.

    `active` (E, S, 5) is what holds; `since` (E, S, 5) the ms since the epoch from which the
    opposite has been seen without a break, −1 if it is not.
    """

    ARRAYS = ("active", "since", "product")

    def __init__(self, extruders: Sequence[Extruder], signals: int) -> None:
        self._tables = [_tables_of(extruder, signals) for extruder in extruders]
        shape = (len(self._tables), signals, len(ORDER))
        self.active: Flags = np.zeros(shape, bool)
        self.since: npt.NDArray[np.int64] = np.full(shape, -1, np.int64)
        self.product: npt.NDArray[np.int32] = np.full(shape[0], -1, np.int32)
        self._limit = np.full(shape, np.nan)
        self._bound, self._deadband, self._on, self._off = (
            np.zeros(shape, np.float32) for _ in range(4)
        )
        for row in range(shape[0]):
            self._put_in_force(row, 0)

    def step(
        self, ts: int, values: Values, quality: Qualities, present: Flags,
        product: npt.NDArray[np.int32],
    ) -> list[Edge]:  # fmt: skip
        """Take in one reading of every signal: `ts` in ms, `values` and `quality` (E, S),
        `present` (E,) who has readings now, `product` (E,) codes.

        A limit without a usable reading neither ends nor restarts what its timer measures. An
        active limit that is no longer set goes at once.
        """
        for row in np.flatnonzero((product != self.product) & present):
            self.product[row] = product[row]
            self._put_in_force(int(row), int(product[row]))
        failed = (quality == Quality.BAD_SENSOR_FAILURE) | (quality == Quality.BAD_NO_COMMUNICATION)
        usable = np.isfinite(values) & (quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE)
        dropped = self._drop_unset(values) if self._changed else []
        holds = self._holds(values, failed)
        judged = np.broadcast_to(usable[..., None], holds.shape).copy()
        judged[..., BAD] = quality != Quality.ABSENT
        judged &= present[:, None, None]
        return dropped + self._edges(ts, values, holds, judged)

    def restore(self, state: State) -> bool:
        """As Stateful.restore, with the limits of each product in force."""
        if not super().restore(state):
            return False
        for row, product in enumerate(self.product.tolist()):
            self._put_in_force(row, product)
        return True

    def _put_in_force(self, row: int, product: int) -> None:
        table = (
            self._tables[row].get(product)
            or self._tables[row].get(0)
            or _no_limits(self.active.shape[1])
        )
        self._bound[row], self._deadband[row] = table.bound, table.deadband
        self._on[row], self._off[row] = table.on_delay, table.off_delay
        self._limit[row] = table.limit
        self._changed = True

    def _drop_unset(self, values: Values) -> list[Edge]:
        """Without a limit there may never be a reading that ends its alarm."""
        self._changed = False
        unset = self.active & np.isnan(self._limit)
        unset[..., BAD] = False
        return self._turn(values, unset) if unset.any() else []

    def _holds(self, values: Values, failed: Flags) -> Flags:
        """What the readings say, with the deadband of what is active, before any delay."""
        holds = np.empty(self.active.shape, bool)
        needed = self._bound[..., :BAD] - self._deadband[..., :BAD] * self.active[..., :BAD]
        with np.errstate(invalid="ignore"):
            np.greater_equal(values[..., None] * _SIGN, needed, out=holds[..., :BAD])
        holds[..., BAD] = failed
        return holds

    def _edges(self, ts: int, values: Values, holds: Flags, judged: Flags) -> list[Edge]:
        differs = judged & (holds != self.active)
        agrees = judged & ~differs
        np.copyto(self.since, -1, where=agrees)
        if not differs.any():
            return []
        np.copyto(self.since, ts, where=differs & (self.since < 0))
        delay_ms = np.where(self.active, self._off, self._on) * 1000
        turned = differs & (ts - self.since >= delay_ms)
        return self._turn(values, turned) if turned.any() else []

    def _turn(self, values: Values, turned: Flags) -> list[Edge]:
        self.active ^= turned
        self.since[turned] = -1
        return [self._edge(values, *at) for at in np.argwhere(turned).tolist()]

    def _edge(self, values: Values, row: int, slot: int, index: int) -> Edge:
        value, limit = (float(one) for one in (values[row, slot], self._limit[row, slot, index]))
        return Edge(
            row, slot, ORDER[index], bool(self.active[row, slot, index]),
            value if np.isfinite(value) else None, limit if np.isfinite(limit) else None,
        )  # fmt: skip


def active_edges(conditions: LimitConditions, row: int) -> list[Edge]:
    """What holds on one extruder now, as if it had just come true; values are not kept."""
    at = np.argwhere(conditions.active[row]).tolist()
    return [Edge(row, slot, ORDER[index], True, None, None) for slot, index in at]


def _tables_of(extruder: Extruder, signals: int) -> dict[int, _Table]:
    return {
        product: _table(extruder, limits, signals)
        for product, limits in extruder.limits.items()
        if limits  # as Extruder.limits_for: none at all means those for any product
    }


def _table(extruder: Extruder, limits: Mapping[str, Limits], signals: int) -> _Table:
    table = _no_limits(signals)
    for slot, signal in enumerate(extruder.signals):
        mine = limits.get(signal.name, Limits())
        for index, condition in enumerate(LIMITS):
            bound = bound_of(mine, condition)
            if bound is None:
                continue
            settings = definition(signal, mine, condition)
            table.limit[slot, index], table.bound[slot, index] = bound, bound * _SIGN[index]
            table.deadband[slot, index] = settings.deadband
            table.on_delay[slot, index] = settings.on_delay_s
            table.off_delay[slot, index] = settings.off_delay_s
    return table


def _no_limits(signals: int) -> _Table:
    shape, bad = (signals, len(ORDER)), OTHERS[Condition.BAD]
    zeros = (np.zeros(shape, np.float32) for _ in range(3))
    table = _Table(np.full(shape, np.nan), np.full(shape, np.inf, np.float32), *zeros)
    table.on_delay[:, BAD], table.off_delay[:, BAD] = bad.on_delay_s, bad.off_delay_s
    return table
