"""GET /system/guard: what the guard found, as sentences, and honest before the first check."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from app import build
from data.alarms.events import Priority
from data.settings import Settings
from data.store_guard import DayCheck, Finding, Forecast, MinuteCheck, Stopped
from data.store_guard.as_json import day_of, dumped, minute_of
from data.store_guard.kept import keep
from data.window_cache import connect

pytestmark = pytest.mark.anyio

LOST = Finding("index:a.b", Priority.CRITICAL, "The index b of a is missing.", "CREATE INDEX b;")
SLOW = Finding("scan:x", Priority.HIGH, "No index is used for x.")
STOPPED = Stopped("runaway:1", "A statement of ana ran for 75 s", 1_000, 61_000, 2)
FORECAST = Forecast(3 * 2**30, 700_000.0, 177.4, 2**32, 5 * 2**30, 3_600, 2**33, None)
MINUTE = MinuteCheck(1_772_514_724_000, 40, (LOST,), (STOPPED,))
DAY = DayCheck(1_772_514_000_000, "PostgreSQL 15.14", 57, FORECAST, (SLOW,), ("May not see.",))


async def test_before_the_first_check_nothing_is_claimed(web: httpx.AsyncClient) -> None:
    body = (await web.get("/system/guard")).json()
    assert body["checked"] is None
    assert body["headline"] == "Not checked yet"
    assert body["findings"] == []


async def test_findings_come_most_urgent_first_with_what_mends_them(
    web: httpx.AsyncClient, settings: Settings
) -> None:
    keep(connect(settings.redis_url), MINUTE)
    keep(connect(settings.redis_url), DAY)
    body = (await web.get("/system/guard")).json()
    assert body["served"] <= time.time() * 1000
    assert (body["checked"], body["checked_day"]) == (MINUTE.checked, DAY.checked)
    assert body["headline"] == "2 findings"
    assert [one["priority"] for one in body["findings"]] == [1, 2]
    assert body["findings"][0]["mend"] == "CREATE INDEX b;"
    assert body["stopped"][0]["times"] == 2
    assert body["notes"] == ["May not see."]
    assert body["growth"].startswith("3 GiB now. 700,000 rows of readings come in a day")


async def test_a_store_without_findings_says_what_was_looked_at(
    web: httpx.AsyncClient, settings: Settings
) -> None:
    keep(connect(settings.redis_url), MinuteCheck(1, 40))
    keep(connect(settings.redis_url), DayCheck(1, "SQLite 3.40.1", 57, None))
    body = (await web.get("/system/guard")).json()
    assert body["headline"].startswith("All 40 indexes are present, and used by all 57 statements")


async def test_without_redis_it_is_unavailable(tmp_path: Path) -> None:
    settings = Settings.from_env({"REDIS_URL": f"unix://{tmp_path / 'nobody.sock'}"})
    transport = httpx.ASGITransport(build(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
        answer = await web.get("/system/guard")
    assert answer.status_code == 503


def test_checks_are_the_same_after_redis() -> None:
    assert minute_of(dumped(MINUTE).encode()) == MINUTE
    assert day_of(dumped(DAY).encode()) == DAY
