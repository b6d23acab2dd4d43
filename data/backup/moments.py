"""Times of backups: in names of files, as a person writes them, and which backup is nearest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.errors import BackupRefused, SettingError

_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Span:
    """A backup and the times (UTC) that it can bring back; a single copy has only one."""

    path: Path
    first: datetime
    last: datetime

    def nearest(self, at: datetime) -> datetime:
        """The newest time that it has, and that is not after `at`."""
        return min(at, self.last)


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def stamp(time: datetime) -> str:
    """A time for a file's name, such as 20261125T180000Z."""
    return time.astimezone(UTC).strftime(_STAMP)


def of_stamp(text: str) -> datetime:
    """The time that `stamp` wrote. Raises ValueError for anything else."""
    return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)


def of_person(text: str) -> datetime:
    """A time such as 2026-11-25T18:00:00Z. Raises SettingError without a zone, or after now."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingError("AT", text, "a time such as 2026-11-25T18:00:00Z") from error
    if time.tzinfo is None:
        raise SettingError("AT", text, "a time with its zone, such as 2026-11-25T18:00:00Z")
    if time > now():
        raise SettingError("AT", text, "a time of the past")
    return time.astimezone(UTC)


def told(time: datetime) -> str:
    """A time as `of_person` reads it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def choose(spans: Iterable[Span], at: datetime | None, where: Path) -> Span:
    """The backup that comes nearest to `at` without being younger, or the newest of all.

    Raises BackupRefused, with what there is, if none comes from before `at`, or if all end
    before it: nobody knows what the store was then.
    """
    found = sorted(spans, key=lambda span: (span.last, span.first))
    if not found:
        raise BackupRefused(f"there is no backup in {where}")
    if at is None:
        return found[-1]
    old = [span for span in found if span.first <= at]
    if not old or at > found[-1].last:
        first = min(span.first for span in found)
        raise BackupRefused(
            f"{where} reaches from {told(first)} to {told(found[-1].last)}: no {told(at)} in it"
        )
    return max(old, key=lambda span: (span.nearest(at), span.first))
