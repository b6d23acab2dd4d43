"""POST /commands and /replays: durable or refused with a reason, and from this site only."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import httpx
import pytest

from data import jobs
from data.command_queue import job_queue
from data.journal import Journal, open_journal
from data.refresh import Refresher
from data.settings import Settings
from data.telemetry import TelemetryStore, open_store
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from tests.rows import row
from tests.workers import taking, work, working

pytestmark = pytest.mark.anyio
ACK = {"id": "c1", "action": "acknowledge", "who": "Ana", "alarms": ["3|MainDrive.Load|HH"]}
REPLAY = {
    "extruder": 1, "signal": "MeltPressure", "product": 0, "days": 1, "limits": {"h": 150.0},
}  # fmt: skip
JSON = "application/json"


@pytest.fixture
def journal(store_url: str) -> Iterator[Journal]:
    with closing(open_journal(store_url)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def parts(settings: Settings, refresher: Refresher) -> None:
    """The jobs work on this test's store."""
    jobs.use(
        [refresher],
        [WindowWriter(connect(settings.redis_url), Keys())],
        job_queue(connect(settings.queue_url)),
        lambda: open_journal(settings.database_url),
        lambda: open_store(settings.database_url, readonly=True),
    )


@pytest.fixture
def worker(redis_url: str) -> Iterator[None]:
    with working(redis_url):
        yield


@pytest.fixture
def busy(redis_url: str) -> Iterator[None]:
    with taking(redis_url):
        yield


@pytest.mark.usefixtures("worker")
async def test_a_command_is_in_the_journal_when_the_answer_comes(
    web: httpx.AsyncClient, journal: Journal
) -> None:
    answer = await web.post("/commands", json=ACK)
    assert (answer.status_code, answer.json()) == (200, {"recorded": True, "id": "c1"})
    assert answer.headers["cache-control"] == "no-store"
    assert [c.who for c in journal.pending_commands()] == ["Ana"]


@pytest.mark.usefixtures("worker")
async def test_repeating_a_command_is_harmless(web: httpx.AsyncClient, journal: Journal) -> None:
    for _ in range(2):
        assert (await web.post("/commands", json=ACK)).status_code == 200
    assert len(journal.pending_commands()) == 1


async def test_a_bad_field_is_named(web: httpx.AsyncClient) -> None:
    answer = await web.post("/commands", json={**ACK, "who": ""})
    assert answer.status_code == 400
    assert answer.json() == {"error": "who='': expected 1 to 60 letters"}


async def test_without_a_worker_the_answer_says_that_nothing_was_recorded(
    web: httpx.AsyncClient, journal: Journal
) -> None:
    answer = await web.post("/commands", json=ACK)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json() == {"error": "not recorded: no worker answered in 5 s; try again"}
    assert journal.pending_commands() == []


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin"},
        # A proxy may have changed the host; the browser knows better.
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://plant.example"},
    ],
)
async def test_this_site_and_programs_may_post(
    web: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    assert (await web.post("/commands", json=ACK, headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/commands", "/replays"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://test:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_another_site_may_not(
    web: httpx.AsyncClient, headers: dict[str, str], path: str
) -> None:
    answer = await web.post(path, json=ACK, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        "refused: the request comes from another site",
    )


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_what_a_form_can_send_is_refused(web: httpx.AsyncClient, kind: str) -> None:
    answer = await web.post("/commands", content="{}", headers={"Content-Type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '{"id": NaN}', "[" * 10_000])
async def test_a_body_that_is_no_json_object_is_refused(web: httpx.AsyncClient, body: str) -> None:
    answer = await web.post("/commands", content=body, headers={"Content-Type": JSON})
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]


async def test_a_large_body_is_refused_before_it_is_read(web: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 10_000

    answer = await web.post("/commands", content=endless(), headers={"Content-Type": JSON})
    assert answer.status_code == 413
    assert sent < 20


@pytest.mark.usefixtures("busy")
async def test_a_replay_is_accepted_and_followed(
    web: httpx.AsyncClient, redis_url: str, store: TelemetryStore
) -> None:
    now = int(time.time()) * 1000
    store.append([row(now - 1000 * t, 1, 200.0, t, 2.0) for t in range(1, 60)])
    accepted = await web.post("/replays", json=REPLAY)
    assert accepted.status_code == 202
    path = f"/replays/{accepted.json()['id']}"
    assert accepted.headers["location"] == path
    assert (await web.get(path)).json()["state"] == "waiting"
    work(redis_url)
    told = (await web.get(path)).json()
    assert (told["state"], told["progress"], told["error"]) == ("done", 1.0, "")
    assert told["result"]["readings"] == 59
    assert (told["result"]["now"]["alarms"], told["result"]["then"]["alarms"]) == (0, 1)


@pytest.mark.usefixtures("busy")
async def test_a_replay_that_only_the_worker_can_refuse_says_why(
    web: httpx.AsyncClient, redis_url: str
) -> None:
    accepted = await web.post("/replays", json={**REPLAY, "signal": "Nonsense"})
    work(redis_url)
    told = (await web.get(accepted.headers["location"])).json()
    assert (told["state"], told["error"][:18]) == ("failed", "signal='Nonsense':")


async def test_a_replay_of_nonsense_is_refused(web: httpx.AsyncClient) -> None:
    answer = await web.post("/replays", json={**REPLAY, "days": 0})
    assert (answer.status_code, answer.json()["error"][:6]) == (400, "days=0")


@pytest.mark.usefixtures("busy")
async def test_a_replay_too_many_is_told_to_come_back(web: httpx.AsyncClient) -> None:
    accepted = [await web.post("/replays", json=REPLAY) for _ in range(3)]
    assert [answer.status_code for answer in accepted] == [202] * 3
    refused = await web.post("/replays", json=REPLAY)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "3 replays wait" in refused.json()["error"]


async def test_an_unknown_replay_is_404(web: httpx.AsyncClient) -> None:
    answer = await web.get("/replays/replay-7")
    assert (answer.status_code, answer.json()["state"]) == (404, "failed")
