"""Who has a SQLite file open: nothing may be put in its place then."""

from __future__ import annotations

import fcntl
import struct
import time
from pathlib import Path

from data.errors import BackupRefused

#: A worker opens the store once a second: it is seen within this time.
LOOK_S = 1.5
#: Bytes of which SQLite locks at least one while a connection in WAL mode is open.
_PENDING, _BYTES = 0x40000000, 512
_FLOCK = "hhqqi"


def refuse_in_use(store: Path, look_s: float | None = None) -> None:
    """Raises BackupRefused if a process has the file open. None of ours may."""
    if not store.exists():
        return
    until = time.monotonic() + (LOOK_S if look_s is None else look_s)
    with store.open("rb") as file:
        while time.monotonic() < until:
            if pid := _holder(file.fileno()):
                raise BackupRefused(
                    f"process {pid} uses {store}: stop web, worker, ingest and follow first"
                )
            time.sleep(0.005)


def _holder(file: int) -> int:
    """Id of a process that would not let us write, 0 if there is none."""
    ask = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, _PENDING, _BYTES, 0)
    kind, _whence, _start, _bytes, pid = struct.unpack(_FLOCK, _getlk(file, ask))
    return 0 if kind == fcntl.F_UNLCK else int(pid)


def _getlk(file: int, ask: bytes) -> bytes:
    return fcntl.fcntl(file, fcntl.F_GETLK, ask)
