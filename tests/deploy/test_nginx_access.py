"""What nginx keeps for all is given to those who may look, and to nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from data.people.account import TokenKind
from data.people.roles import Role
from data.people.store import open_people
from tests.deploy.conftest import Behind
from tests.deploy.counted_stack import CountedStack
from tests.deploy.nginx import Nginx, need_nginx

GOOD = "correct horse"
SHARED = ["/plant", "/windows/1", "/windows/1/delta", "/catalogue/1", "/alarms/now", "/lines",
          "/assets/theme.css"]  # fmt: skip


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    need_nginx()
    folder = tmp_path_factory.mktemp("locked")
    stack = CountedStack(folder, EXTRUDERS="2", AUTH="local")
    try:
        stack.start_all(folder)
        with closing(open_people(stack.settings.database_url)) as people:
            people.add("anna", "Anna Berg", Role.VIEWER, GOOD, "cli", 1)
            _, token = people.new_token(TokenKind.API, "nginx", "cli", 1, None)
        nginx = Nginx(folder / "nginx", stack.port, token=token)
        try:
            yield Behind(stack, nginx)
        finally:
            nginx.stop()
    finally:
        stack.stop()


def test_kept_answers_go_to_nobody_who_is_not_signed_in(locked: Behind) -> None:
    with httpx.Client(base_url=locked.url) as anna:
        anna.post("/login", data={"name": "anna", "password": GOOD})
        for path in SHARED:
            assert anna.get(path).status_code == 200, path
            assert httpx.get(f"{locked.url}{path}").status_code == 401, path
            forged = {"Cookie": "meltwatch=x", "Authorization": "Bearer mwt_x"}
            assert httpx.get(f"{locked.url}{path}", headers=forged).status_code == 401, path


def test_asking_who_it_is_does_not_multiply_by_requests(locked: Behind) -> None:
    with httpx.Client(base_url=locked.url) as anna:
        anna.post("/login", data={"name": "anna", "password": GOOD})
        before, began, asked = locked.asked("/access/check"), time.monotonic(), 0
        while time.monotonic() - began < 6:
            assert anna.get("/plant").status_code == 200
            asked += 1
        assert asked > 100
        assert locked.asked("/access/check") - before <= 3


def test_who_signs_out_sees_no_more_after_a_moment(locked: Behind) -> None:
    with httpx.Client(base_url=locked.url) as anna:
        anna.post("/login", data={"name": "anna", "password": GOOD})
        kept = {"Cookie": f"meltwatch={anna.cookies['meltwatch']}"}
        assert httpx.get(f"{locked.url}/plant", headers=kept).status_code == 200
        anna.post("/logout")
    time.sleep(6.5)
    assert httpx.get(f"{locked.url}/plant", headers=kept).status_code == 401


def test_a_kept_answer_goes_to_those_who_see_the_same(locked: Behind) -> None:
    with closing(open_people(locked.stack.settings.database_url)) as people:
        for name, scope in [("one", ("Plant/Line 1",)), ("two", ("Plant/Line 2",))]:
            person = people.add(name, name, Role.VIEWER, GOOD, "cli", 1)
            people.set_scope(person, scope, "cli")
    seen = {"anna": {1, 2}, "one": {1}, "two": {2}}
    clients = {name: httpx.Client(base_url=locked.url) for name in seen}
    for name, client in clients.items():
        client.post("/login", data={"name": name, "password": GOOD})
    for _ in range(30):
        for name, client in clients.items():
            answer = client.get("/plant")
            assert {card["id"] for card in answer.json()["cards"]} == seen[name], name
            shared = answer.headers["Cache-Control"].startswith("public")
            assert shared == (name == "anna"), answer.headers
            assert ("CDN-Cache-Control" in answer.headers) == shared
            for extruder in (1, 2):
                status = client.get(f"/windows/{extruder}/delta").status_code
                assert (status == 200) == (extruder in seen[name]), (name, extruder, status)
        time.sleep(0.1)
    for client in clients.values():
        client.close()
