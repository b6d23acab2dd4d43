"""Backups of a PostgreSQL server with its own programs: base, WAL as it is written, the way back.

A folder `pg-{system}-{timeline}` holds what belongs together: `base-*` and `wal`. A restored
server begins another timeline, and so another folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from data.backup.moments import Span, choose, now, of_stamp, stamp
from data.errors import BackupRefused
from data.postgres.session import PostgresSession

#: The server keeps WAL until whoever follows has it.
SLOT = "meltwatch_backup"
_BASE = "base-"
_SERIES = "pg-*"
_WHICH = """
    SELECT system_identifier::text, left(pg_walfile_name(pg_current_wal_lsn()), 8),
        current_setting('server_version_num')::int / 10000
    FROM pg_control_system()"""
# A timeline's history is asked for to find a number that no timeline has had. What is there but
# cannot be read stops the server (200): else it would go on without what comes after.
_FETCH = (
    'cd "{series}" || exit 200; for f in wal/%f wal/%f.partial ../pg-*/wal/%f; do'
    ' [ -e "$f" ] || continue; cp "$f" "$OLDPWD/%p" || exit 200; exit 0; done; exit 1'
)


def back_up(url: str, folder: Path) -> Path:
    """A base backup of the whole server, which can be restored by itself; its folder.

    Raises StoreError, BackupRefused.
    """
    series, tools = _series(url, folder)
    part = series / ".part"
    shutil.rmtree(part, ignore_errors=True)
    shown = ["--progress"] if sys.stderr.isatty() else []
    try:
        command = [str(tools / "pg_basebackup"), "-d", url, "-D", str(part), "--no-password"]
        options = ["--format=tar", "--compress=1", "--wal-method=stream", "--checkpoint=fast"]
        _run([*command, *options, *shown])
        path = series / f"{_BASE}{stamp(now())}"
        os.replace(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return path


def follow(url: str, folder: Path) -> NoReturn:
    """Become the program that takes WAL as it is written; makes a base first if there is none.

    Raises StoreError, BackupRefused.
    """
    series, tools = _series(url, folder)
    receive = [str(tools / "pg_receivewal"), "-d", url, "--no-password", "--slot", SLOT]
    _run([*receive, "--create-slot", "--if-not-exists"])  # nothing is missed from here on
    if not any(series.glob(f"{_BASE}*")):
        back_up(url, folder)
    wal = series / "wal"
    wal.mkdir(exist_ok=True)
    os.execv(receive[0], [*receive, "-D", str(wal), "--synchronous"])


def restore(folder: Path, data: Path, at: datetime | None) -> Span:
    """Make a server's data folder, which brings the WAL in when it is started; from which base.

    Raises BackupRefused.
    """
    if data.exists() and any(data.iterdir()):
        raise BackupRefused(f"{data} is not empty: name a new folder, or stop its server first")
    span = choose(spans(folder), at, folder)
    base = _base(span, at)
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)  # else the server refuses
    shutil.unpack_archive(base / "base.tar.gz", data, filter="tar")
    shutil.unpack_archive(base / "pg_wal.tar.gz", data / "pg_wal", filter="tar")
    with (data / "postgresql.auto.conf").open("a") as conf:
        conf.write("\n".join(_recovery(span.path.resolve(), at)) + "\n")
    (data / "recovery.signal").touch()
    return Span(base, span.first, span.last)


def holds(folder: Path) -> bool:
    """Whether a folder has backups of PostgreSQL."""
    return any(folder.glob(f"{_SERIES}/{_BASE}*"))


def spans(folder: Path) -> Iterator[Span]:
    """By timeline, from its first base to its last WAL."""
    for series in sorted(folder.glob(_SERIES)):
        bases = [of_stamp(path.name.removeprefix(_BASE)) for path in series.glob(f"{_BASE}*")]
        if bases:
            wal = [path.stat().st_mtime for path in series.glob("wal/*")]
            written = datetime.fromtimestamp(max(wal, default=0), UTC)
            yield Span(series, min(bases), max(*bases, written))


def _base(span: Span, at: datetime | None) -> Path:
    """The last one that was finished before `at`."""
    bases = sorted(span.path.glob(f"{_BASE}*"))
    return [path for path in bases if at is None or of_stamp(path.name.removeprefix(_BASE)) <= at][
        -1
    ]


def _recovery(series: Path, at: datetime | None) -> Iterator[str]:
    fetch = _FETCH.format(series=series).replace("'", "''")
    yield f"restore_command = '{fetch}'"
    yield "recovery_target_timeline = 'current'"
    yield "recovery_target_action = 'promote'"
    yield f"recovery_target_time = '{at.isoformat() if at else ''}'"


def _series(url: str, folder: Path) -> tuple[Path, Path]:
    """The folder of what belongs to this server now, and that of its version's programs."""
    with closing(PostgresSession(url, readonly=True)) as session:
        system, timeline, version = session.all(_WHICH)[0]
    series = folder.resolve() / f"pg-{system}-{int(timeline, 16)}"
    series.mkdir(parents=True, exist_ok=True)
    return series, _tools(int(version))


def _tools(version: int) -> Path:
    debian = Path(f"/usr/lib/postgresql/{version}/bin")
    found = shutil.which("pg_receivewal", path=f"{debian}:{os.environ.get('PATH', '')}")
    if found is None:
        raise BackupRefused(f"no pg_receivewal here: apt-get install postgresql-client-{version}")
    return Path(found).parent


def _run(command: list[str]) -> None:
    shown = None if "--progress" in command else subprocess.PIPE
    done = subprocess.run(command, check=False, stderr=shown, text=True)
    if done.returncode:
        raise BackupRefused(f"{Path(command[0]).name} failed: {(done.stderr or '').strip()}")
