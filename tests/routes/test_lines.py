"""One signal of the whole plant on one grid."""

from __future__ import annotations

import time

import httpx
import numpy as np
import pytest

from data.quality import Quality
from data.refresh import Refresher
from data.telemetry import TelemetryStore
from data.window_codec import decode
from tests.rows import row

pytestmark = pytest.mark.anyio
NOW = int(time.time()) // 10 * 10_000
PRESSURE = "/lines/window?signal=MeltPressure"


@pytest.fixture(autouse=True)
def readings(store: TelemetryStore, refresher: Refresher) -> None:
    store.append([row(NOW - 1000 * t, 1, 100.0 + t, t, 2.0) for t in range(40)])
    store.append([row(NOW - 1000 * t, 2, 200.0 + t, t, 2.0) for t in range(5, 60)])
    refresher.rebuild()


async def test_columns_are_extruders_on_the_grid_of_the_newest(web: httpx.AsyncClient) -> None:
    message = decode((await web.get(PRESSURE)).content)
    assert (message.values.shape, message.head_ts) == ((900, 2), NOW)
    assert message.values[-1, 0] == 100.0
    assert message.quality[-5:, 1].tolist() == [Quality.ABSENT] * 5
    assert message.values[-6, 1] == 205.0
    assert np.isnan(message.values[:-60]).all()


async def test_a_delta_is_the_last_ten_seconds(web: httpx.AsyncClient) -> None:
    message = decode((await web.get("/lines/delta?signal=MeltPressure")).content)
    assert (message.delta, message.values.shape) == (True, (10, 2))


async def test_a_day_is_every_tenth_second_of_a_gauge_signal(web: httpx.AsyncClient) -> None:
    message = decode((await web.get("/lines/day?signal=MeltPressure")).content)
    assert (message.step_ms, message.values.shape) == (10_000, (8640, 2))
    assert message.values[-4:, 0].tolist() == [130.0, 120.0, 110.0, 100.0]
    refused = await web.get("/lines/day?signal=JobStatus")
    assert refused.status_code == 404
    assert "only gauge signals" in refused.json()["error"]


async def test_the_index_names_signals_and_who_has_them(web: httpx.AsyncClient) -> None:
    index = (await web.get("/lines")).json()
    assert index["signals"][0]["extruders"] == [1, 2]
    assert index["signals"][0]["day"] and not index["signals"][2]["day"]


async def test_an_unknown_signal_is_404_with_a_reason(web: httpx.AsyncClient) -> None:
    for path in ("window", "delta", "day"):
        answer = await web.get(f"/lines/{path}?signal=Nonsense")
        assert answer.status_code == 404
        assert "Nonsense" in answer.json()["error"]
