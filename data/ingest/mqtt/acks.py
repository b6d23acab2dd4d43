"""Acknowledgements to the broker: in the order of arrival, and none while too much waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from threading import Lock

from data.ingest.sources import Desk


class Acks:
    """`send` acknowledges a message by its number. While the desk is full, acknowledgements wait,
    so that the broker sends no more than may be in flight, and keeps the rest.
    """

    def __init__(self, desk: Desk, send: Callable[[int], object]) -> None:
        self._desk, self._send = desk, send
        self._waiting: deque[int] = deque()
        self._lock = Lock()

    def kept(self, number: int) -> Callable[[], None]:
        """To be called when a message's readings are kept."""
        return partial(self._kept, number)

    def flush(self) -> None:
        """Send what waits, if the desk has room."""
        if self._desk.is_full:
            return
        with self._lock:
            while self._waiting:
                self._send(self._waiting.popleft())

    def _kept(self, number: int) -> None:
        with self._lock:
            self._waiting.append(number)
        self.flush()
