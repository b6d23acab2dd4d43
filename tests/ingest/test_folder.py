"""A folder that is watched: each complete file once, in order, and growing ones as they grow."""

from __future__ import annotations

import os
import threading
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from data.errors import MappingError, StoreError
from data.ingest.clock import now_ms
from data.ingest.sources import SourceLost
from data.ingest.sources.config import read_sources_file
from data.ingest.sources.folder.kind import Folder, build
from data.ingest.sources.folder.looks import Looks
from data.ingest.sources.folder.progress import Grown, Progress
from data.ingest.sources.kinds import About
from data.ingest.sources.running import Running, run_all
from data.telemetry import ImportMark, TelemetryStore, open_store
from data.toml_table import Table
from data.window_cache.source_state import Condition
from data.windows import Row
from tests.ingest.made_files import mapping_text, ms, second
from tests.stack import Stack, wait_until

REJECTING = 'bad_cell = "reject"'


class Watched(NamedTuple):
    running: Running
    inbox: Path
    store: Path

    def stored(self) -> list[Row]:
        with closing(open_store(f"sqlite:///{self.store}")) as store:
            return store.rows_since(0, 1_000_000)

    def has(self, count: int) -> None:
        wait_until(lambda: len(self.stored()) == count, 15, f"{count} rows are stored")

    def is_there(self, name: str) -> None:
        wait_until((self.inbox / name).exists, 15, f"{name} is there")


def sources(folder: Path, keys: str = "", file: str = REJECTING, **parts: object) -> Path:
    (folder / "inbox").mkdir(exist_ok=True)
    (folder / "mapping.toml").write_text(mapping_text(file, **parts))  # type: ignore[arg-type]
    path = folder / "sources.toml"
    path.write_text(
        f'[[source]]\nname = "files"\nkind = "folder"\npath = "{folder}/inbox"\n'
        f'mapping = "{folder}/mapping.toml"\nevery_s = 0.1\n{keys}\n'
    )
    return path


@contextmanager
def watched(folder: Path, keys: str = "", away: bool = False) -> Iterator[Watched]:
    (configured,) = read_sources_file(sources(folder, keys), folder)
    one, over = Running(configured, folder, 64 << 20, lambda _: {}), threading.Event()

    def connect() -> TelemetryStore:
        if away:
            raise StoreError("away")
        return open_store(f"sqlite:///{folder / 'store.sqlite'}")

    thread = threading.Thread(target=run_all, args=([one], connect, over))
    thread.start()
    try:
        yield Watched(one, folder / "inbox", folder / "store.sqlite")
    finally:
        over.set()
        thread.join(20)
        assert not thread.is_alive()
        one.close()


def lines(first: int, count: int) -> str:
    return "".join(f"{second(n)},{n},{n / 2}\n" for n in range(first, first + count))


def put(folder: Path, name: str, text: str) -> Path:
    """As a good sender does: under another name first."""
    partial_name = folder / f"{name}.partial"
    partial_name.write_text(text)
    return partial_name.replace(folder / name)


def test_files_are_stored_in_order_and_moved(tmp_path: Path) -> None:
    sources(tmp_path)
    inbox = tmp_path / "inbox"
    put(inbox, "b.csv", "t,a,b\n" + lines(600, 600))
    put(inbox, "a.csv", "a,t,b\n" + f"7,{second(1)},8\n")
    times = pa.array([f"2024-05-02 00:00:0{n}" for n in range(3)])
    a = pa.array([1.0, 2.0, None])
    parquet.write_table(pa.table({"t": times, "a": a, "b": a}), inbox / "c.parquet")
    put(inbox, "notes.txt", "not of these names")
    with watched(tmp_path) as one:
        for name in ("done/a.csv", "done/b.csv", "done/c.parquet"):
            one.is_there(name)
        rows = one.stored()
        assert len(rows) == 604
        assert rows[0].ts == ms(second(1))
        assert rows[0].values.tolist() == [7, 8]
        assert np.isnan(rows[-1].values).all()
        assert (one.inbox / "notes.txt").exists()
        assert one.running.state(now_ms()).condition == Condition.RECEIVING


def test_what_fails_says_why_and_stops_nothing(tmp_path: Path) -> None:
    with watched(tmp_path) as one:
        put(one.inbox, "bad.csv", "t,a\n")
        put(one.inbox, "worse.parquet", "PAR1 and no more")
        put(one.inbox, "good.csv", f"t,a,b\n{second(1)},oops,1\n{second(2)},1,2\n")
        for name in ("failed/bad.csv", "failed/worse.parquet", "done/good.csv"):
            one.is_there(name)
        reason = (one.inbox / "failed/bad.csv.reason.txt").read_text()
        assert "the header ends without the mapped column 'b'" in reason
        assert reason.count("\n") == 1
        assert (one.inbox / "failed/worse.parquet.reason.txt").exists()
        one.has(2)
        rejects = {r.reason: r for r in one.running.state(now_ms()).rejects}
        assert rejects["a file refused"].count == 2
        told = rejects["readings: not a number, stored as sensor failure"]
        listed = Path(told.sample.partition("all are in ")[2]).read_text()
        assert "2,a,oops" in listed


def test_a_file_is_read_when_it_is_complete_and_only_once(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    looks = Looks(folder, ["*.csv"], by_marker=False)
    path = folder / "a.csv"
    path.write_text("t,a,b\n")
    assert looks.complete() == []
    path.write_text("t,a,b\n1,2,3\n")
    assert looks.complete() == []
    assert looks.complete() == [path]
    marked = Looks(folder, ["*.CSV"], by_marker=True)
    assert marked.complete() == marked.complete() == []
    (folder / "a.csv.done").touch()
    assert marked.complete() == [path]


def test_the_same_content_is_not_imported_again(tmp_path: Path) -> None:
    with watched(tmp_path, 'complete = "done"') as one:
        for name in ("a.csv", "b.csv", "a.csv"):
            put(one.inbox, name, "t,a,b\n" + lines(0, 3))
            put(one.inbox, f"{name}.done", "")
            wait_until(lambda: not list(one.inbox.glob("*.csv")), 15, "it is moved")
        one.has(3)
        readings = one.running.state(now_ms()).readings
        assert readings == 6
        assert len(list((one.inbox / "done").glob("a*.csv"))) == 2
        assert not list(one.inbox.glob("*.done"))


def test_files_can_be_left_where_they_are(tmp_path: Path) -> None:
    for _ in range(2):
        with watched(tmp_path, 'after = "leave"') as one:
            put(one.inbox, "bad.csv", "nothing")
            put(one.inbox, "a.csv", "t,a,b\n" + lines(0, 3))
            one.has(3)
            refused = "a file refused"
            wait_until(
                lambda: [r.reason for r in one.running.state(now_ms()).rejects] == [refused],  # noqa: B023
                15,
                "the bad one is told",
            )
            assert one.running.state(now_ms()).rejects[0].count == 1
    assert {path.name for path in one.inbox.iterdir()} == {"a.csv", "bad.csv"}


def test_a_growing_file_is_read_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "inbox" / "log.csv"
    with watched(tmp_path, "follow = true") as one, path.open("a") as log:
        for count, text in (
            (0, "t,a"),
            (0, ",b\n"),
            (1, f"{second(0)},1,2\n"),
            (1, f"{second(1)},3,"),
            (2, "4\n"),
            (3, f"broken\n{second(2)},oops,1\nnever,1,2\n"),
        ):
            log.write(text)
            log.flush()
            one.has(count)
        rejected = {r.reason: r.count for r in one.running.state(now_ms()).rejects}
        assert rejected == {
            "not a line as declared": 2,
            "not a number, stored as sensor failure": 1,
        }
    with watched(tmp_path, "follow = true") as one:
        with path.open("a") as log:
            log.write(lines(10, 2))
        one.has(5)
        assert one.running.state(now_ms()).readings == 4  # the rest was safe before
        path.rename(tmp_path / "inbox" / "log.1")
        path.write_text("t,a,b\n" + lines(20, 1))
        one.has(6)
    assert path.exists()


def test_progress_that_cannot_be_noted_costs_no_row(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("a file where the folder should be")
    progress = Progress(tmp_path / "own" / "files.sqlite")
    progress.keep("k", ImportMark(5, True))
    progress.keep_grown("a.csv", Grown(1, 2, b"x"))
    assert (progress.mark("k"), progress.grown("a.csv")) == (ImportMark(), Grown())


def test_a_missing_folder_is_told_and_found_again(tmp_path: Path) -> None:
    with watched(tmp_path) as one:
        wait_until(
            lambda: one.running.state(now_ms()).condition == Condition.RECEIVING, 10, "it looks"
        )
        one.inbox.rename(tmp_path / "away")
        wait_until(lambda: one.running.state(now_ms()).condition == Condition.LOST, 10, "lost")
        assert "No such file" in one.running.state(now_ms()).detail
        (tmp_path / "away").rename(one.inbox)
        put(one.inbox, "a.csv", "t,a,b\n" + lines(0, 1))
        one.has(1)


def test_without_a_store_files_go_to_disk(tmp_path: Path) -> None:
    with watched(tmp_path, away=True) as one:
        put(one.inbox, "a.csv", "t,a,b\n" + lines(0, 10))
        one.is_there("done/a.csv")
        assert one.running.backlog.state().rows == 10
    with watched(tmp_path) as one:
        one.has(10)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=4), st.booleans())
def test_garbage_ends_nothing(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], follow: bool
) -> None:
    folder = tmp_path_factory.mktemp("garbage")
    sources(folder)
    inbox = folder / "inbox"
    for n, content in enumerate(contents):
        header = (b"", b"t,a,b\n", b"PAR1")[n % 3]
        (inbox / f"{n}.csv").write_bytes(header + content)
    keys = f"follow = {str(follow).lower()}\nevery_s = 0.05"
    kind = built(folder, keys)
    desk, stop = Told(), threading.Event()
    desk.rounds = lambda n: stop.set() if n == 3 else None
    kind.receive(desk, stop)  # type: ignore[arg-type]


class Told:
    """A desk that stores at once."""

    is_full = False
    count = 0

    def connected(self, detail: str = "") -> None:
        self.count += 1
        self.rounds(self.count)

    def rounds(self, n: int) -> None: ...

    def take_rows(self, rows: list[Row], kept: partial[None]) -> None:
        kept()

    def reject(self, reason: str, sample: str) -> None: ...


def built(folder: Path, keys: str = "") -> Folder:
    toml = f'path = "{folder}/inbox"\nmapping = "{folder}/mapping.toml"\n{keys}'
    table = Table("made", "", tomllib.loads(toml))
    kind = build(table, About("files", folder / "sources" / "files", ()))
    table.finish()
    return kind


def test_a_test_says_what_is_there(tmp_path: Path) -> None:
    sources(tmp_path)
    kind = built(tmp_path)
    put(tmp_path / "inbox", "a.csv", "t,a,b\n")
    put(tmp_path / "inbox", "b.csv", "else\n")
    told = kind.test()
    assert told.summary == "2 files are there"
    assert told.lines == (
        "a.csv: as mapping.toml declares",
        "b.csv: not as mapping.toml declares",
    )
    (tmp_path / "inbox").rename(tmp_path / "away")
    with pytest.raises(SourceLost, match="No such file"):
        kind.test()


def test_a_mapping_may_only_append_signals(tmp_path: Path) -> None:
    with watched(tmp_path) as one:
        put(one.inbox, "a.csv", "t,a,b\n" + lines(0, 1))
        one.has(1)
    text = mapping_text(REJECTING)
    swapped = text.replace('"A"', '"X"').replace('"B"', '"A"').replace('"X"', '"B"')
    (tmp_path / "mapping.toml").write_text(swapped)
    with pytest.raises(MappingError, match="only appends to the signals of extruder 1"):
        read_sources_file(tmp_path / "sources.toml", tmp_path)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("every_s = 0", "every_s = 0.0: expected"),
        ('complete = "perhaps"', "'stable' or 'done'"),
        ('after = "delete"', "'move' or 'leave'"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, keys: str, told: str) -> None:
    sources(tmp_path)
    with pytest.raises(MappingError, match=told):
        built(tmp_path, keys)


def test_a_shipped_mapping_is_named_without_a_path(tmp_path: Path) -> None:
    table = Table("made", "", {"path": str(tmp_path), "mapping": "liveline"})
    assert len(build(table, About("files", tmp_path, ())).extruders) == 3


def test_a_kill_in_the_middle_of_a_file_loses_nothing(tmp_path: Path) -> None:
    stack = Stack(tmp_path, SOURCES=str(sources(tmp_path)))
    count = 20_000
    text = "t,a,b\n" + lines(0, count)
    one = Watched(None, tmp_path / "inbox", Path(stack.settings.database_url[10:]))  # type: ignore[arg-type]
    put(one.inbox, "a.csv", text)
    try:
        for part in (500, 5_000):
            stack.start_ingest()
            wait_until(lambda: _count(one) > part, 30, "some rows are stored")  # noqa: B023
            stack.kill("ingest")
            assert _count(one) < count
        stack.start_ingest()
        one.is_there("done/a.csv")
        wait_until(lambda: _count(one) == count, 20, "all are stored")
        assert one.stored()[-1].values[0] == count - 1
    finally:
        stack.stop()
    assert os.listdir(one.inbox) == ["done"]


def _count(one: Watched) -> int:
    import sqlite3

    try:
        with closing(sqlite3.connect(f"file:{one.store}?mode=ro", uri=True)) as file:
            return int(file.execute("SELECT count(*) FROM readings").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
