"""An open stream ends with the session of who watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from redis import Redis

from data.people.roles import Role
from data.people.signing_out import sign_out
from data.people.store import open_people
from tests.access.conftest import GOOD
from tests.browser.plants import live_plant
from tests.stack import Stack

ENDS_WITHIN_S = 10


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Stack]:
    with live_plant(tmp_path, EXTRUDERS="1", AUTH="local") as stack:
        yield stack


def test_a_stream_ends_when_its_person_is_signed_out(plant: Stack) -> None:
    with closing(open_people(plant.settings.database_url)) as people:
        id_ = people.add("anna", "Anna", Role.VIEWER, GOOD, "cli", 1).id
    with httpx.Client(base_url=plant.url, timeout=ENDS_WITHIN_S) as anna:
        assert anna.get("/plant/events").status_code == 401
        anna.post("/login", data={"name": "anna", "password": GOOD})
        with anna.stream("GET", "/plant/events") as stream:
            chunks = stream.iter_raw()
            assert next(chunks)
            with Redis.from_url(plant.settings.queue_url) as client:
                assert sign_out(client, id_) == 1
            began = time.monotonic()
            assert any(time.monotonic() - began > ENDS_WITHIN_S for _ in chunks) is False
        assert anna.get("/plant").status_code == 401
