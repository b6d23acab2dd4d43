"""Rolling up readings as they are taken in; once a minute the store's rollups get them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing

from data.errors import StoreError
from data.rollups import MINUTE_MS, InHand, roll_up
from data.shards import WHOLE
from data.telemetry import TelemetryStore
from data.window_cache.writer import Commit, WindowWriter
from data.windows import Row

log = logging.getLogger("meltwatch.roll_up")

#: More minutes in hand than so many per extruder are an import: it goes to the store at once.
FEW_MINUTES = 5
#: So do more than so many in all, since they are handed over each time. 1,000 extruders make
#: 1,000 to 2,000.
MOST_IN_HAND = 3_000
#: What was not rolled up as it came is read again, in steps, for so long in one refresh.
STEP_ROWS, CATCH_UP_S = 5_000, 0.15
#: A store that refused is left alone for so long; the readings are in it, nothing is lost.
HOLD_OFF_S = 10.0


class RollUp:
    """The rollups of one worker process; other workers go on with what it left in Redis.

    What it has in hand is never trusted: the store takes it only if it follows exactly on what
    its rollups hold and is of as many readings as the store has there. Otherwise, as after
    kill -9 or without Redis, the readings are read again from where the rollups end.
    """

    def __init__(
        self,
        open_store: Callable[[], TelemetryStore],
        windows: WindowWriter,
        buckets: range = WHOLE,
    ) -> None:
        self._open_store, self._windows, self._buckets = open_store, windows, buckets
        self._hand: InHand | None = None
        self._behind = 0
        self._held_off_until = 0.0

    def take(self, rows: Sequence[Row], mark: int, upto: int) -> None:
        """Roll up rows that were read from the store.

        `mark` is the watermark before them, `upto` the one after them.
        """
        if time.monotonic() < self._held_off_until:
            return
        try:
            self._take(rows, mark, upto)
        except StoreError as error:  # history may wait, live windows may not
            log.warning("rollups wait for the store: %s", error)
            self._hand = None
            self._held_off_until = time.monotonic() + HOLD_OFF_S

    def publish(self, commit: Commit) -> None:
        """Add what is in hand to the commit."""
        if self._hand is not None:
            commit.rollups(self._hand.pack())
        commit.status(rollups_behind=self._behind)

    def _take(self, rows: Sequence[Row], mark: int, upto: int) -> None:
        if not self._in_hand(mark):
            self._catch_up(mark)
        elif self._hand is not None and self._hand.minute != _minute():
            self._flush(self._hand, mark)  # before these rows: they are of the next minute
        if self._hand is not None:
            self._hand = self._hand.and_rows(rows, upto)
            if _is_much(self._hand):
                self._flush(self._hand, self._hand.upto)

    def _in_hand(self, mark: int) -> bool:
        """Go on with what this process knows, or with what the last one left."""
        if self._hand is None or self._hand.upto < mark:
            left = InHand.unpack(self._windows.rollups() or b"")
            self._hand = left if left is not None and left.upto >= mark else None
        return self._hand is not None

    def _flush(self, hand: InHand, mark: int) -> None:
        """Merge what is in hand into the store and begin anew."""
        if hand.upto > hand.from_seq:
            with closing(self._open_store()) as store:
                about = (hand.rows, hand.from_seq, hand.upto, self._buckets)
                merged = store.merge_rollups(hand.minutes, *about)
            if not merged:
                self._catch_up(mark)
                return
        self._hand = _nothing_after(hand.upto)

    def _catch_up(self, mark: int) -> None:
        """Roll up the rows up to `mark` from the store; nothing is in hand until all are."""
        self._hand = None
        until = time.monotonic() + CATCH_UP_S
        with closing(self._open_store()) as store:
            while (seq := self._step(store, mark)) < mark and time.monotonic() < until:
                pass
        self._behind = max(0, mark - seq)
        if not self._behind:
            self._hand = _nothing_after(seq)

    def _step(self, store: TelemetryStore, mark: int) -> int:
        """Roll up the next rows up to `mark` of the buckets that are furthest behind.

        They are not all equally far when the number of shards has changed. Returns up to where
        all of them were; if another worker was faster nothing is changed.
        """
        seqs = store.rollup_seqs()
        behind, upto = furthest_behind(seqs, self._buckets, mark)
        seq = seqs[behind.start]
        if seq < mark:
            rows = store.rows_since(seq, STEP_ROWS, behind)
            wanted = [row for row in rows if row.seq <= upto]
            to = wanted[-1].seq if len(wanted) == STEP_ROWS else upto
            store.merge_rollups(roll_up(wanted, MINUTE_MS), len(wanted), seq, to, behind)
        return seq


def furthest_behind(seqs: Sequence[int], buckets: range, mark: int) -> tuple[range, int]:
    """The first run of buckets with the lowest seq, and up to where to take them: to the next
    higher one, or to `mark` if all are equal."""
    lowest = min(seqs[bucket] for bucket in buckets)
    start = next(bucket for bucket in buckets if seqs[bucket] == lowest)
    end = next((b for b in range(start, buckets.stop) if seqs[b] != lowest), buckets.stop)
    higher = [seqs[bucket] for bucket in buckets if lowest < seqs[bucket] < mark]
    return range(start, end), min(higher, default=mark)


def _nothing_after(seq: int) -> InHand:
    return InHand(seq, seq, _minute())


def _is_much(hand: InHand) -> bool:
    extruders = len(set(hand.minutes.keys[:, 0].tolist()))
    return len(hand.minutes) > min(MOST_IN_HAND, FEW_MINUTES * extruders)


def _minute() -> int:
    return int(time.time() * 1000) // MINUTE_MS
