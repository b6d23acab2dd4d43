"""Progress bars for tests: one that shows nothing, one that breaks the import off."""

from __future__ import annotations

from collections.abc import Callable


class _Bar:
    def __init__(self, on_update: Callable[[], object]) -> None:
        self._on_update = on_update

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def update(self, n: float, /) -> None:
        self._on_update()


def no_bar(_title: str, _total: int) -> _Bar:
    return _Bar(lambda: None)


class BreakAt:
    """Calls `action` after `batches` batches have been stored."""

    def __init__(self, batches: int, action: Callable[[], object]) -> None:
        self._left = batches
        self._action = action

    def __call__(self, title: str, _total: int) -> _Bar:
        return _Bar(self._count) if title == "storing" else _Bar(lambda: None)

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._action()
