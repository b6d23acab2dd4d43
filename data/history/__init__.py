"""The history: questions that web pages and reports ask the store. Capped in rows and in time.

A question is a function of this package that takes a Reader and plain values, and returns plain
values, so that its answer can be cached. This is the only way from the web to the store; no live
screen takes it (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Protocol, TypeVar

from data.settings import is_postgres
from data.shifts import ShiftPlan

T = TypeVar("T")

#: No statement gives more rows.
ROW_CAP = 50_000
#: No question takes longer, its statements together.
DEADLINE_S = 2.0
#: So many questions are worked on at once in a process; the others wait, and not for ever.
AT_ONCE = 2


class Reader(Protocol):
    """What a question reads with. In its SQL `shift_of(ts)` is the name of the shift at `ts` ms."""

    shifts: ShiftPlan
    #: What stands before a table's name to mean the table itself: see scoped.py.
    schema: str

    def all(self, sql: str, *parameters: object, cap: int = ROW_CAP) -> list[tuple[Any, ...]]:
        """All rows that a statement finds.

        Raises HistoryTooLarge if there are more than `cap`, HistoryTooSlow once the question
        takes longer than DEADLINE_S, StoreError if the store is away.
        """


class Questions(Protocol):
    """Answers questions; a web process keeps the answers for a while."""

    def ask(
        self,
        question: Callable[..., T],
        *arguments: Hashable,
        keep_s: float = 10.0,
    ) -> T:
        """The answer of `question(reader, *arguments)`, not older than `keep_s` seconds.

        Raises what Reader.all raises, HistoryBusy when too many ask at once. `arguments` must
        have a repr that tells them apart.
        """


def open_history(url: str, shifts: ShiftPlan) -> Questions:
    """The history of the store that DATABASE_URL names; nothing is kept.

    Raises SettingError for a URL that is neither `sqlite:///path` nor `postgresql://…`. The store
    is opened and closed for every question, read-only.
    """
    from data.history.capped import CappedHistory  # noqa: PLC0415  it needs what is above

    if is_postgres(url):
        from data.history import postgres  # noqa: PLC0415  only the chosen driver loads

        return CappedHistory(partial(postgres.opened, url, shifts))
    from data.history import sqlite  # noqa: PLC0415
    from data.sqlite_file import path_of  # noqa: PLC0415

    return CappedHistory(partial(sqlite.opened, path_of(url), shifts))
