"""A restore overwrites nothing unasked and disturbs nobody, and says in one line why not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from data.backup import in_use
from data.backup.__main__ import main
from data.backup.contents import contents
from data.telemetry import open_store
from data.window_cache import Keys
from tests.backup.drill import Nothing
from tests.copy.filled import START, fill
from tests.rows import row


@pytest.fixture
def plant(store_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a store; its backups are in `backup` beside it."""
    fill(store_url, 50)
    monkeypatch.setenv("DATABASE_URL", store_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setattr(in_use, "LOOK_S", 0.05)
    assert main(["now", str(tmp_path / "backup")]) == 0
    return tmp_path / "telemetry.sqlite"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def restore(plant: Path, *options: str) -> list[str]:
    return ["restore", str(plant.parent / "backup"), *options]


def test_a_copy_holds_what_the_store_holds(plant: Path, store_url: str) -> None:
    before = contents(store_url, Nothing)
    plant.unlink()
    assert main(restore(plant)) == 0
    assert contents(store_url, Nothing) == before


def test_a_copy_is_of_one_moment_while_others_write(
    plant: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(store_url, Nothing)
    fine = Nothing.update

    def write(bar: Nothing, n: float, /) -> None:
        with closing(open_store(store_url)) as store:
            store.append([row(START + 10**9 + int(n), 1, 1.0)])
        fine(bar, n)

    for old in (plant.parent / "backup").glob("*"):
        old.unlink()
    with monkeypatch.context() as patched:
        patched.setattr("data.backup.sqlite_store._PAGES", 10)
        patched.setattr("data.backup.__main__._bar", Nothing)
        patched.setattr(Nothing, "update", write)
        assert main(["now", str(plant.parent / "backup")]) == 0
    assert contents(store_url, Nothing) != before
    assert main(restore(plant, "--replace")) == 0
    assert contents(store_url, Nothing) == before


def test_a_store_that_is_there_is_put_aside_only_if_told(
    plant: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_store(f"sqlite:///{plant}")) as store:
        store.append([row(START + 10**9, 1, 1.0)])
        last = store.last_seq()
    assert "with REPLACE=yes it is put aside" in refused(capsys, *restore(plant))
    assert main(restore(plant, "--replace")) == 0
    (aside,) = plant.parent.glob("telemetry.sqlite.before-*Z")
    for path, seq in ((aside, last), (plant, last - 1)):
        with closing(open_store(f"sqlite:///{path}")) as store:
            assert store.last_seq() == seq


def test_a_store_in_use_is_not_replaced(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # In another process, as a worker is: locks of our own are never in our way.
    from tests.backup.drill import drill

    with drill(f"sqlite:///{plant}", plant.parent / "none", plant.parent) as one:
        one.write()
        one.wait_acked(1)
        assert f"uses {plant}: stop web" in refused(capsys, *restore(plant, "--replace"))
    assert main(restore(plant, "--replace")) == 0


def test_a_damaged_copy_is_not_put_in_place(
    plant: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy,) = (plant.parent / "backup").glob("full-*")
    with copy.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 4096 * 20)
    assert "the backup is damaged" in refused(capsys, *restore(plant, "--replace"))
    assert sqlite3.connect(plant).execute("PRAGMA quick_check").fetchall() == [("ok",)]
    assert not list(plant.parent.glob("*restoring*"))


def test_what_is_not_there_is_told(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no folder /nowhere" in refused(capsys, "restore", "/nowhere")
    assert "name a folder with TO=" in refused(capsys, "now", "")
    assert "there is no backup in" in refused(capsys, "restore", str(plant.parent), "--replace")
    assert "AT='noon'" in refused(capsys, *restore(plant, "--at", "noon"))
    plant.unlink()
    assert "there is no store" in refused(capsys, "now", str(plant.parent / "backup"))


def test_windows_of_the_lost_store_are_forgotten(plant: Path, redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        client.set(Keys().watermark, 7)
        client.set(Keys().monitor, b"knows alarms that the store does not")
        client.set("rq:queues", 1)
        assert main(restore(plant, "--replace")) == 0
        assert client.keys() == [b"rq:queues"]
