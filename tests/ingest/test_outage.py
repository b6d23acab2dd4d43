"""The store is away: nothing that was accepted is lost, nothing is doubled, the order is kept."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Event, Timer

import pytest
from redis import Redis

from data.errors import StoreError
from data.extruders import Catalogue
from data.ingest import backlog as backlog_module
from data.ingest.backlog import Backlog
from data.ingest.feed import feed
from data.ingest.simulator import Simulator
from data.ingest.spool import Spool
from data.telemetry import TelemetryStore, open_store
from data.window_cache.spool_state import SPOOL
from data.windows import Row
from tests.ingest.simulated import quiet_plant
from tests.ingest.spooled import assert_stored, bits, by_extruder, on_disk, stored
from tests.postgres_server import need_initdb, running_server
from tests.stack import Stack, wait_until

ROOT = Path(__file__).parents[2]
EXTRUDERS, BEFORE, OUTAGE, AFTER = 5, 20, 600, 20


def plant(folder: Path) -> Simulator:
    """Always the same readings."""
    return quiet_plant(folder / "var", EXTRUDERS)


def simulated(folder: Path, seconds: int) -> list[Row]:
    return [row for batch in plant(folder).simulate(seconds) for row in batch]


HOLDING = """
import sys
from tests.raw_sql import locked
with locked(sys.argv[1], "reading_seq"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(url: str) -> Iterator[None]:
    """Another process keeps the store from everybody; it lets go if this one dies."""
    command = [sys.executable, "-c", HOLDING, url]
    with Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield


class ThroughOutage:
    """A live source whose store is away from its 20th to its 620th second, told by its stream.

    It delivers as fast as it is read, and on: the store comes back when all seconds of the outage
    are accepted.
    """

    name = "simulator"

    def __init__(self, folder: Path, backlog: Backlog, url: str) -> None:
        self._plant, self._backlog, self._url = plant(folder), backlog, url

    def catalogue(self) -> Catalogue:
        return self._plant.catalogue()

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        seconds = self._plant.simulate(BEFORE + OUTAGE + AFTER)
        for _ in range(BEFORE):
            yield next(seconds)
        wait_until(lambda: self._backlog.state().memory_rows == 0, 10, "the store works")
        with held(self._url):
            for _ in range(OUTAGE):
                yield next(seconds)
            wait_until(self._all_on_disk, 20, "the outage is on disk")
        yield from seconds

    def _all_on_disk(self) -> bool:
        state = self._backlog.state()
        return state.rows == OUTAGE * EXTRUDERS and state.refused != ""


@pytest.mark.both_stores
def test_ten_minutes_without_the_store_lose_nothing(
    tmp_path: Path, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Spool(tmp_path / "spool", 64 << 20)) as spool:
        backlog = Backlog(spool)
        source = ThroughOutage(tmp_path, backlog, store_url)
        with caplog.at_level("INFO"):
            feed(source, partial(open_store, store_url), Event(), backlog)
        assert (backlog.state().rows, backlog.state().dropped_rows) == (0, 0)
    assert_stored(store_url, simulated(tmp_path, BEFORE + OUTAGE + AFTER))
    assert [row.ts for row in stored(store_url)] == sorted(row.ts for row in stored(store_url))
    assert caplog.text.count("trying again until it works") == 1
    assert "rows from disk in" in caplog.text


KILLED = """
import sys
from functools import partial
from pathlib import Path
from threading import Event, Timer
from data.ingest import backlog as backlog_module
from data.ingest.backlog import Backlog
from data.ingest.feed import feed
from data.ingest.spool import Spool
from data.telemetry import TelemetryStore, open_store
from tests.ingest.test_outage import ThroughOutage
folder, url = Path(sys.argv[1]), sys.argv[2]
backlog = Backlog(Spool(folder / "spool", 64 << 20))
ThroughOutage._all_on_disk = lambda self: False
feed(ThroughOutage(folder, backlog, url), partial(open_store, url), Event(), backlog)
"""


class Silent:
    """A source that has nothing to say any more."""

    name = "simulator"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def catalogue(self) -> Catalogue:
        return self._catalogue

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        yield from ()


def test_what_was_accepted_before_kill_9_is_stored_by_the_next_start(
    tmp_path: Path, store_url: str
) -> None:
    open_store(store_url).close()
    killed = Popen([sys.executable, "-c", KILLED, str(tmp_path), store_url], cwd=ROOT)
    seconds = BEFORE + OUTAGE
    folder, expected = tmp_path / "spool", simulated(tmp_path, seconds)
    wait_until(lambda: len(on_disk(folder)) == OUTAGE * EXTRUDERS, 30, "the outage is on disk")
    killed.send_signal(signal.SIGKILL)
    killed.wait(10)
    with closing(Spool(folder, 64 << 20)) as spool:
        source = Silent(plant(tmp_path).catalogue())
        feed(source, partial(open_store, store_url), Event(), Backlog(spool))
        assert spool.rows == 0
    assert_stored(store_url, expected)


def test_a_stop_during_the_outage_keeps_what_was_delivered_last(
    tmp_path: Path, store_url: str
) -> None:
    rows = simulated(tmp_path, 3)
    catalogue = plant(tmp_path).catalogue()

    class LastWords(Silent):
        def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
            yield rows
            stop.set()

    with closing(Spool(tmp_path / "spool", 64 << 20)) as spool:
        feed(Silent(catalogue), partial(open_store, store_url), Event(), Backlog(spool))
        feed(LastWords(catalogue), away, Event(), Backlog(spool))
    assert bits(on_disk(tmp_path / "spool")) == bits(rows)


def test_a_source_that_is_held_back_can_be_stopped(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog_module, "HOLD_ROWS", EXTRUDERS)
    stop, backlog = Event(), Backlog()
    Timer(0.5, stop.set).start()
    source = Silent(plant(tmp_path).catalogue())
    seconds = plant(tmp_path).simulate(1000)
    source.stream = lambda _: seconds  # type: ignore[method-assign,assignment]
    store = open_store(store_url)
    with monkeypatch.context() as patched:
        patched.setattr(store, "append", away)
        feed(source, lambda: store, stop, backlog)
    assert backlog.state().memory_rows == EXTRUDERS


def test_a_source_whose_catalogue_the_store_does_not_know_is_not_read_while_it_is_away(
    tmp_path: Path,
) -> None:
    """Its rows could mean something else than the catalogue that the store accepts in the end."""
    stop = Event()

    class Reads(Silent):
        def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
            raise AssertionError

    def not_there() -> TelemetryStore:
        stop.set()
        return away()

    with closing(Spool(tmp_path / "spool", 64 << 20)) as spool:
        feed(Reads(plant(tmp_path).catalogue()), not_there, stop, Backlog(spool))


def test_ingest_is_killed_and_started_again_while_postgresql_is_away(tmp_path: Path) -> None:
    with running_server(need_initdb()) as server:
        url = server.url()
        stack = Stack(tmp_path, EXTRUDERS="3", WINDOW_S="30", DATABASE_URL=url)
        folder = tmp_path / "spool" / "simulator"
        try:
            stack.start_redis()
            stack.start_ingest()
            wait_until(lambda: _rows(url) > 93, 40, "live seconds are stored")
            server.stop()
            wait_until(lambda: len(on_disk(folder)) > 3, 20, "seconds are on disk")
            wait_until(lambda: told(stack)["refused"], 20, "it is told why")
            stack.kill("ingest")
            kept = on_disk(folder)
            stack.start_ingest()
            wait_until(lambda: len(on_disk(folder)) > len(kept), 20, "it goes on")
            server.start()
            wait_until(lambda: on_disk(folder) == [], 30, "all is stored")
            after = len(stored(url))
            wait_until(lambda: len(stored(url)) > after, 10, "live seconds are stored again")
            stack.kill("ingest", signal.SIGTERM)
            wait_until(lambda: told(stack)["rows"] == 0, 1, "the last state is told")
        finally:
            stack.stop()
        found = by_extruder(stored(url))
        for extruder, rows in by_extruder(kept).items():
            assert set(rows) <= set(found[extruder])
            times = [ts for _, ts, _, _ in found[extruder]]
            assert times == list(range(times[0], times[-1] + 1000, 1000))


def away(*_: object) -> TelemetryStore:
    raise StoreError("away")


def told(stack: Stack) -> dict[str, object]:
    """What ingest has told of its spool last; {} if nothing."""
    with Redis.from_url(stack.settings.redis_url) as client:
        return json.loads(client.get(SPOOL) or "{}")


def _rows(url: str) -> int:
    """Of a store that ingest may not have made yet."""
    try:
        return len(stored(url))
    except StoreError:
        return 0
