"""Questions at the edge of a store: a few at once, the store opened for each of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from threading import BoundedSemaphore

from data.errors import HistoryBusy
from data.history import AT_ONCE, DEADLINE_S, Reader, T
from data.history.scoped import within
from data.meter import metered
from data.scopes import seen


class CappedHistory:
    """Questions on one store; `opened` gives a Reader for one of them."""

    def __init__(self, opened: Callable[[], AbstractContextManager[Reader]]) -> None:
        self._opened = opened
        self._free = BoundedSemaphore(AT_ONCE)

    def ask(
        self,
        question: Callable[..., T],
        *arguments: Hashable,
        keep_s: float = 10.0,  # noqa: ARG002  nothing is kept here
    ) -> T:
        """See Questions.ask."""
        if not self._free.acquire(timeout=DEADLINE_S):
            raise HistoryBusy
        try:
            with metered("history"), self._opened() as reader:
                return question(within(reader, seen()), *arguments)
        finally:
            self._free.release()
