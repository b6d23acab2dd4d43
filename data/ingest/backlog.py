"""What a source has delivered and the store has not taken yet: in memory, then on disk.

While the store works, rows pass through memory and the disk is not touched. What has waited for
SPILL_AFTER_S goes to the spool, and whatever comes later stays behind it, so that the order of
delivery is the order in which the store gets them. Without a spool `put` waits instead: for a
source that can deliver later.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import takewhile
from threading import Condition
from typing import NamedTuple

from data.ingest import Delivery
from data.ingest.clock import now_ms
from data.ingest.spool import Piece, Spool
from data.window_cache.spool_state import SpoolState
from data.windows import Row

log = logging.getLogger(__name__)

#: What has waited longer is written to disk, s.
SPILL_AFTER_S = 1.0
#: Rows of one record on disk, and of one append to the store.
BULK_ROWS = 5000
#: With so many rows in memory a source is held back, a live one for at most HOLD_S.
HOLD_ROWS, HOLD_S = 20_000, 2.0
#: If neither store nor disk take anything, so many rows are kept in memory: about 50 MB.
MEMORY_ROWS = 100_000


class _Waiting(NamedTuple):
    number: int
    rows: Sequence[Row]
    since: float
    delivered: int
    kept: Sequence[Callable[[], None]]


class Backlog:
    """A queue with three users: who reads the source (`put`), who writes the store (`take`,
    `done`), and who keeps things safe (`spill`). None of them waits for another's disk or store.
    """

    def __init__(self, spool: Spool | None = None) -> None:
        self.spool = spool
        #: Why the store takes nothing; empty while it does.
        self.refused = ""
        self._memory: deque[_Waiting] = deque()
        self._rows = 0
        self._number = spool.last_number if spool else 0
        self._done = 0
        self._changed = Condition()
        self._ended = self._stuck = False

    @property
    def on_disk(self) -> bool:
        """Whether the spool holds anything."""
        return self.spool is not None and self.spool.rows > 0

    def put(self, rows: Sequence[Row]) -> None:
        """Accept what a source delivers; see above for who may be held back."""
        with self._changed:
            moves = self._changed.wait_for(self._has_room, HOLD_S if self.spool else None)
            self._stuck = self._stuck or not moves
            if self._ended and not self.spool:
                return  # the source can deliver it again
            self._number += 1
            now = now_ms()
            kept = rows.kept if isinstance(rows, Delivery) else ()
            self._memory.append(_Waiting(self._number, rows, time.monotonic(), now, kept))
            self._rows += len(rows)
            self._drop_oldest()
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing more will come: `take` ends once all is taken, `put` waits no longer."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def take(self) -> Piece | None:
        """Wait for rows and give the oldest; None at the end. They stay until they are `done`."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._memory or self.on_disk or self._ended)
                # Under the lock, or what `spill` moves to disk meanwhile would be passed over.
                if not self.on_disk:
                    return self._oldest_in_memory()
            if self.spool and (piece := self.spool.first(BULK_ROWS)):
                return piece

    def done(self, number: int) -> None:
        """The store has taken everything up to a piece's number."""
        with self._changed:
            self._done, self._stuck = number, False
            left = self._leave_memory(number)
        if self.spool:
            self.spool.discard(number)
        _tell(left)

    def spill(self, after_s: float = SPILL_AFTER_S) -> None:
        """Write to disk what has waited for so long. If the disk refuses, it stays in memory."""
        while self.spool and (due := self._due(after_s)):
            number, rows = due[-1].number, [row for one in due for row in one.rows]
            if not self.on_disk:
                log.info("the store is behind: what comes goes to disk until all is stored")
            try:
                if rows:
                    self.spool.append(number, due[0].delivered, rows)
            except OSError as error:
                self._not_spilled(error)
                break
            with self._changed:
                self._stuck = False
                left = self._leave_memory(number)
                stored = self._done >= number
            if stored:
                self.spool.discard(number)
            _tell(left)
        if self.spool:
            self.spool.save_dropped()

    def state(self) -> SpoolState:
        """For screens and metrics."""
        spool = self.spool
        return SpoolState(
            rows=spool.rows if spool else 0,
            bytes=spool.bytes if spool else 0,
            oldest_ms=spool.oldest_ms if spool else None,
            dropped_rows=spool.dropped if spool else 0,
            limit_bytes=spool.max_bytes if spool else 0,
            memory_rows=self._rows,
            refused=self.refused,
        )

    def close(self) -> None:
        """Write what is in memory to disk, or say that it is lost."""
        if self.spool:
            self.spill(0)
        if self._rows and self.spool:
            self.spool.drop(self._rows, "ingest ends, and neither store nor disk take them")

    def _has_room(self) -> bool:
        return self._rows < HOLD_ROWS or self._stuck or self._ended

    def _oldest_in_memory(self) -> Piece | None:
        rows: list[Row] = []
        number = 0
        for one in self._memory:
            if rows and len(rows) + len(one.rows) > BULK_ROWS:
                break
            rows.extend(one.rows)
            number = one.number
        return Piece(number, rows) if number else None

    def _leave_memory(self, number: int) -> list[_Waiting]:
        left = []
        while self._memory and self._memory[0].number <= number:
            left.append(self._memory.popleft())
            self._rows -= len(left[-1].rows)
        self._changed.notify_all()
        return left

    def _due(self, after_s: float) -> list[_Waiting]:
        """What has waited for so long, as much as one record holds."""
        until, rows = time.monotonic() - after_s, 0
        due: list[_Waiting] = []
        with self._changed:
            for one in takewhile(lambda one: one.since <= until, self._memory):
                rows += len(one.rows)
                if due and rows > BULK_ROWS:
                    break
                due.append(one)
        return due

    def _not_spilled(self, error: OSError) -> None:
        if not self._stuck:
            log.error("the spool refuses: %s; at most %d rows stay in memory", error, MEMORY_ROWS)
        with self._changed:
            self._stuck = True
            self._changed.notify_all()

    def _drop_oldest(self) -> None:
        lost = 0
        while self.spool and self._rows > MEMORY_ROWS and len(self._memory) > 1:
            lost += len(self._memory[0].rows)
            self._leave_memory(self._memory[0].number)
        if lost and self.spool:
            self.spool.drop(lost, "neither store nor disk take them, and memory is full")


def _tell(safe: Sequence[_Waiting]) -> None:
    """Not under the lock: a sender may do anything when it learns that its rows are safe."""
    for one in safe:
        for kept in one.kept:
            kept()
