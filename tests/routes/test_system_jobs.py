"""The jobs of the System page: those that failed for real, run again and discarded; runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import build
from components.jobs_panels import AGAIN
from data import jobs
from data.failed_jobs import KINDS
from data.settings import Settings
from tests.failing import FailingPlant
from tests.workers import taking

pytestmark = pytest.mark.anyio


@pytest.fixture
def plant(tmp_path: Path, redis_url: str) -> Iterator[FailingPlant]:
    made = FailingPlant(tmp_path, redis_url)
    yield made
    jobs.count_in(None)
    made.client.close()


@pytest.fixture
def busy(redis_url: str) -> Iterator[None]:
    with taking(redis_url):
        yield


@pytest.fixture
async def web(plant: FailingPlant) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build(plant.settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def failures(web: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = (await web.get(f"/system/failures{query}")).json()
    return found


@pytest.mark.usefixtures("busy")
async def test_a_failed_refresh_is_shown_run_again_and_gone(
    plant: FailingPlant, web: httpx.AsyncClient
) -> None:
    assert (await failures(web))["total"] == 0
    plant.fail("refresh", "refresh-0-7")
    (job,) = (await failures(web))["jobs"]
    assert (job["id"], job["kind"], job["arguments"]) == ("refresh-0-7", "refresh", [0, 7])
    assert "StoreError" in job["cause"]
    text = (await web.get("/system/failures/refresh-0-7")).json()["traceback"]
    assert "_recorded" in text
    answer = await web.post("/system/failures/run", json={"ids": ["refresh-0-7"]})
    assert answer.json() == {"done": ["refresh-0-7"]}
    plant.work()
    assert (await failures(web))["total"] == 0
    assert (await web.get("/system/failures/refresh-0-7")).status_code == 404
    assert (await web.post("/system/failures/run", json={"ids": ["refresh-0-7"]})).json() == {
        "done": []
    }


@pytest.mark.usefixtures("busy")
async def test_all_are_discarded_at_once(plant: FailingPlant, web: httpx.AsyncClient) -> None:
    for number in range(3):
        plant.fail("guard", f"guard-{number}")
    answer = await web.post("/system/failures/discard", json={"ids": "all"})
    assert sorted(answer.json()["done"]) == ["guard-0", "guard-1", "guard-2"]
    assert (await failures(web))["total"] == 0


async def test_pages_of_many_have_no_job_twice(plant: FailingPlant, web: httpx.AsyncClient) -> None:
    with plant.without_store():
        for number in range(23):
            plant.enqueue("guard", f"guard-{number}")
        plant.work()
    first, second = await failures(web), await failures(web, "?from=20")
    ids = [job["id"] for job in first["jobs"] + second["jobs"]]
    assert (first["total"], len(first["jobs"]), len(set(ids))) == (23, 20, 23)
    for nonsense in ("-1", "x", "99999999", "²"):
        assert (await failures(web, f"?from={nonsense}"))["first"] == 0


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": [1]}, {"ids": "some"}, {"ids": ["x"] * 101}, {"ids": None}]
)
async def test_nonsense_is_refused(web: httpx.AsyncClient, body: dict[str, Any]) -> None:
    for action in ("run", "discard"):
        assert (await web.post(f"/system/failures/{action}", json=body)).status_code == 400


async def test_other_sites_and_forms_do_nothing(
    plant: FailingPlant, web: httpx.AsyncClient
) -> None:
    plant.fail("guard", "guard-1")
    for action in ("run", "discard"):
        url = f"/system/failures/{action}"
        other = {"Origin": "http://evil.example"}
        assert (await web.post(url, json={"ids": "all"}, headers=other)).status_code == 403
        assert (await web.post(url, data={"ids": "all"})).status_code == 415
        assert (await web.get(url)).status_code == 404
    assert (await failures(web))["total"] == 1


async def test_runs_are_told_with_their_durations_and_results(
    plant: FailingPlant, web: httpx.AsyncClient
) -> None:
    plant.enqueue("refresh", "one")  # the first of all asks for a rebuild
    plant.work()
    plant.fail("refresh", "two")
    plant.counts.tell()
    found = (await web.get("/system/runs")).json()["jobs"]
    assert list(found) == list(KINDS)
    refresh = found["refresh"]
    assert (refresh["runs"], refresh["failed"]) == (2, 1)
    assert 0 < refresh["p50"] <= refresh["p95"] == refresh["max"]
    failed, first = refresh["newest"]
    assert first["text"] == "rebuild, 0 rows"
    assert (failed["failed"], failed["worker"]) == (True, "ab12cd34")
    assert found["rebuild"]["newest"][0]["text"] == "done at 7"
    assert found["replay"] == {"runs": 0, "failed": 0, "p50": 0, "p95": 0, "max": 0, "newest": []}


async def test_without_a_worker_nothing_is_run_again(
    plant: FailingPlant, web: httpx.AsyncClient
) -> None:
    plant.fail("guard", "guard-1")
    answer = await web.post("/system/failures/run", json={"ids": "all"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "no worker answered" in answer.json()["error"]
    assert (await failures(web))["total"] == 1


async def test_without_redis_all_of_it_is_unavailable(tmp_path: Path) -> None:
    settings = Settings.from_env({"REDIS_URL": f"unix://{tmp_path / 'nobody.sock'}"})
    transport = httpx.ASGITransport(build(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
        for path in ("/system/runs", "/system/failures", "/system/failures/x"):
            assert (await web.get(path)).status_code == 503
        answer = await web.post("/system/failures/run", json={"ids": "all"})
        assert answer.status_code == 503


def test_what_running_again_does_is_said_of_every_kind() -> None:
    assert set(AGAIN) == set(KINDS)
