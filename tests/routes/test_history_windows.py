"""Readings of the past in the bytes of the live windows, and what happened then."""

from __future__ import annotations

import time

import httpx
import pytest

from data.refresh import Refresher
from data.telemetry import TelemetryStore
from data.window_codec import decode
from tests.rows import row

pytestmark = pytest.mark.anyio
NOW = int(time.time()) // 10 * 10_000
OLD = NOW - 3_600_000


@pytest.fixture(autouse=True)
def readings(store: TelemetryStore, refresher: Refresher) -> None:
    store.append([row(OLD + 1000 * t, 1, 100.0 + t, t, 2.0) for t in range(60)])
    store.append([row(NOW - 1000 * t, 1, 300.0 + t, t, 2.0) for t in range(5)])
    refresher.rebuild()


def windows(extruder: int = 1, start: int = OLD, end: int = OLD + 60_000, more: str = "") -> str:
    return f"/history/windows/{extruder}?from={start}&to={end}{more}"


async def test_a_window_of_the_past_is_a_message_as_the_live_ones(web: httpx.AsyncClient) -> None:
    answer = await web.get(windows())
    message = decode(answer.content)
    assert answer.headers["content-type"] == "application/vnd.meltwatch.window"
    assert (answer.headers["meltwatch-level"], answer.headers["meltwatch-step-ms"]) == ("raw", "1000")  # fmt: skip  # noqa: E501
    assert (message.extruder, message.step_ms, message.first_ts) == (1, 1000, OLD)
    assert (message.head_ts, message.delta) == (OLD + 59_000, False)
    assert message.values[:, 0].tolist() == [100.0 + t for t in range(60)]


async def test_a_closed_period_may_be_kept_and_an_open_one_not(web: httpx.AsyncClient) -> None:
    closed = await web.get(windows())
    assert closed.headers["cache-control"] == "private, max-age=600"
    again = await web.get(windows(), headers={"if-none-match": closed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    now = await web.get(windows(start=NOW - 60_000, end=NOW + 60_000))
    assert now.headers["cache-control"] == "no-store"
    assert decode(now.content).head_ts == NOW


async def test_another_step_may_be_asked_for(web: httpx.AsyncClient) -> None:
    message = decode((await web.get(windows(more="&step=5000"))).content)
    assert (message.step_ms, len(message.values)) == (5000, 12)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "from=''"),
        ("?from=abc&to=5", "from='abc'"),
        ("?from=-5&to=5", "from='-5'"),
        ("?from=5&to=5", "the first one earlier"),
        ("?from=1&to=99999999999999999999", "to='99999999999999999999'"),
        ("?from=1&to=5&step=1", "step=1"),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_so(
    web: httpx.AsyncClient, query: str, said: str
) -> None:
    answer = await web.get(f"/history/windows/1{query}")
    assert answer.status_code == 400
    assert said in answer.json()["error"]


async def test_too_long_a_span_and_an_unknown_extruder_are_told(web: httpx.AsyncClient) -> None:
    assert (await web.get(windows(end=OLD + 7_200_000))).status_code == 422
    assert (await web.get(windows(extruder=99))).status_code == 404


async def test_what_happened_comes_with_the_limits_and_what_is_kept(
    web: httpx.AsyncClient,
) -> None:
    body = (await web.get(f"/history/playback/1?from={OLD}&to={NOW}")).json()
    assert (body["alarms"], body["malfunctions"], body["complete"]) == ([], [], True)
    assert body["limits"][0]["limits"]["MeltPressure"] == {"h": 300.0, "hh": 350.0}
    assert (body["kept"]["raw"], body["kept"]["newest"]) == (OLD, NOW)
