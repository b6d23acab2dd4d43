"""The restore drill: what a plant acknowledged comes back, on both kinds of store.

`make drill` prints what is lost (RPO) and how long the way back takes (RTO).
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.backup import litestream
from data.backup.moments import now
from data.telemetry import open_store
from tests.backup.drill import WRITTEN, Drill, drill, told_seconds
from tests.copy.filled import fill
from tests.postgres_server import PostgresServer, need_initdb, running_server
from tests.raw_sql import sql
from tests.stack import wait_until

#: What the issue promises.
MOST_LOST_S = 2.0


@pytest.fixture
def followed(store_url: str, tmp_path: Path) -> Iterator[Drill]:
    """A SQLite store that is full of everything, and followed."""
    fill(store_url)
    with drill(store_url, tmp_path / "backup", tmp_path) as one:
        one.follow()
        wait_until(lambda: shipped(one), 20, "a first whole copy")
        yield one


def shipped(one: Drill) -> bool:
    return any(litestream.span(path) for path in one.to.glob("series-*"))


def follow_again(one: Drill) -> None:
    """Until something of what is written meanwhile is shipped."""
    started = time.time()
    one.follow()
    wait_until(
        lambda: any(path.stat().st_mtime > started for path in one.to.glob("series-*/ltx/0/*")),
        20,
        "following goes on",
    )


def destroy(one: Drill) -> None:
    store = Path(one.url.removeprefix("sqlite:///"))
    for path in store.parent.glob(f"*{store.name}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def restore(one: Drill, *options: str) -> None:
    with told_seconds("RTO, SQLite"):
        done = one.backup("restore", str(one.to), *options)
        open_store(one.url).close()
    assert done.returncode == 0, done.stderr


def test_a_killed_and_destroyed_plant_lacks_two_seconds_at_most(followed: Drill) -> None:
    followed.write()
    followed.wait_acked(40)
    followed.stop()  # kill -9 of all
    destroy(followed)
    restore(followed)
    lost = followed.lost_s()
    print("RPO, SQLite:", lost)
    assert max(lost.values()) <= MOST_LOST_S
    until = sql(followed.url, "SELECT max(ts) FROM readings")[0][0]
    assert followed.missing(until) == [], "nothing is missing in between"


def test_a_restored_plant_is_the_same_and_goes_on_being_followed(followed: Drill) -> None:
    followed.write()
    followed.wait_acked(10)
    for _ in range(2):
        followed.end("writer")
        followed.end("follow", signal.SIGTERM)  # ships what is left
        before = followed.contents()
        destroy(followed)
        restore(followed)
        assert followed.contents() == before
        assert all(digest.rows for digest in before.values()), "nothing is untested"
        followed.write()
        follow_again(followed)
    assert len(list(followed.to.glob("series-*"))) == 3


def test_following_that_was_killed_goes_on_without_a_gap(followed: Drill) -> None:
    followed.write()
    followed.wait_acked(10)
    followed.end("follow")
    followed.wait_acked(10)
    follow_again(followed)
    followed.end("writer")
    followed.end("follow", signal.SIGTERM)
    before = followed.contents()
    destroy(followed)
    restore(followed)
    assert followed.contents() == before
    assert len(list(followed.to.glob("series-*"))) == 1


def test_a_store_comes_back_as_it_was_at_a_time(followed: Drill) -> None:
    followed.write()
    followed.wait_acked(30)
    at = now()
    known = followed.acked()
    followed.wait_acked(30)
    followed.end("writer")
    followed.end("follow", signal.SIGTERM)
    destroy(followed)
    restore(followed, "--at", at.isoformat())
    newest = sql(followed.url, "SELECT max(ts) FROM readings")[0][0]
    assert newest <= at.timestamp() * 1000
    assert known[-1] - newest < MOST_LOST_S * 1000
    assert followed.missing(newest) == []


#: What the drill's writer writes.


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of its own: it is destroyed."""
    with running_server(need_initdb()) as one:
        yield one


@pytest.fixture
def backups() -> Iterator[Path]:
    # Not pytest's tmp_path: the server, another user, must be able to read it.
    folder = Path(tempfile.mkdtemp(prefix="meltwatch-backup-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_destroyed_postgresql_server_comes_back(
    server: PostgresServer, backups: Path, tmp_path: Path
) -> None:
    url = server.url()
    fill(url)
    with drill(url, backups, tmp_path) as one:
        one.write()
        one.follow()
        wait_until(lambda: list(backups.glob("pg-*/wal/*")), 30, "a base backup, then WAL")
        one.wait_acked(15)
        at, known = now(), one.acked()
        one.wait_acked(15)
        one.stop()
        before = one.contents()
        server.kill()
        rebuilt(server, one)
        print("RPO, PostgreSQL:", one.lost_s())
        assert max(one.lost_s().values()) <= MOST_LOST_S
        last = sql(url, "SELECT max(ts) FROM readings")[0][0]
        assert one.missing(last) == []
        whole = one.contents()
        # What was written until the very end may lack that end, see above; all else is the same.
        assert {table for table in before if before[table] != whole[table]} <= set(WRITTEN)
        server.kill()
        rebuilt(server, one, "--at", at.isoformat())
        newest = sql(url, "SELECT max(ts) FROM readings")[0][0]
        assert known[-1] <= newest <= at.timestamp() * 1000
        assert one.missing(newest) == []
        assert one.contents()["limit_sets"] == whole["limit_sets"]


def rebuilt(server: PostgresServer, one: Drill, *options: str) -> None:
    shutil.rmtree(server._data)
    for path in one.to.rglob("*"):  # what root wrote; a plant's server owns its backups
        path.chmod(0o755 if path.is_dir() else 0o644)
    with told_seconds("RTO, PostgreSQL"):
        done = one.backup("restore", str(one.to), "--data", str(server._data), *options)
        assert done.returncode == 0, done.stderr
        server.adopt()
        server.start()
        with closing(open_store(one.url)) as store:  # it writes again
            store.last_seq()
