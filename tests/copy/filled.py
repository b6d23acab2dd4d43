"""A plant with something in every table of its store."""

from __future__ import annotations

from contextlib import closing

from data.commands import command_from_dict
from data.extruders import Limits
from data.journal import Batch, Frame, Journal, Notification, open_journal
from data.people.account import TokenKind
from data.people.roles import Role
from data.people.store import open_people
from data.rollups import MINUTE_MS, roll_up
from data.telemetry import ImportMark, open_store
from data.windows import Row
from tests.journal.samples import KEY, event, malfunction, resolution
from tests.rows import plant, row

DAY_MS = 86_400_000
START = 1_795_000_000_000 // DAY_MS * DAY_MS + DAY_MS // 2
EXTRUDERS = 3


def readings(count: int, start: int = START, step_ms: int = MINUTE_MS) -> list[Row]:
    """Some of them short of a signal; with the default step two days are touched."""
    return [
        row(start + n * step_ms, extruder, 1.5 * n, None if n % 7 == 0 else -0.1, 2.0)
        for n in range(count)
        for extruder in range(1, EXTRUDERS + 1)
    ]


def fill(url: str, count: int = 1000) -> None:
    """`count` readings of each extruder and what happened meanwhile."""
    with closing(open_store(url)) as store:
        store.put_catalogue(plant(EXTRUDERS), "test", "as delivered")
        store.set_limits(2, 0, {"MeltPressure": Limits(h=310.0)}, "Ana", "new die")
        rows = readings(count)
        store.append(rows, ("file.csv", ImportMark(count, True)))
        store.append([row(START, 1, 99.0)])  # a correction: its row gets a new seq
        kept = store.rows_since(0, 10**6)
        store.merge_rollups(roll_up(kept, MINUTE_MS), len(kept), 0, store.last_seq())
        store.delete_readings({1: START + 5 * MINUTE_MS}, 1000)
    with closing(open_journal(url)) as journal:
        _journal(journal, rows)
    with closing(open_people(url)) as people:
        people.add("ana", "Ana", Role.OPERATOR, "correct horse", "cli", START)
        people.new_token(TokenKind.KIOSK, "hall 1", "cli", START, None)


def _journal(journal: Journal, rows: list[Row]) -> None:
    kept = [malfunction(START), malfunction(START + 1, ended=START + 9)]
    note = {
        "id": "c2", "action": "annotate", "who": "Ana", "kind": "note", "extruder": 1,
        "signal": "", "product": 0, "start": START, "end": START, "comment": "new pellets – μ",
    }  # fmt: skip
    odd = {"id": "c3", "action": "acknowledge", "who": "B\0en", "alarms": [str(KEY)]}
    for raw in (resolution("c1", kept[0].id, START), note, odd):
        journal.record_command(raw if not isinstance(raw, dict) else command_from_dict(raw, START))
    journal.write(
        Batch(
            START,
            [event(START + n) for n in range(5)],
            [(str(KEY), '{"state": 1}')],
            (),
            kept,
            ["c1", "c2"],
            [Notification(f"k{n}", "mail", "title", "body", 1, START) for n in range(3)],
        )
    )
    journal.claim_notifications(START + 1, 60_000, 1)
    one = [r for r in rows if r.extruder == 3]
    journal.save_frame(Frame(kept[0].id, START, START + DAY_MS, 1000, ("a", "b", "c"), one))
    journal.save_snapshot(7, START, bytes(range(256)))
