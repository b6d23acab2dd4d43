"""What the Sources page is told: of sources, of addresses by words and pages, and of refusals."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from redis import Redis

from data.asking import INGEST
from data.refresh import Refresher
from data.settings import Settings
from data.taking import Taking
from data.window_cache import connect
from data.window_cache.source_state import (
    SOURCES,
    Condition,
    Finding,
    MappedTo,
    Rejected,
    SourceState,
    Unmapped,
    encoded,
)

pytestmark = pytest.mark.anyio

UNMAPPED = tuple(
    Unmapped(f"ex{n:03d}/{what}", what.title(), "BAR", float(n), 1_000, 3)
    for n in range(100)
    for what in ("pressure", "load")
)
STATE = SourceState(
    "hall-1", "opcua", Condition.RECEIVING, 1_000,
    rate=12.5, readings=100, last_ms=2_000, lag_ms=120.0, lag_p95_ms=300.0, extruders=(1, 77),
    rejects=(Rejected("no number", 3, 1_500, "####"),),
    unmapped=UNMAPPED,
    findings=(
        Finding(1, "Pressure", "frozen", "it stands", 1_200),
        Finding(1, "", "clock", "an hour behind", 1_300),
    ),
    mapped=(MappedTo("a", 1, "Nothing", True), MappedTo("b", 77, "X")),
    told_ms=2_500,
)  # fmt: skip


@pytest.fixture
def client(settings: Settings) -> Iterator[Redis]:
    with connect(settings.redis_url) as opened:
        yield opened


@pytest.fixture
def told(client: Redis) -> SourceState:
    client.set(SOURCES, encoded([STATE, SourceState("sim", "simulator", Condition.STARTING, 1)]))
    return STATE


@pytest.fixture
def asked(client: Redis) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """What an ingest was asked, which did it."""
    heard: list[tuple[str, dict[str, Any]]] = []
    over = threading.Event()

    def do(kind: str, body: dict[str, Any], _id: str, _left_s: float) -> Any:
        heard.append((kind, body))
        return {"extruder": 7}

    taking = Taking(client, "test", INGEST, do)
    thread = threading.Thread(target=partial(_take, taking, over.is_set))
    thread.start()
    yield heard
    over.set()
    thread.join(10)


def _take(taking: Taking, over: Callable[[], bool]) -> None:
    while not over():
        taking.take()


async def test_without_an_ingest_there_are_none(web: httpx.AsyncClient) -> None:
    answer = await web.get("/sources/now")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["sources"] == []
    assert (await web.get("/sources/mapped?source=x")).status_code == 503
    posted = await web.post("/sources/test", json={"source": "x"})
    assert posted.status_code == 503
    assert posted.json() == {"error": "no ingest tells of its sources: does it run?"}


async def test_a_source_is_told_with_names_of_the_plant(
    web: httpx.AsyncClient, refresher: Refresher, told: SourceState
) -> None:
    refresher.refresh()
    one, simulator = (await web.get("/sources/now")).json()["sources"]
    assert (one["name"], one["condition"], one["rate"]) == ("hall-1", "receiving", 12.5)
    assert (one["unmapped"], one["mapped"]) == (200, 2), "numbers only: lists are asked for"
    assert [extruder["id"] for extruder in one["extruders"]] == [1, 77]
    assert one["extruders"][1]["name"] == "Extruder 77", "not in the catalogue yet"
    finding, clock = one["findings"]
    assert clock["label"] == "all signals"
    assert finding["extruder_name"] == one["extruders"][0]["name"] != ""
    assert one["rejects"] == [
        {"reason": "no number", "count": 3, "last_ms": 1_500, "sample": "####"}
    ]
    assert simulator["kind"] == "simulator"


async def test_addresses_come_by_pages_and_words(web: httpx.AsyncClient, told: SourceState) -> None:
    page = (await web.get("/sources/unmapped?source=hall-1")).json()
    assert (page["total"], page["first"], len(page["rows"])) == (200, 0, page["page"])
    last = (await web.get("/sources/unmapped?source=hall-1&first=9999")).json()
    assert last["first"] == 180, "a page that is no more is the last one"
    found = (await web.get("/sources/unmapped?source=hall-1&find=EX042 load")).json()
    (row,) = found["rows"]
    assert (row["address"], row["value"], row["unit"]) == ("ex042/load", 42.0, "BAR")
    assert row["suggested"]["unit"] == "bar"
    assert (await web.get("/sources/unmapped?source=hall-1&find=none")).json()["rows"] == []
    mapped = (await web.get("/sources/mapped?source=hall-1&find=77")).json()
    assert [(row["address"], row["by_hand"]) for row in mapped["rows"]] == [("b", False)]
    assert (await web.get("/sources/mapped?source=other")).status_code == 400


async def test_what_people_ask_goes_to_ingest_by_name(
    web: httpx.AsyncClient, told: SourceState, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    body = {"source": "hall-1", "actor": "p-forged", "name": "Ana", "extruder": 7, "signal": {}}
    answer = await web.post("/sources/map", json=body)
    assert answer.json() == {"done": {"extruder": 7}}
    assert asked == [("map", {"source": "hall-1", "name": "Ana", "extruder": 7, "signal": {}})]


async def test_the_simulator_is_not_asked(web: httpx.AsyncClient, told: SourceState) -> None:
    answer = await web.post("/sources/test", json={"source": "sim"})
    assert answer.status_code == 400
    assert "source='sim'" in answer.json()["error"]
    assert (await web.post("/sources/map", json={"source": ["x"]})).status_code == 400
    assert (await web.post("/sources/map", content="x")).status_code == 415
