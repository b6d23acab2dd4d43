"""Backups of a SQLite store: a whole copy, a series that follows it, and the way back."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from data.backup import litestream
from data.backup.in_use import refuse_in_use
from data.backup.moments import Span, choose, now, of_stamp, stamp
from data.copy.copying import Progress
from data.errors import BackupRefused, StoreError
from data.sqlite_file import connect

_FULL, _SERIES = "full-", "series-"
_SIDES = ("-wal", "-shm", "-journal")
#: Pages of one step of a copy: some milliseconds.
_PAGES = 1_000


def back_up(store: Path, folder: Path, progress: Progress) -> Path:
    """Copy the store as it is at one moment, while others write; the new file.

    Raises StoreError, BackupRefused.
    """
    _need(store)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_FULL}{stamp(now())}.sqlite"
    part = path.with_suffix(".part")
    try:
        _copy(store, part, progress)
        os.replace(part, path)
    except sqlite3.Error as error:
        raise StoreError(f"the copy failed: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return path


def _copy(store: Path, part: Path, progress: Progress) -> None:
    with (
        closing(connect(str(store), readonly=True, statement_s=float("inf"))) as source,
        closing(sqlite3.connect(part)) as target,
        progress("copying", store.stat().st_size) as bar,
    ):
        # One transaction for all steps: else SQLite begins anew whenever somebody writes.
        source.execute("BEGIN")
        size = source.execute("PRAGMA page_size").fetchone()[0]
        left = source.execute("PRAGMA page_count").fetchone()[0]

        def show(_status: int, remaining: int, _total: int) -> None:
            nonlocal left
            bar.update((left - remaining) * size)
            left = remaining

        source.backup(target, pages=_PAGES, progress=show)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, and nothing beside it


def follow(store: Path, folder: Path) -> NoReturn:
    """Become the program that ships every commit. Raises BackupRefused.

    A series goes on as long as what it knows of the store lies beside it; a store that was
    restored or begun anew gets a new series.
    """
    _need(store)
    state = _state_of(store)
    state.mkdir(exist_ok=True)
    _take(state)
    noted = state / "series"
    series = Path(noted.read_text()) if noted.is_file() else None
    if series is None or series.parent != folder.resolve() or not series.is_dir():
        shutil.rmtree(state / "shipped", ignore_errors=True)
        series = folder.resolve() / f"{_SERIES}{stamp(now())}"
        series.mkdir(parents=True)
        noted.write_text(str(series))
    command = litestream.command(store, state, series)
    os.execv(command[0], command)


def restore(
    folder: Path, store: Path, at: datetime | None, replace: bool, progress: Progress
) -> tuple[Span, Path | None]:
    """Put the store of a backup in its place: from which, and where the one before is now.

    Raises BackupRefused, and nothing was changed then.
    """
    if store.exists() and not replace:
        raise BackupRefused(f"{store} is there: with REPLACE=yes it is put aside first")
    refuse_in_use(store)
    span = choose(spans(folder), at, folder)
    store.parent.mkdir(parents=True, exist_ok=True)
    new = store.with_name(f"{store.name}.restoring")
    _remove(new)
    try:
        _fetch(span, new, at, progress)
        refuse_in_use(store, look_s=0.1)  # it took a while
        return span, _put(new, store)
    finally:
        _remove(new)


def spans(folder: Path) -> Iterator[Span]:
    """Every backup of a folder."""
    for path in sorted(folder.glob(f"{_FULL}*.sqlite")):
        time = of_stamp(path.stem.removeprefix(_FULL))
        yield Span(path, time, time)
    for path in sorted(folder.glob(f"{_SERIES}*")):
        if found := litestream.span(path):
            yield found


def _fetch(span: Span, new: Path, at: datetime | None, progress: Progress) -> None:
    if span.path.is_file():
        shutil.copyfile(span.path, new)
        _need_sound(new)
        return
    done = 0
    with progress("restoring", 0) as bar:

        def show(size: int) -> None:
            nonlocal done
            bar.update(max(0, size - done))
            done = max(done, size)

        litestream.restore(span.path, new, at, show)


def _put(new: Path, store: Path) -> Path | None:
    """Side files of the old store go with it: SQLite would lay an old WAL over the new one."""
    _sync(new)
    aside = None
    if store.exists():
        aside = store.with_name(f"{store.name}.before-{stamp(now())}")
        for side in ("", *_SIDES):
            if (old := Path(f"{store}{side}")).exists():
                os.replace(old, f"{aside}{side}")
    _remove(store)
    shutil.rmtree(_state_of(store), ignore_errors=True)
    os.replace(new, store)
    _sync(store.parent)
    return aside


def _need(store: Path) -> None:
    if not store.is_file():
        raise BackupRefused(f"there is no store {store}")


def _need_sound(path: Path) -> None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as db:
        try:
            found = db.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.Error as error:
            found = [(str(error),)]
    if found != [("ok",)]:
        raise BackupRefused(f"the backup is damaged: {found[0][0]}")


def _state_of(store: Path) -> Path:
    """What following knows of a store."""
    return store.with_name(f".{store.name}.backup")


def _take(state: Path) -> None:
    """One process at a time; the lock ends with it. Raises BackupRefused."""
    lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BackupRefused("this store is followed already") from error
    os.set_inheritable(lock, True)


def _remove(store: Path) -> None:
    for side in ("", *_SIDES):
        Path(f"{store}{side}").unlink(missing_ok=True)
    store.with_name(f"{store.name}.tmp").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
