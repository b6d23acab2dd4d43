"""What the browser fetches: honest, cached, compressed, and never from the store."""

from __future__ import annotations

import time

import httpx
import numpy as np
import pytest

from data.refresh import Refresher
from data.telemetry import TelemetryStore
from data.window_codec import decode
from tests.rows import row

pytestmark = pytest.mark.anyio
NOW = int(time.time()) * 1000


@pytest.fixture(autouse=True)
def readings(store: TelemetryStore, refresher: Refresher) -> None:
    store.append([row(NOW - 1000 * t, e, 300.0 + t, t, 2.0) for t in range(40) for e in (1, 2)])
    refresher.rebuild()


async def test_a_snapshot_is_the_whole_window(
    web: httpx.AsyncClient, store: TelemetryStore
) -> None:
    message = decode((await web.get("/windows/1")).content)
    assert (message.extruder, message.delta, message.head_ts) == (1, False, NOW)
    assert message.values.shape == (900, 3)
    stored = np.array([r.values for r in store.rows_between(1, 0, 2**62)])
    np.testing.assert_array_equal(message.values[-40:], stored)
    assert np.isnan(message.values[:-40]).all()


async def test_a_delta_is_the_last_ten_seconds(web: httpx.AsyncClient) -> None:
    message = decode((await web.get("/windows/1/delta")).content)
    assert (message.delta, message.values.shape) == (True, (10, 3))
    assert message.first_ts == NOW - 9000


async def test_the_server_says_how_often_to_ask(web: httpx.AsyncClient) -> None:
    assert (await web.get("/windows/1/delta")).headers["Meltwatch-Poll-Ms"] == "1000"


async def test_a_proxy_that_asks_is_told_how_long_to_keep_and_leaves_its_mark(
    web: httpx.AsyncClient,
) -> None:
    asks = {"Meltwatch-Proxy-Time": "1764000000.125"}
    proxied = await web.get("/windows/1/delta", headers=asks)
    assert proxied.headers["X-Accel-Expires"] == "@1764000000"
    kept, asked = proxied.headers["Meltwatch-Waited"].split()
    assert asked == "1764000000.125/"
    since, until = map(float, kept.split("/"))
    assert 0 <= until - since < 1, "kept here for a fifth of a second"
    direct = await web.get("/windows/1/delta", headers={"Meltwatch-Proxy-Time": "now"})
    assert "X-Accel-Expires" not in direct.headers
    assert " " not in direct.headers["Meltwatch-Waited"]


async def test_an_unchanged_window_is_not_sent_again(web: httpx.AsyncClient) -> None:
    first = await web.get("/windows/1/delta")
    again = await web.get("/windows/1/delta", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_changed_window_has_another_etag(
    web: httpx.AsyncClient, store: TelemetryStore, refresher: Refresher
) -> None:
    first = await web.get("/windows/1/delta")
    store.append([row(NOW + 1000, 1, 1.0, 1.0, 2.0)])
    refresher.refresh()
    time.sleep(0.25)  # longer than an answer is kept
    again = await web.get("/windows/1/delta", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert decode(again.content).head_ts == NOW + 1000


async def test_windows_are_compressed_only_for_those_who_can_read_it(
    web: httpx.AsyncClient,
) -> None:
    packed = await web.get("/windows/1")
    plain = await web.get("/windows/1", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


async def test_an_unknown_extruder_is_404_with_a_reason(web: httpx.AsyncClient) -> None:
    for path in ("/windows/77", "/windows/77/delta", "/catalogue/77"):
        answer = await web.get(path)
        assert answer.status_code == 404
        assert "77" in answer.json()["error"]


async def test_the_plant_is_a_card_per_extruder(web: httpx.AsyncClient) -> None:
    body = (await web.get("/plant")).json()
    assert {card["id"] for card in body["cards"]} == {1, 2}
    assert body["cards"][0]["worst"]["limit"] == "H"
    assert body["checked"] > 0


async def test_sparks_follow_the_first_gauge(web: httpx.AsyncClient) -> None:
    sparks = (await web.get("/plant/sparks")).json()["sparks"]
    line = sparks["1"]
    assert len(line["values"]) == 60
    shown = {
        line["first"] + i * line["step"]: v for i, v in enumerate(line["values"]) if v is not None
    }
    assert shown == {
        ts: 300.0 + (NOW - ts) / 1000
        for ts in range(NOW - 39_000, NOW + 1, 1000)
        if ts % 15_000 == 0
    }


async def test_the_catalogue_names_signals_and_limits(web: httpx.AsyncClient) -> None:
    body = (await web.get("/catalogue/1")).json()
    assert body["extruder"]["signals"][0]["unit"] == "bar"
    assert body["extruder"]["limits"]["0"]["MeltPressure"] == {"h": 300.0, "hh": 350.0}


async def test_ready_means_that_the_windows_are_fresh(
    web: httpx.AsyncClient, refresher: Refresher
) -> None:
    refresher.refresh()
    assert (await web.get("/readyz")).json() == {"status": "ready"}


async def test_pages_are_served_behind_the_same_server(web: httpx.AsyncClient) -> None:
    page = await web.get("/extruder/1")
    assert page.status_code == 200
    assert "meltwatch.mjs" in page.text
