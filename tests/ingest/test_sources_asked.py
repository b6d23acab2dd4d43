"""What people ask of sources: tested, mapped, released, and written down, or refused in words."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from data.asking import INGEST, Asking
from data.audit import journal as audit
from data.errors import CommandError, NoWorker, StoreError
from data.extruders import Signal
from data.ingest.clock import now_ms
from data.ingest.mapped_extruders import read_extruders
from data.ingest.sources import Found, FoundSignal, SourceLost
from data.ingest.sources import Tested as Outcome
from data.ingest.sources.asked import SourcesAsked, answering
from data.ingest.sources.places import Places
from data.ingest.sources.running import Running
from data.session import Session, open_session
from data.toml_table import Table
from data.window_cache import connect
from tests.ingest.sources_made import EXTRUDER, InHand, running

SIGNAL = {
    "address": "x", "name": "X", "label": "Extra", "unit": "A", "group": "Drive", "low": 0,
    "high": 10,
}  # fmt: skip
Do = Callable[..., Any]


@pytest.fixture
def journal(tmp_path: Path) -> Callable[[], Session]:
    return partial(open_session, f"sqlite:///{tmp_path / 'store.sqlite'}")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path, InHand())
    yield made
    made.close()


@pytest.fixture
def do(one: Running, journal: Callable[[], Session]) -> Do:
    asked = SourcesAsked([one], journal)

    def does(kind: str, **body: Any) -> Any:
        return asked.do(kind, {"source": "made", "actor": "p-1", **body}, "", 3.0)

    return does


def written(journal: Callable[[], Session]) -> list[tuple[str, str, str, str]]:
    with closing(journal()) as session:
        return [(row.actor, row.event, row.subject, row.detail) for row in audit.rows(session)]


def test_an_address_becomes_a_signal_of_an_extruder(
    one: Running, do: Do, journal: Callable[[], Session]
) -> None:
    before = one.live.catalogue()
    assert do("map", extruder=7, signal={**SIGNAL, "scale": 0.1}) == {"extruder": 7}
    assert one.live.catalogue() is not before
    place = one.live.places.get("x")
    assert place and (place.extruder, place.slot, place.scale) == (7, 2, 0.1)
    assert [one.by_hand for one in one.state(now_ms()).mapped] == [False, False, True]
    ((actor, event, subject, detail),) = written(journal)
    assert (actor, event, subject) == ("p-1", "source_mapped", "made")
    assert '"address": "x"' in detail


def test_a_new_extruder_gets_a_number_that_nobody_has(one: Running, do: Do) -> None:
    assert do("map", extruder_name="New", signal=SIGNAL) == {"extruder": 1001}
    signal = {**SIGNAL, "address": "y"}
    assert do("map", extruder_name="Another", signal=signal) == {"extruder": 1002}
    one.live.offer([Found("n", "Found", [FoundSignal("z", Signal("Z", "Z", "", "O", 0, 1))])])
    assert one.live.places.ids == (7, 1001, 1002, 1003)


def test_what_was_mapped_is_still_so_after_a_restart(one: Running, do: Do, tmp_path: Path) -> None:
    do("map", extruder=7, signal=SIGNAL)
    again = Places(tmp_path / "sources" / "made" / "known.json", 1001)
    assert again.get("x") == one.live.places.get("x")
    assert again.is_by_hand("x")


def test_a_released_address_leaves_its_slot_and_may_be_mapped_anew(one: Running, do: Do) -> None:
    do("map", extruder=7, signal=SIGNAL)
    assert do("unmap", address="x") == {"extruder": 7}
    assert one.live.places.get("x") is None
    do("map", extruder=7, signal={**SIGNAL, "name": "Y"})
    place = one.live.places.get("x")
    assert place and place.slot == 3
    names = [signal.name for signal in one.live.catalogue().extruders[0].signals]
    assert names == ["P", "T", "X", "Y"]


def test_the_same_again_corrects_it(one: Running, do: Do) -> None:
    do("map", extruder=7, signal=SIGNAL)
    do("map", extruder=7, signal={**SIGNAL, "offset": -3})
    place = one.live.places.get("x")
    assert place and (place.slot, place.offset) == (2, -3)


def test_what_a_source_says_later_does_not_undo_what_a_person_did(one: Running, do: Do) -> None:
    do("map", extruder=7, signal=SIGNAL)
    signals = [FoundSignal(a, Signal(a, a, "", "O", 0, 1)) for a in ("x", "y")]
    one.live.offer([Found("n", "Found", signals)])
    place = one.live.places.get("x")
    assert place and place.extruder == 7


def test_what_sources_toml_says_later_holds(one: Running, do: Do, tmp_path: Path) -> None:
    signal = {**SIGNAL, "address": "y"}
    do("map", extruder_name="New", signal=signal)
    places = Places(tmp_path / "sources" / "made" / "known.json", 1001)
    table = Table("sources.toml", "", tomllib.loads(EXTRUDER.replace('"t"', '"y"')))
    places.declare(read_extruders(table, "address"))
    place = places.get("y")
    assert place and (place.extruder, place.slot) == (7, 1)
    assert not places.is_by_hand("y")


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("map", {"source": "other", "signal": SIGNAL}, "source='other': expected one of made"),
        ("map", {"extruder": 9, "signal": SIGNAL}, "extruder=9: expected the number of"),
        ("map", {"extruder": 7.5, "signal": SIGNAL}, "extruder=7.5"),
        ("map", {"extruder_name": "seven", "signal": SIGNAL}, "extruder_name='seven': expected a"),
        ("map", {"extruder_name": "", "signal": SIGNAL}, "extruder_name=''"),
        ("map", {"extruder": 7, "signal": 3}, "signal=3: expected a table"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "name": "P"}}, "name='P': expected a name"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "address": "p"}}, "address='p': expected one"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "address": ""}}, "address=''"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "high": "x"}}, "high='x': expected a number"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "high": -1}}, "high=-1.0: expected a number"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "scale": 0}}, "scale=0.0"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "gauge": 9}}, "gauge=9"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "label": "y" * 81}}, "label='yyy"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "label": "a\nb"}}, r"label='a\nb'"),
        ("map", {"extruder": 7, "signal": {**SIGNAL, "color": "red"}}, "color='red'"),
        ("unmap", {"address": "p"}, "address='p': expected an address mapped by hand"),
        ("unmap", {"address": "x"}, "address='x': expected an address that is mapped"),
        ("forget", {}, "kind='forget': expected test or map or unmap"),
    ],
)
def test_what_is_wrong_is_refused_in_a_line(
    one: Running,
    do: Do,
    journal: Callable[[], Session],
    kind: str,
    body: dict[str, Any],
    told: str,
) -> None:
    before = one.live.catalogue()
    with pytest.raises(CommandError) as refused:
        do(kind, **body)
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)
    assert one.live.catalogue() is before
    assert written(journal) == []


def test_nothing_is_mapped_that_cannot_be_written_down(one: Running) -> None:
    def away() -> Session:
        raise StoreError("away")

    asked = SourcesAsked([one], away)
    with pytest.raises(StoreError):
        asked.do("map", {"source": "made", "extruder": 7, "signal": SIGNAL}, "", 3.0)
    assert one.live.places.get("x") is None
    assert asked.do("test", {"source": "made"}, "", 3.0)["ok"], "a test is for such days"


def test_a_test_tells_what_it_found_or_what_is_wrong(
    one: Running, do: Do, journal: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert do("test") == {"ok": True, "summary": "fine", "lines": []}

    def lost() -> Outcome:
        raise SourceLost("no answer from 10.0.0.5")

    monkeypatch.setattr(one.live.kind, "test", lost)
    assert do("test") == {"ok": False, "summary": "no answer from 10.0.0.5", "lines": []}
    monkeypatch.setattr(one.live.kind, "test", lambda: 1 / 0)
    assert do("test")["summary"] == "ZeroDivisionError: division by zero"
    assert [event for _, event, _, _ in written(journal)] == ["source_tested"] * 3


def test_a_source_is_tested_once_at_a_time(
    one: Running, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Outcome:
        begun.set()
        go_on.wait(10)
        return Outcome("slow")

    monkeypatch.setattr(one.live.kind, "test", slow)
    first = threading.Thread(target=do, args=("test",))
    first.start()
    assert begun.wait(10)
    with pytest.raises(CommandError, match="not being tested"):
        do("test")
    go_on.set()
    first.join(10)
    assert do("test")["ok"]


def test_it_is_asked_by_a_stream_of_its_own(
    one: Running, journal: Callable[[], Session], redis_url: str
) -> None:
    client = connect(redis_url)
    with pytest.raises(NoWorker, match="no ingest answered"):
        Asking(client, INGEST).ask("test", {"source": "made"}, 0.2)
    with answering(client, SourcesAsked([one], journal)):
        asking = Asking(client, INGEST)
        assert asking.ask("map", {"source": "made", "extruder": 7, "signal": SIGNAL}) == {
            "extruder": 7
        }
        with pytest.raises(CommandError, match="source='x'"):
            asking.ask("test", {"source": "x"})
        assert asking.ask("test", {"source": "made"}) == {
            "ok": True,
            "summary": "fine",
            "lines": [],
        }
    assert [event for _, event, _, _ in written(journal)] == ["source_mapped", "source_tested"]
