"""The audit journal in real stores, written by many at once, and its command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from data.audit.chain import first_fault
from data.audit.journal import append, rows
from data.session import open_session

pytestmark = pytest.mark.both_stores


def write(url: str, count: int) -> None:
    with closing(open_session(url)) as session:
        for number in range(count):
            with session.transaction():
                append(session, "p-1", "role_set", "p-2", {"n": str(number)})


def command(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DATABASE_URL": url}
    line = [sys.executable, "-m", "data.audit", *arguments]
    return subprocess.run(line, env=env, capture_output=True, text=True, check=False)


def test_writers_at_once_make_one_chain(store_url: str) -> None:
    write(store_url, 1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: write(store_url, 10), range(4)))
    with closing(open_session(store_url)) as session:
        kept = list(rows(session))
    assert [row.seq for row in kept] == list(range(1, 42))
    assert first_fault(kept) == ""


def test_nothing_is_kept_of_a_change_that_failed(store_url: str) -> None:
    with closing(open_session(store_url)) as session:
        with pytest.raises(ZeroDivisionError), session.transaction():
            append(session, "p-1", "role_set", "p-2", {})
            raise ZeroDivisionError
        assert list(rows(session)) == []


def test_verify_names_the_row_that_somebody_changed(store_url: str) -> None:
    write(store_url, 3)
    whole = command(store_url, "verify")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout.startswith("3 rows, whole. Note elsewhere: 3:")
    assert command(store_url, "verify", whole.stdout.split()[-1]).returncode == 0
    lines = command(store_url, "export").stdout.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3]
    with closing(open_session(store_url)) as session, session.transaction():
        session.run("UPDATE audit SET actor = 'p-9' WHERE seq = 2")
    changed = command(store_url, "verify")
    assert (changed.returncode, changed.stderr) == (1, "audit journal: row 2 was changed\n")
