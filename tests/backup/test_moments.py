"""Which backup comes nearest to a time, and what is said if none does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.backup.moments import Span, choose, of_person, of_stamp, stamp
from data.errors import BackupRefused, SettingError

HERE = Path("/backups")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 25, hour, minute, tzinfo=UTC)


def span(name: str, first: int, last: int) -> Span:
    return Span(Path(name), at(first), at(last))


COPY, EARLY, LATE = span("copy", 9, 9), span("early", 8, 10), span("late", 11, 14)
ALL = [COPY, EARLY, LATE]


def test_without_a_time_the_newest_is_chosen() -> None:
    assert choose(ALL, None, HERE) == LATE


@pytest.mark.parametrize(
    ("time", "chosen"),
    [(at(8, 30), EARLY), (at(9), COPY), (at(9, 30), EARLY), (at(10, 30), EARLY), (at(14), LATE)],
)
def test_the_nearest_that_is_not_younger_is_chosen(time: datetime, chosen: Span) -> None:
    assert choose(ALL, time, HERE) == chosen


@pytest.mark.parametrize("time", [at(7), at(15)])
def test_a_time_that_no_backup_knows_is_refused_with_what_there_is(time: datetime) -> None:
    with pytest.raises(BackupRefused, match="from 2026-11-25T08:00:00Z to 2026-11-25T14:00:00Z"):
        choose(ALL, time, HERE)


def test_an_empty_folder_is_told() -> None:
    with pytest.raises(BackupRefused, match="there is no backup in /backups"):
        choose([], None, HERE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday", "a time such as"),
        ("2026-11-25T18:00:00", "with its zone"),
        ("2999-01-01T00:00:00Z", "of the past"),
    ],
)
def test_a_bad_time_is_told_with_what_is_expected(text: str, expected: str) -> None:
    with pytest.raises(SettingError, match=f"AT='{text}'.*{expected}"):
        of_person(text)


def test_a_stamp_is_read_as_it_was_written() -> None:
    assert of_stamp(stamp(at(18, 5))) == at(18, 5)
