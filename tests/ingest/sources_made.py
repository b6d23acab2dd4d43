"""A kind of source that a test holds in its hand, and a plant it is mapped to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data.ingest.sources import Desk, SourceLost, Tested
from data.ingest.sources.config import Configured, secret_of
from data.ingest.sources.kinds import About
from data.ingest.sources.running import Running, run_all
from data.telemetry import TelemetryStore
from data.toml_table import Table
from tests.stack import wait_until

EXTRUDER = """
[[extruder]]
id = 7
name = "Seven"

[[extruder.signal]]
address = "p"
name = "P"
label = "Pressure"
unit = "bar"
group = "Melt"
low = 0
high = 500

[[extruder.signal]]
address = "t"
name = "T"
label = "Melt"
unit = "°C"
group = "Melt"
low = 0
high = 300
scale = 0.1
"""


class InHand:
    """Hands its desk to the test, and stays connected until it is cut or stopped."""

    address = "in hand"

    def __init__(self) -> None:
        self.desk: Desk | None = None
        self.cut = threading.Event()
        self.connections = 0

    def receive(self, desk: Desk, stop: threading.Event) -> None:
        self.cut.clear()
        self.connections += 1
        desk.connected("a test")
        self.desk = desk
        while not stop.wait(0.01):
            if self.cut.is_set():
                raise SourceLost("cut off")

    def test(self) -> Tested:
        return Tested("fine")

    def reached(self) -> Desk:
        wait_until(lambda: self.desk is not None, 10, "it is connected")
        assert self.desk
        return self.desk


def build(table: Table, about: About) -> InHand:
    """As a kind of sources.toml; its address tells what it was given."""
    kind = InHand()
    kind.address = f"{table.text('url')} {secret_of(table, 'password')} {len(about.mapped)}"
    return kind


def running(
    folder: Path, kind: InHand, toml: str = EXTRUDER, newest: Callable[..., dict[int, int]] = dict
) -> Running:
    import tomllib

    from data.ingest.mapped_extruders import read_extruders

    table = Table("made", "", tomllib.loads(toml))
    mapped = read_extruders(table, "address") if toml else ()
    configured = Configured("made", "in hand", kind, mapped, 1001, 100, 60.0)
    return Running(configured, folder, 16 << 20, lambda _: newest())


@contextmanager
def fed(one: Running, connect: Callable[[], TelemetryStore]) -> Iterator[Running]:
    """The store is fed from a source during the block; both are over at its end."""
    over = threading.Event()
    thread = threading.Thread(target=run_all, args=([one], connect, over))
    thread.start()
    try:
        yield one
    finally:
        over.set()
        thread.join(20)
        assert not thread.is_alive()
        one.close()
