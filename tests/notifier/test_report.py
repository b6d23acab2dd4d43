"""Each shift is reported once to the routes that ask for it, whatever happens to the workers."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import time as clock
from pathlib import Path

import pytest

from data.errors import StoreError
from data.history import open_history
from data.journal import Batch, Journal, Notification, Sending, open_journal
from data.notifier.delivery import deliver
from data.notifier.reports import (
    GRACE_MS,
    LONGEST_MS,
    PATIENCE_MS,
    Reports,
    ReportTerms,
    report_for_ever,
)
from data.notifier.routes import REPORT, Route, Routes, Shift
from data.settings import Settings
from data.telling import tell_of_shifts
from tests.history.shift_plant import HOUR, MINUTE, PLAN, ShiftPlant, ms
from tests.notifier.made import route
from tests.notifier.servers import Mailbox
from tests.stack import free_port, wait_until

START = ms("2026-11-24 06:00")
END = START + 8 * HOUR
DUE = END + GRACE_MS
TERMS = ReportTerms("Hall 2", PLAN, "EUR", "http://plant:8050")


@pytest.fixture
def plant(tmp_path: Path) -> ShiftPlant:
    made = ShiftPlant(tmp_path)
    for extruder in (1, 2):
        made.minutes(extruder, START, 480)
    made.malfunction(2, START + HOUR, START + 2 * HOUR, kg=24)
    made.alarm(2, START + HOUR)
    return made


def wanting(name: str = "lead", **fields: object) -> Route:
    return route(name, **{"events": frozenset({REPORT}), **fields})


def reports(plant: ShiftPlant, *routes: Route, terms: ReportTerms = TERMS) -> Reports:
    return Reports(Routes(routes), open_history(plant.url, PLAN), terms)


def of(made: list[Notification], shift_start: int = START) -> list[Notification]:
    return [one for one in made if one.key.startswith(f"report|{shift_start}|")]


def keep(plant: ShiftPlant, made: list[Notification], now: int) -> None:
    with closing(open_journal(plant.url)) as journal:
        journal.write(Batch(now, notifications=made))


def test_a_shift_is_reported_a_few_minutes_after_its_end_and_then_no_more(
    plant: ShiftPlant,
) -> None:
    ours = reports(plant, wanting())
    assert of(ours.due(DUE - 1)) == []
    made = ours.due(DUE)
    (told,) = of(made)
    assert (told.key, told.route) == (f"report|{START}|lead", "lead")
    assert [one.key for one in of(ours.due(DUE + 1))] == [told.key]  # until it is in the journal
    ours.queued(made)
    assert of(ours.due(DUE + MINUTE)) == []


def test_a_report_reads_well_in_a_mail_and_cut_short(plant: ShiftPlant) -> None:
    (told,) = of(reports(plant, wanting()).due(DUE))
    assert told.title == "Hall 2: report of the Early shift Tue 2026-11-24 06:00–14:00"
    lines = told.body.splitlines()
    assert lines[0] == "Production 4,800 kg, scrap 24 kg (36 EUR)"
    assert lines[2] == "Malfunctions 1, alarms 1 (1 high)"
    assert (
        "Line B: 2,400 kg, 8.0 h in production, 1 alarms, scrap 24 kg (36 EUR), Screen clogging"
    ) in lines
    assert "Line D: –, – in production, 8.0 h no data" in lines
    assert "Over, not resolved: 1" in lines
    assert lines[-1] == "http://plant:8050/report?day=2026-11-24&shift=Early"
    assert all(len(line) < 160 for line in lines)


def test_a_shift_without_readings_is_reported_as_one(tmp_path: Path) -> None:
    empty = ShiftPlant(tmp_path)
    (told,) = of(reports(empty, wanting(), terms=ReportTerms("P", PLAN, "EUR", "")).due(DUE))
    assert "There are no readings of this shift." in told.body
    assert "Production –, scrap 0 kg" in told.body
    assert "http" not in told.body


def test_a_route_for_some_extruders_is_told_of_those(plant: ShiftPlant) -> None:
    some = wanting(extruders=frozenset({1}))
    (told,) = of(reports(plant, some).due(DUE))
    assert told.body.startswith("Production 2,400 kg, scrap 0 kg\n")
    assert "Line B" not in told.body


def test_a_route_that_does_not_ask_gets_none(plant: ShiftPlant) -> None:
    assert not reports(plant, route("shift"))
    assert reports(plant, route("shift")).due(DUE) == []


def test_every_address_of_a_route_is_told(plant: ShiftPlant) -> None:
    made = of(reports(plant, wanting(urls=("json://x", "json://y"))).due(DUE))
    assert [one.route for one in made] == ["lead #1", "lead #2"]


def test_a_route_off_duty_is_told_when_its_shift_begins(plant: ShiftPlant) -> None:
    office = wanting(shifts=(Shift(frozenset(range(7)), clock(16), clock(18)),))
    ours = reports(plant, office)
    assert of(ours.due(DUE)) == []
    assert len(of(ours.due(ms("2026-11-24 16:00")))) == 1


def test_those_whose_shift_it_was_are_told_after_it(plant: ShiftPlant) -> None:
    theirs = wanting(shifts=(Shift(frozenset(range(7)), clock(6), clock(14)),))
    assert len(of(reports(plant, theirs).due(DUE))) == 1


def test_a_shift_that_ended_long_ago_is_not_reported(plant: ShiftPlant) -> None:
    ours = reports(plant, wanting())
    assert len(of(ours.due(END + LONGEST_MS))) == 1
    assert of(ours.due(END + LONGEST_MS + 1)) == []


def test_readings_that_are_not_rolled_up_yet_are_waited_for(plant: ShiftPlant) -> None:
    ours = reports(plant, wanting())
    plant.reading(1, END - MINUTE)
    assert of(ours.due(DUE)) == []
    assert len(of(ours.due(END + PATIENCE_MS))) == 1
    plant.rolled_up()
    assert len(of(ours.due(DUE))) == 1


def test_two_workers_and_a_restart_queue_it_once(plant: ShiftPlant, journal: Journal) -> None:
    for worker in (reports(plant, wanting()), reports(plant, wanting())):
        keep(plant, worker.due(DUE), DUE)
    keep(plant, reports(plant, wanting()).due(DUE + HOUR), DUE + HOUR)
    keys = [row.key for row in journal.recent_notifications(100)]
    assert keys.count(f"report|{START}|lead") == 1


def test_a_report_comes_by_mail(plant: ShiftPlant, journal: Journal) -> None:
    port = free_port()
    mailbox = Mailbox(port)
    to_mail = wanting(urls=(mailbox.url,))
    keep(plant, of(reports(plant, to_mail).due(DUE)), DUE)
    with mailbox.open(port):
        assert deliver(journal, Routes((to_mail,)), DUE) == 1
    assert mailbox.subjects == ["Hall 2: report of the Early shift Tue 2026-11-24 06:00–14:00"]
    (part,) = [p for p in mailbox.mails[0].walk() if p.get_content_type() == "text/plain"]
    text = part.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "Production 4,800 kg, scrap 24 kg (36 EUR)" in text.decode()
    assert "/report?day=2026-11-24&shift=Early" in text.decode()


def test_a_flood_of_alarms_does_not_swallow_a_report(plant: ShiftPlant, journal: Journal) -> None:
    port = free_port()
    mailbox = Mailbox(port)
    to_mail = wanting(urls=(mailbox.url,))
    keep(plant, of(reports(plant, to_mail).due(DUE)), DUE)
    for number in range(15):
        alarm = Notification(
            f"lead|alarm {number}|a|b|c", "lead", f"alarm {number}", "body", 1, DUE
        )
        plant.queue(alarm, DUE)
    with mailbox.open(port):
        assert deliver(journal, Routes((to_mail,)), DUE) == 10
        assert mailbox.subjects[-1] == "6 more alarms: 6 critical"
        # Stamps of what was sent go on with the clock: a slow machine takes seconds for ten mails.
        assert deliver(journal, Routes((to_mail,)), DUE + 120_000) == 1
    assert "report of the Early shift" in mailbox.subjects[-1]
    assert {row.state for row in journal.recent_notifications(100)} == {Sending.SENT}


def test_a_route_called_report_may_have_alarms_folded(plant: ShiftPlant, journal: Journal) -> None:
    from data.notifier.routing import is_report

    assert is_report(f"report|{START}|lead #1")
    assert not is_report("report|3|MainDrive.Load|HH|1000|active")


def test_the_thread_goes_on_after_the_store_was_away(plant: ShiftPlant) -> None:
    asked: list[int] = []

    class Failing(Reports):
        def due(self, now: int) -> list[Notification]:
            asked.append(now)
            raise StoreError("locked")

    stop = threading.Event()
    failing = Failing(Routes((wanting(),)), open_history(plant.url, PLAN), TERMS)
    arguments = (lambda: open_journal(plant.url), failing, stop, 0.01)
    thread = threading.Thread(target=report_for_ever, args=arguments)
    thread.start()
    try:
        wait_until(lambda: len(asked) >= 2, 10, "asked again")
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_a_worker_queues_the_shift_that_has_just_ended(plant: ShiftPlant) -> None:
    settings = Settings.from_env({"DATABASE_URL": plant.url, "SHIFTS": "Only 00:00"})
    assert (
        tell_of_shifts(Routes((route("shift"),)), settings, lambda: open_journal(plant.url)) is None
    )
    now = time.time_ns() // 1_000_000
    every_two_hours = ", ".join(f"S{hour} {hour:02d}:00" for hour in range(0, 24, 2))
    ours = Reports(
        Routes((wanting(),)),
        open_history(plant.url, PLAN),
        ReportTerms("P", PLAN.parse(every_two_hours, PLAN.zone), "EUR", ""),
    )
    stop = threading.Event()
    arguments = (lambda: open_journal(plant.url), ours, stop, 0.01)
    thread = threading.Thread(target=report_for_ever, args=arguments)
    thread.start()
    try:
        with closing(open_journal(plant.url)) as journal:
            wait_until(lambda: journal.recent_notifications(99), 10, "queued")
            queued = journal.recent_notifications(99)
    finally:
        stop.set()
        thread.join(10)
    assert 5 <= len(queued) <= 6
    assert all(now - LONGEST_MS - 2 * HOUR <= int(row.key.split("|")[1]) for row in queued)
