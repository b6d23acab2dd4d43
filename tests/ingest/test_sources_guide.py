"""The example of docs/sources.md runs as it stands there."""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from data.errors import MappingError
from data.ingest.clock import now_ms
from data.ingest.sources import SourceLost
from data.ingest.sources.config import Configured, read_sources_file
from data.ingest.sources.kinds import KINDS
from data.ingest.sources.running import Running, run_all
from data.telemetry import TelemetryStore, open_store
from data.window_cache.source_state import Condition
from tests.stack import ROOT, wait_until

GUIDE = (ROOT / "docs/sources.md").read_text().split("## Adding a kind")[1]


def block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.S)
    return str(found)


@pytest.fixture
def box() -> Iterator[socket.socket]:
    """Listens for one connection after another."""
    with socket.create_server(("localhost", 0)) as server:
        server.settimeout(10)
        yield server


@pytest.fixture
def configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, box: socket.socket
) -> Iterator[Configured]:
    (tmp_path / "tcp_lines_guide.py").write_text(block("python"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(KINDS, "tcp_lines", "tcp_lines_guide")  # type: ignore[arg-type]
    path = tmp_path / "sources.toml"
    path.write_text(block("toml").replace("4001", str(box.getsockname()[1])))
    yield read_sources_file(path, tmp_path)[0]
    sys.modules.pop("tcp_lines_guide")


def test_its_readings_are_stored_again_after_it_was_cut_off(
    configured: Configured, tmp_path: Path, box: socket.socket
) -> None:
    connect = partial(open_store, f"sqlite:///{tmp_path / 'store.sqlite'}")
    one, over = Running(configured, tmp_path, 16 << 20, lambda _: {}), threading.Event()
    thread = threading.Thread(target=run_all, args=([one], connect, over))
    thread.start()
    try:
        for count, line in enumerate((b"p1 210.5\nnonsense\nx 3\n", b"p1 211.5\n"), 1):
            connection, _ = box.accept()
            with connection:
                connection.sendall(line)
                is_stored = partial(lambda count: len(stored(connect)) == count, count)
                wait_until(is_stored, 10, "it is stored")
        state = one.state(now_ms())
        wait_until(lambda: one.state(now_ms()).condition == Condition.LOST, 10, "it is lost")
    finally:
        over.set()
        box.close()
        thread.join(20)
        one.close()
    assert stored(connect) == [210.5, 211.5]
    assert [(r.reason, r.count) for r in state.rejects] == [
        ("no line of an address and a number", 1)
    ]
    assert [one.address for one in state.unmapped] == ["x"]


def stored(connect: Callable[[], TelemetryStore]) -> list[float]:
    with closing(connect()) as store:
        return [float(row.values[0]) for row in store.rows_since(0, 100)]


def test_its_connection_can_be_tried(configured: Configured, box: socket.socket) -> None:
    assert configured.source.test().summary.endswith(" answers")
    box.close()
    with pytest.raises(SourceLost, match="refused"):
        configured.source.test()


def test_its_keys_are_checked(configured: Configured, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(block("toml").replace("4001", "0"))
    with pytest.raises(MappingError, match=r"source\[1\]\.port = 0: expected"):
        read_sources_file(path, tmp_path)


def test_it_is_as_short_as_the_guide_says_a_kind_is() -> None:
    code = [line for line in block("python").splitlines() if line.strip()]
    assert len(code) <= 45
