"""The journal: every event once, in order, with who did what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind
from data.errors import SettingError, StoreError
from data.journal import Batch, Journal, Notification, open_journal
from data.malfunctions.malfunction import Stage
from data.telemetry import TelemetryStore
from tests.journal.samples import KEY, acknowledgement, event, malfunction, resolution
from tests.raw_sql import locked, sql

pytestmark = pytest.mark.both_stores


def test_events_come_back_as_they_were_written_newest_first(journal: Journal) -> None:
    given = [event(1000), event(2000, Kind.ACKNOWLEDGED, command="c1"), event(2000, Kind.CLEARED)]
    journal.write(Batch(2000, events=given))
    assert journal.events(10) == given[::-1]
    assert journal.events(1) == [given[2]]
    assert journal.events(10, before=2000) == [given[0]]
    assert journal.events_between(1000, 2000, 10) == [given[0]]
    assert journal.events_between(0, 5000, 2) == given[:2]


def test_an_event_without_numbers_keeps_them_unset(journal: Journal) -> None:
    silent = AlarmEvent(
        5, AlarmKey(3, "", Condition.SILENT), Kind.ACTIVE, event(0).state, event(0).priority
    )
    journal.write(Batch(5, events=[silent]))
    assert journal.events(1) == [silent]


def test_repeating_a_tick_adds_nothing(journal: Journal) -> None:
    journal.record_command(resolution("c1", "3-1000"))
    batch = Batch(
        ts=1000,
        events=[event(1000), event(1000, Kind.ACKNOWLEDGED, command="c1")],
        states=[(str(KEY), "{}")],
        malfunctions=[malfunction(1000)],
        applied_commands=["c1"],
    )
    journal.write(batch)
    journal.write(replace(batch, ts=2000))
    assert len(journal.events(10)) == 2
    assert journal.alarm_states() == [(str(KEY), "{}")]
    assert journal.malfunctions(0, 10) == [malfunction(1000)]
    assert len(journal.malfunction_actions("3-1000")) == 1


def test_two_actions_of_one_moment_are_two_events(journal: Journal) -> None:
    journal.write(Batch(1, events=[event(1, Kind.SHELVED, command=c) for c in ("c1", "c2")]))
    assert [e.command for e in journal.events(10)] == ["c2", "c1"]


def test_only_alarms_that_are_not_at_rest_have_a_state(journal: Journal) -> None:
    journal.write(Batch(1, states=[("1|a|H", "old"), ("1|b|H", "stays")]))
    journal.write(Batch(2, states=[("1|a|H", "new")]))
    assert dict(journal.alarm_states()) == {"1|a|H": "new", "1|b|H": "stays"}
    journal.write(Batch(3, rested=["1|a|H"]))
    assert journal.alarm_states() == [("1|b|H", "stays")]


def test_malfunctions_are_found_while_anything_about_them_is_recent(journal: Journal) -> None:
    old = malfunction(1000, ended=5000, stage=Stage.RESOLVED, resolved_at=9000)
    new = malfunction(8000)
    journal.write(Batch(1, malfunctions=[new, old]))
    assert journal.malfunctions(8500, 10) == [old]
    assert journal.malfunctions(8000, 10) == [new, old]
    assert journal.malfunctions(9001, 10) == []
    assert journal.malfunctions(0, 1) == [new]


@pytest.mark.parametrize(
    "changes",
    [{}, {"stage": Stage.RESOLVED}, {"ended": 5000, "stage": Stage.ACKNOWLEDGED}],
)
def test_a_malfunction_is_open_until_it_has_ended_and_is_resolved(
    journal: Journal, changes: dict[str, object]
) -> None:
    journal.write(Batch(1, malfunctions=[malfunction(1000, **changes)]))
    assert journal.open_malfunctions() == [malfunction(1000, **changes)]
    done = malfunction(1000, ended=5000, stage=Stage.RESOLVED)
    journal.write(Batch(2, malfunctions=[done]))
    assert journal.open_malfunctions() == []


def test_the_cause_that_was_found_replaces_the_probable_one_in_sql(
    journal: Journal, store_url: str
) -> None:
    found = malfunction(2000, cause_found="worn_screw")
    journal.write(Batch(1, malfunctions=[malfunction(1000), found, malfunction(3, causes=())]))
    rows = sql(store_url, "SELECT cause, kg, money FROM malfunctions ORDER BY detected")
    assert [cause for cause, *_ in rows] == ["cannot_tell", "screen_clogging", "worn_screw"]
    assert rows[1][1:] == (12.3, 16.6)


def test_a_command_waits_until_a_tick_has_applied_it(journal: Journal) -> None:
    first, second = acknowledgement("b", 1000), acknowledgement("a", 2000)
    assert journal.record_command(second)
    assert journal.record_command(first)
    assert journal.pending_commands() == [first, second]
    journal.write(Batch(3000, applied_commands=["b", "unknown"]))
    assert journal.pending_commands() == [second]


def test_a_known_command_stays_as_it_was_first(journal: Journal) -> None:
    assert journal.record_command(acknowledgement("c", 1000))
    assert not journal.record_command(acknowledgement("c", 2000))
    assert journal.pending_commands() == [acknowledgement("c", 1000)]
    journal.write(Batch(3000, applied_commands=["c"]))
    assert not journal.record_command(acknowledgement("c", 4000))
    assert journal.pending_commands() == []


def test_what_people_did_about_a_malfunction_is_kept_with_their_names(journal: Journal) -> None:
    journal.record_command(resolution("c1", "3-1000", comment="torn mesh"))
    journal.record_command(acknowledgement("c2"))
    journal.write(Batch(5000, malfunctions=[malfunction(1000)], applied_commands=["c1", "c2"]))
    (action,) = journal.malfunction_actions("3-1000")
    assert (action.ts, action.who, action.action) == (1000, "Ben", "resolve_malfunction")
    assert action.text == "changed the screens\ntorn mesh"
    assert action.command == "c1"


def test_letters_that_a_store_cannot_have_do_not_stop_the_next_tick(journal: Journal) -> None:
    journal.record_command(resolution("c1", "3-1000", comment="torn\0mesh \ud800"))
    (command,) = journal.pending_commands()
    journal.write(Batch(5000, malfunctions=[malfunction(1000)], applied_commands=[command.id]))
    (action,) = journal.malfunction_actions("3-1000")
    assert action.text.startswith("changed the screens\ntorn")


def test_a_batch_is_kept_whole_or_not_at_all(journal: Journal) -> None:
    bad = Notification("key", "mail", "title", "body", object(), 0)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        journal.write(Batch(1, [event(1)], [("1|a|H", "{}")], notifications=[bad]))
    assert journal.events(10) == []
    assert journal.alarm_states() == []


def test_a_snapshot_replaces_the_one_before(journal: Journal, store_url: str) -> None:
    assert journal.snapshot() is None
    journal.save_snapshot(1, 1000, b"one")
    journal.save_snapshot(2, 2000, b"two")
    assert journal.snapshot() == (2, 2000, b"two")
    other = open_journal(store_url, shard=1)
    assert other.snapshot() is None
    other.close()


def test_telemetry_and_journal_share_one_store(
    journal: Journal, store: TelemetryStore, store_url: str
) -> None:
    journal.write(Batch(1, events=[event(1)]))
    assert store.last_seq() == 0
    assert sql(store_url, "SELECT count(*) FROM alarm_events") == [(1,)]


def test_a_journal_that_is_locked_is_a_store_error(journal: Journal, store_url: str) -> None:
    with locked(store_url, "alarm_events"), pytest.raises(StoreError, match=r"locked|lock timeout"):
        journal.write(Batch(1, events=[event(1)]))
    journal.write(Batch(1, events=[event(1)]))
    assert len(journal.events(10)) == 1


def test_a_bad_url_names_the_setting_and_value() -> None:
    with pytest.raises(SettingError, match="DATABASE_URL='mysql://x'"):
        open_journal("mysql://x")
