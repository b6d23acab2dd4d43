"""Readings on disk that the store has not taken: in order, bounded, whole after a power cut.

A folder of segment files, each named after the number of its first record (data.ingest.
spool_records). A record is durable before `append` returns, and gone once all of its segment is
stored: after a crash the rest of a segment may be given out twice, which the store does not mind.
What was torn by the crash had not been accepted, and is cut off.

When SPOOL_MB are full the oldest segment is dropped, counted and told: of a plant that runs on,
the newest readings matter most, and there is one gap, where the outage began.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from data.errors import SettingError
from data.ingest.spool_records import Head, heads, pack, unpack
from data.windows import Row

log = logging.getLogger(__name__)

#: As many segments at most are the whole spool: what is dropped at once, or given out twice.
SEGMENTS = 64
#: So much of the disk is left to others: the store may be on it.
KEEP_FREE = 64 << 20
#: Rows that are lost are told at most so often, s.
TELL_EVERY_S = 60.0
_SUFFIX = ".spool"


class Piece(NamedTuple):
    """Rows in order of delivery; with `number` they are reported as stored."""

    number: int
    rows: Sequence[Row]


@dataclass
class _Segment:
    path: Path
    size: int = 0
    records: int = 0


class _Entry(NamedTuple):
    segment: _Segment
    offset: int
    head: Head


class Spool:
    """One source's spool. One thread may append while another takes out.

    Raises SettingError if another process uses the folder, OSError if it cannot be used at all.
    """

    def __init__(self, folder: Path, max_bytes: int, keep_free: int = KEEP_FREE) -> None:
        self.max_bytes, self.rows, self.bytes = max_bytes, 0, 0
        self._folder, self._keep_free = folder, keep_free
        self._lock, self._counting = threading.Lock(), threading.Lock()
        self._entries: deque[_Entry] = deque()
        self._writing: tuple[_Segment, BinaryIO] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._handle = _taken(folder)
        counted = self._note("dropped")
        self.dropped = self._saved = int(counted) if counted.isdecimal() else 0
        self._untold, self._told_at = 0, -TELL_EVERY_S
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            self._load(path)
        if self.rows:
            log.info("%d rows wait in %s", self.rows, folder)

    @property
    def last_number(self) -> int:
        """Number of the newest record, 0 if there is none."""
        return self._entries[-1].head.number if self._entries else 0

    @property
    def newest_ts(self) -> int:
        """Time of the newest reading in ms, 0 if there is none."""
        return max((entry.head.newest for entry in self._entries), default=0)

    @property
    def oldest_ms(self) -> int | None:
        """When the oldest record was delivered, ms since the epoch; None if there is none."""
        with self._lock:
            return self._entries[0].head.delivered if self._entries else None

    def append(self, number: int, delivered: int, rows: Sequence[Row]) -> None:
        """One record, durable on return; numbers grow. Raises OSError, then nothing was kept."""
        record = pack(number, delivered, rows)
        if len(record) > self.max_bytes:
            self.drop(len(rows), "they are more than the whole spool may hold (SPOOL_MB)")
            return
        with self._lock:
            self._make_room(len(record))
            segment, file = self._writing or self._begin(number)
            self._write(segment, file, record)
            (_, head) = next(heads(record))
            self._add(_Entry(segment, segment.size, head))
            segment.size += len(record)
            if segment.size >= self.max_bytes // SEGMENTS:
                self._end_segment()

    def first(self, max_rows: int) -> Piece | None:
        """The oldest records, together at most `max_rows` (but at least one); None if empty."""
        with self._lock:
            while self._entries:
                chosen = self._oldest(max_rows)
                if rows := [row for entry in chosen for row in self._read(entry)]:
                    return Piece(chosen[-1].head.number, rows)
        return None

    def discard(self, number: int) -> None:
        """Forget the records up to this number: they are stored."""
        with self._lock:
            while self._entries and self._entries[0].head.number <= number:
                self._forget(self._entries.popleft())

    def drop(self, rows: int, why: str) -> None:
        """Count rows that are lost, and say so, at most once a minute. Does not touch the disk."""
        with self._counting:
            self.dropped += rows
            self._untold += rows
            if time.monotonic() - self._told_at < TELL_EVERY_S:
                return
            log.error("%d rows are lost: %s; %d so far", self._untold, why, self.dropped)
            self._untold, self._told_at = 0, time.monotonic()

    def save_dropped(self) -> None:
        """Let the count of what was dropped outlive the process, if the disk lets us."""
        if self.dropped != self._saved:
            with suppress(OSError):
                (self._folder / "dropped").write_text(str(self.dropped))
                self._saved = self.dropped

    def accepted(self) -> str:
        """What `accept` noted last, also in an earlier run."""
        return self._note("accepted")

    def accept(self, digest: str) -> None:
        """Note of which catalogue (any text that identifies it) the rows are."""
        if digest != self.accepted():
            (self._folder / "accepted").write_text(digest)

    def close(self) -> None:
        """Let another process have the folder."""
        if self._untold:
            log.error("%d more rows are lost; %d so far", self._untold, self.dropped)
        self.save_dropped()
        with self._lock:
            self._end_segment()
        os.close(self._handle)

    def _note(self, name: str) -> str:
        try:
            return (self._folder / name).read_text()
        except FileNotFoundError:
            return ""

    def _load(self, path: Path) -> None:
        content = path.read_bytes()
        segment = _Segment(path)
        for offset, head in heads(content):
            self._add(_Entry(segment, offset, head))
            segment.size = offset + head.size
        if segment.size < len(content):
            log.warning("%s: %d bytes are torn: cut off", path, len(content) - segment.size)
            os.truncate(path, segment.size)
        if not segment.records:
            path.unlink()

    def _add(self, entry: _Entry) -> None:
        self._entries.append(entry)
        entry.segment.records += 1
        self.rows += entry.head.rows
        self.bytes += entry.head.size

    def _forget(self, entry: _Entry) -> None:
        self.rows -= entry.head.rows
        self.bytes -= entry.head.size
        entry.segment.records -= 1
        if entry.segment.records == 0:
            if self._writing and self._writing[0] is entry.segment:
                self._end_segment()
            entry.segment.path.unlink(missing_ok=True)

    def _make_room(self, size: int) -> None:
        """By dropping what is oldest. Raises OSError if it is the disk that has no room."""
        while self._entries and self._on_disk() + size > self.max_bytes:
            segment, rows = self._entries[0].segment, 0
            while self._entries and self._entries[0].segment is segment:
                rows += self._entries[0].head.rows
                self._forget(self._entries.popleft())
            self.drop(rows, "the spool is full (SPOOL_MB), and the oldest went")
        found = os.statvfs(self._folder)
        if found.f_bavail * found.f_frsize - size < self._keep_free:
            raise OSError(errno.ENOSPC, "too little free space for the spool", str(self._folder))

    def _on_disk(self) -> int:
        """Bytes of all files: of the oldest, records are stored already."""
        return self.bytes + (self._entries[0].offset if self._entries else 0)

    def _begin(self, number: int) -> tuple[_Segment, BinaryIO]:
        segment = _Segment(self._folder / f"{number:020}{_SUFFIX}")
        self._writing = segment, segment.path.open("wb", buffering=0)
        os.fsync(self._handle)  # the name of the file, too, must survive
        return self._writing

    def _write(self, segment: _Segment, file: BinaryIO, record: bytes) -> None:
        try:
            written = 0
            while written < len(record):
                written += file.write(record[written:])
            os.fsync(file.fileno())
        except OSError:
            # After a failed fsync nobody knows what is on disk: go on in another file.
            self._end_segment()
            with suppress(OSError):
                os.truncate(segment.path, segment.size)
            if not segment.records:
                segment.path.unlink(missing_ok=True)
            raise

    def _end_segment(self) -> None:
        if self._writing:
            self._writing[1].close()
            self._writing = None

    def _oldest(self, max_rows: int) -> list[_Entry]:
        chosen: list[_Entry] = []
        rows = 0
        for entry in self._entries:
            rows += entry.head.rows
            if chosen and rows > max_rows:
                break
            chosen.append(entry)
        return chosen

    def _read(self, entry: _Entry) -> list[Row]:
        with entry.segment.path.open("rb") as file:
            file.seek(entry.offset)
            rows = unpack(file.read(entry.head.size))
        if rows is None:
            self._entries.remove(entry)
            self._forget(entry)
            self.drop(entry.head.rows, f"{entry.segment.path} is damaged at {entry.offset}")
        return rows or []


def _taken(folder: Path) -> int:
    """A handle that keeps other processes out of a folder while it is open."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        expected = "a folder whose spool no other ingest uses"
        raise SettingError("VAR_DIR", str(folder), expected) from error
    return handle
