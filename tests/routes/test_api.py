"""/api/v1: what programs of others read, and that it stays as docs/api.md says."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import numpy as np
import pytest
from starlette.applications import Starlette

from access.names import Names
from components.page_settings import PageSettings
from data.history import Questions
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor
from data.monitor.view import alarms_json
from data.quality import OPC_UA, Quality
from data.refresh import Refresher
from data.telemetry import TelemetryStore
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import RingSpec, Row, build, unroll
from routes.api import malfunctions
from routes.api.answers import iso
from routes.api.schemas import SCHEMAS
from routes.api.window import thinned
from routes.openapi import TOLD
from tests.history.malfunction_store import SHEET, SHIFTS, fault, history
from tests.rows import plant, row

pytestmark = pytest.mark.anyio
#: A multiple of every thinning.
NOW = int(time.time()) // 60 * 60_000
UNCERTAIN, FAILED = Quality.UNCERTAIN_LAST_USABLE_VALUE, Quality.BAD_SENSOR_FAILURE


def whole(path: str, answer: httpx.Response) -> dict[str, Any]:
    """The body of an answer that is as the description of its path says."""
    body: dict[str, Any] = answer.json()
    jsonschema.validate(body, SCHEMAS[path])
    return body


@pytest.fixture
def readings(store: TelemetryStore, refresher: Refresher) -> None:
    rows = [row(NOW - 1000 * t, e, 300.0 + t, t, 2.0) for t in range(40) for e in (1, 2)]
    marked = np.array([UNCERTAIN, FAILED, Quality.ABSENT], np.uint8)
    rows[0] = Row(NOW, 1, np.array([300.1, np.nan, np.nan], np.float32), marked)
    store.append(rows)
    refresher.rebuild()


async def test_extruders_have_their_signals_with_units(
    web: httpx.AsyncClient, readings: None
) -> None:
    body = whole("/extruders", await web.get("/api/v1/extruders"))
    assert [(one["id"], one["name"]) for one in body["extruders"]] == [
        (1, "Extruder 1"), (2, "Extruder 2"),
    ]  # fmt: skip
    pressure, _, job = body["extruders"][0]["signals"]
    assert (pressure["name"], pressure["unit"], pressure["high"]) == ("MeltPressure", "bar", 400)
    assert job["states"] == {"1": "START_UP_ACTIVE", "2": "IN_PROD"}
    assert body["products"] == [{"code": 1, "name": "HDPE pipe"}]


async def test_a_window_has_times_units_values_and_quality(
    web: httpx.AsyncClient, readings: None
) -> None:
    body = whole("/extruders/{extruder}/window", await web.get("/api/v1/extruders/1/window"))
    assert (body["extruder"], body["name"], body["error"]) == (1, "Extruder 1", "")
    assert len(body["times"]) == 40
    assert body["times"][-1] == iso(NOW)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", body["times"][0])
    pressure, melt, job = body["signals"]
    assert (pressure["name"], pressure["unit"]) == ("MeltPressure", "bar")
    assert (pressure["values"][-2:], melt["values"][-1]) == ([301.0, 300.1], None)
    assert pressure["quality"][-2:] == ["Good", "UncertainLastUsableValue"]
    assert (melt["quality"][-1], job["quality"][-1]) == ("BadSensorFailure", None)


async def test_signals_can_be_chosen_and_readings_thinned(
    web: httpx.AsyncClient, readings: None
) -> None:
    query = "signal=MeltTemperature&signal=MeltPressure&signal=MeltPressure&every=10"
    body = (await web.get(f"/api/v1/extruders/2/window?{query}")).json()
    assert [one["name"] for one in body["signals"]] == ["MeltTemperature", "MeltPressure"]
    assert body["times"] == [iso(NOW - 1000 * t) for t in (40, 30, 20, 10, 0)]
    assert body["signals"][0]["values"] == [31, 21, 11, 1, 0]


async def test_a_window_as_csv_has_units_in_its_header(
    web: httpx.AsyncClient, readings: None
) -> None:
    address = "/api/v1/extruders/1/window?signal=MeltPressure"
    answer = await web.get(address, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (await web.get(f"{address}&format=csv")).text == answer.text
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(found) == 40
    assert found[-1] == {
        "time": iso(NOW),
        "MeltPressure (bar)": "300.1",
        "MeltPressure quality": "UncertainLastUsableValue",
    }


def test_thinning_takes_the_newest_reading_of_each_signal() -> None:
    spec = RingSpec(2, 20, 1000)
    rows = [row(1_000_000 + 1000 * t, 1, float(t), t if t % 4 == 0 else None) for t in range(10)]
    found = thinned(unroll(build(rows, spec)), 5)
    assert found.times.tolist() == [1_000_000, 1_005_000]
    assert found.values.tolist() == [[4, 4], [9, 8]]
    assert len(thinned(unroll(build([], spec)), 5).times) == 0


async def test_what_has_not_changed_is_not_sent_again(
    web: httpx.AsyncClient, readings: None
) -> None:
    for path in ("extruders", "extruders/1/window", "alarms", "malfunctions"):
        answer = await web.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "private, no-cache"
        again = {"If-None-Match": answer.headers["ETag"]}
        assert (await web.get(f"/api/v1/{path}", headers=again)).status_code == 304


async def test_alarms_are_those_of_the_screens_with_times_as_text(
    web: httpx.AsyncClient, redis_url: str
) -> None:
    empty = whole("/alarms", await web.get("/api/v1/alarms"))
    assert empty == {"checked": None, "error": "", "as_of": None, "alarms": []}
    windows = WindowWriter(connect(redis_url), Keys())
    windows.take_lease("me")
    commit = windows.begin()
    monitor = Monitor(plant(2), Terms())
    for t in range(100):
        monitor.take([row(1_700_000_000_000 + 1000 * t, 1, 340.0, 200.0, 2.0)])
        monitor.tick(1_700_000_000_000 + 1000 * t)
    commit.alarms(json.dumps(alarms_json(monitor, 1_700_000_000_000)))
    commit.status(last_success=1_700_000_000_500)
    assert windows.commit(commit, "me", windows.watermark(), 1)
    body = whole("/alarms", await web.get("/api/v1/alarms"))
    assert body["checked"] == "2023-11-14T22:13:20.500Z"
    assert body["as_of"] == "2023-11-14T22:13:20.000Z"
    (alarm,) = body["alarms"]
    assert (alarm["label"], alarm["value"], alarm["limit"]) == ("Melt pressure", 340, 300)
    assert alarm["since"].startswith("2023-11-14T22:1")


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        ("extruders/9/window", 404, "no window for extruder 9"),
        ("extruders/1/window?signal=x", 404, "has no signal 'x'"),
        ("extruders/1/window?every=0", 400, "every='0': expected a whole number from 1 to 60"),
        ("extruders/1/window?format=xml", 400, "format='xml': expected json or csv"),
        ("malfunctions?from=2026-01-01", 400, "expected a time with its offset"),
        ("malfunctions?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, "earlier"),
        ("malfunctions?limit=1001", 400, "limit='1001': expected"),
        ("malfunctions?cursor=1", 400, "expected what an answer gave as next"),
        ("malfunctions?cause=bad%20luck", 400, "cause='bad luck': expected screen_clogging or"),
        ("malfunctions?extruder=x", 400, "extruder='x': expected a number"),
        ("malfunctions/1-5", 404, "no malfunction '1-5'"),
        ("malfunctions/%00", 404, "no malfunction"),
    ],
)
async def test_what_is_wrong_with_a_question_is_said(
    web: httpx.AsyncClient, readings: None, path: str, status: int, why: str
) -> None:
    answer = await web.get(f"/api/v1/{path}")
    assert answer.status_code == status
    assert why in answer.json()["error"]
    assert answer.headers["Cache-Control"] == "no-store"


FAULTS = (
    *(fault(e, "2026-03-10 23:00", 1.5, "surging") for e in (1, 2)),
    fault(1, "2026-03-12 10:00", 1.0, "cooling_loss"),
    fault(2, "2026-10-25 02:30+01:00", None, "surging", product=SHEET),
)


@pytest.fixture
def past(tmp_path: Path) -> Iterator[httpx.AsyncClient]:
    yield client_of(history(tmp_path, *FAULTS))


def client_of(questions: Questions) -> httpx.AsyncClient:
    about = PageSettings("EUR", SHIFTS)
    web = Starlette(routes=malfunctions.routes(questions, Names(None), about.currency))
    transport = httpx.ASGITransport(web)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost/api/v1/")


async def test_malfunctions_come_newest_first_with_times_in_utc(past: httpx.AsyncClient) -> None:
    body = whole("/malfunctions", await past.get("malfunctions"))
    assert (body["currency"], body["next"]) == ("EUR", None)
    lasts, *ended = body["malfunctions"]
    assert (lasts["onset"], lasts["ended"], lasts["cost"]) == ("2026-10-25T01:30:00.000Z", None, 50)
    assert [one["cause"] for one in ended] == ["cooling_loss", "surging", "surging"]
    assert ended[1]["ended"] == "2026-03-10T23:30:00.000Z"
    assert (ended[1]["scrap_kg"], ended[1]["cost"], ended[1]["lost_h"]) == (100, 50, 0.5)


async def test_malfunctions_can_be_chosen(past: httpx.AsyncClient) -> None:
    for query, count in {
        "from=2026-03-12T00:00:00Z&to=2026-04-01T00:00:00Z": 1,
        "from=2026-03-10T23:00:00%2B01:00": 4,
        "from=2026-03-10T23:00:01+01:00": 2,
        "extruder=1": 2, "extruder=1&extruder=2": 4, "cause=surging": 3, "state=lasting": 1,
    }.items():  # fmt: skip
        assert len((await past.get(f"malfunctions?{query}")).json()["malfunctions"]) == count, query


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
async def test_pages_give_each_malfunction_once(past: httpx.AsyncClient, limit: int) -> None:
    seen, address = [], f"malfunctions?limit={limit}"
    while address:
        answer = await past.get(address)
        seen += [one["id"] for one in answer.json()["malfunctions"]]
        link = answer.headers.get("link", "")
        address = link.removeprefix("<").removesuffix('>; rel="next"').removeprefix("/api/v1/")
        assert bool(address) == bool(answer.json()["next"])
    assert len(seen) == len(FAULTS)
    assert set(seen) == {one.id for one in FAULTS}


async def test_malfunctions_as_csv(past: httpx.AsyncClient) -> None:
    answer = await past.get("malfunctions?format=csv&limit=2")
    first, _ = csv.DictReader(io.StringIO(answer.text))
    assert (first["onset"], first["ended"], first["scrap (kg)"]) == (
        "2026-10-25T01:30:00.000Z", "", "100.0",
    )  # fmt: skip
    assert first["cost (EUR)"] == "50.0"
    assert "cursor=" in answer.headers["link"]


async def test_one_malfunction_is_told_whole(past: httpx.AsyncClient) -> None:
    one = FAULTS[2]
    body = whole("/malfunctions/{id}", await past.get(f"malfunctions/{one.id}"))
    assert (body["id"], body["extruder_name"], body["product_name"]) == (one.id, "Line A", "Pipe")
    assert body["onset"] == "2026-03-12T09:00:00.000Z"
    assert body["causes"][0]["cause"] == "cooling_loss"
    assert (body["alarms"], body["actions"]) == ([], [])


def test_every_quality_has_its_name() -> None:
    assert set(OPC_UA) == set(Quality) - {Quality.ABSENT}


def test_every_route_of_the_api_is_in_its_document() -> None:
    text = Path("docs/api.md").read_text()
    for path in TOLD:
        if path.startswith("/api/"):
            assert path.removeprefix("/api/v1") in text, path
