"""The checks stand between a source and the store, and its state tells what they find."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from data.ingest.clock import now_ms
from data.ingest.sources import Reading
from data.ingest.sources.config import read_sources_file
from data.ingest.sources.kinds import KINDS
from data.ingest.sources.running import run_all
from data.telemetry import TelemetryStore, open_store
from tests.ingest.checks.checked import UNCERTAIN
from tests.ingest.sources_made import InHand, running

HOUR = 3_600_000
Connect = Callable[[], TelemetryStore]


def test_what_comes_from_the_future_is_stored_as_it_arrived_and_told(tmp_path: Path) -> None:
    connect: Connect = partial(open_store, f"sqlite:///{tmp_path / 'store.sqlite'}")
    kind, over = InHand(), threading.Event()
    one = running(tmp_path, kind)
    thread = threading.Thread(target=run_all, args=([one], connect, over))
    thread.start()
    try:
        desk, kept, began = kind.reached(), threading.Event(), now_ms()
        desk.take([Reading("p", began + HOUR, 210.0)], kept.set)
        assert kept.wait(10)
        with closing(connect()) as store:
            (row,) = store.rows_since(0, 10)
        assert began <= row.ts <= now_ms()
        assert row.quality[0] == UNCERTAIN
        (found,) = one.state(now_ms()).findings
        assert (found.extruder, found.signal, found.check) == (7, "", "clock")
        assert found.why == "times are 60 min ahead: the time of arrival is stored"
        assert desk.since("p") == row.ts
    finally:
        over.set()
        thread.join(20)
        one.close()


def test_a_source_has_the_checks_that_its_table_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "made", "tests.ingest.sources_made")  # type: ignore[arg-type]
    path = tmp_path / "sources.toml"
    table = '[[source]]\nname = "a"\nkind = "made"\nurl = "x"\n'
    path.write_text(table + 'checks = ["clock"]\n' + table.replace('"a"', '"b"'))
    one, other = read_sources_file(path, tmp_path)
    assert one.checks == ("clock",)
    assert other.checks == ("frozen", "mirrored", "unit", "clock")
