"""The System page while parts of the plant fail: what it says of each stage and each failed job."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect
from redis import Redis

from data.command_queue import job_queue
from tests.browser.plants import live_plant
from tests.browser.themes import themes
from tests.stack import Stack

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (1280, 800), (390, 844)]
STAGES = ("ingest", "store", "workers", "redis", "web", "browser")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="2") as stack:
        yield stack


def stage(page: Page, name: str) -> Locator:
    return page.locator(f'[data-mw-stage="{name}"]')


def row(page: Page, text: str) -> Locator:
    return page.locator(".failures__job").filter(has_text=text)


def fail_a_refresh(plant: Stack, id_: str) -> None:
    """A shard that this plant does not have; it fails however often it is run."""
    with Redis.from_url(plant.settings.queue_url) as client:
        job_queue(client).enqueue(
            "data.jobs.refresh", 7, 1, job_id=id_, ttl=20, failure_ttl=300, result_ttl=5
        )


def test_every_stage_says_how_it_is_with_a_sign_a_word_and_an_age(plant: Stack, page: Page) -> None:
    page.goto(f"{plant.url}/system")
    for name in STAGES:
        expect(stage(page, name)).to_contain_text("✓ Well", timeout=30_000)
        expect(stage(page, name).locator('[data-mw-part="last"]')).to_contain_text(" ago")
    expect(stage(page, "workers")).to_contain_text(re.compile(r"Shard 0, worker \w{6}: took"))


def test_a_failed_job_shows_its_traceback_is_run_again_and_discarded(
    plant: Stack, page: Page
) -> None:
    page.goto(f"{plant.url}/system")
    fail_a_refresh(plant, "refresh-7-1")
    failed = row(page, "refresh of shard 7")
    expect(failed).to_contain_text("IndexError")
    expect(failed).to_contain_text("Takes in all readings up to now")
    failed.get_by_text("Traceback").click()
    expect(failed.locator("pre")).to_contain_text("in refresh")
    with page.expect_response("**/system/failures?from=0", timeout=20_000):
        pass
    expect(failed.locator("pre")).to_be_visible()  # who reads it is not disturbed
    failed.get_by_role("button", name="Run again").press("Enter")
    said = page.locator('[data-mw-part="said"]')
    expect(said).to_have_text("1 job in the queue again.")
    expect(failed).to_contain_text("IndexError")  # it has failed again
    failed.get_by_role("button", name="Discard").click()
    expect(said).to_have_text("1 job discarded.")
    expect(failed).to_have_count(0)
    refresh = page.locator('[data-mw-job="refresh"]')
    expect(refresh).to_contain_text(re.compile(r"[1-9] of \d+"))


def test_all_are_discarded_by_a_second_click_only(plant: Stack, page: Page) -> None:
    page.goto(f"{plant.url}/system")
    fail_a_refresh(plant, "refresh-7-2")
    expect(row(page, "refresh of shard 7")).to_have_count(1)
    page.get_by_role("button", name="Discard all").click()
    expect(row(page, "refresh of shard 7")).to_have_count(1)
    page.get_by_role("button", name="Click again to discard all").click()
    expect(row(page, "refresh of shard 7")).to_have_count(0)
    expect(page.get_by_role("button", name="Discard all")).to_be_disabled()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_every_screen(plant: Stack, page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{plant.url}/system")
    expect(stage(page, "browser")).to_contain_text("Well")
    boxes = [stage(page, name).bounding_box() for name in STAGES]
    for _theme in themes(page):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for one, after in pairwise(boxes):
        assert one and after
        assert one["x"] >= 0 and one["x"] + one["width"] <= width
        beside = after["x"] >= one["x"] + one["width"]
        under = after["y"] >= one["y"] + one["height"]
        assert beside or under


def test_what_fails_is_named_and_what_nobody_knows_is_no_zero(
    plant: Stack, page: Page, console: list[str]
) -> None:
    page.goto(f"{plant.url}/system")
    plant.kill("ingest")
    expect(stage(page, "ingest")).to_contain_text("No new readings", timeout=30_000)
    plant.kill("worker")
    expect(stage(page, "workers")).to_contain_text("No worker is heard", timeout=30_000)
    plant.kill("redis")
    expect(stage(page, "redis")).to_contain_text("✕ Failed", timeout=30_000)
    for name in ("ingest", "store", "workers"):
        expect(stage(page, name)).to_contain_text(re.compile(r"Not known since \d\d:\d\d:\d\d"))
        expect(stage(page, name).locator('[data-mw-part="backlog"]')).to_have_text("—")
        expect(stage(page, name).locator("li")).to_have_count(0)
    expect(stage(page, "web")).to_contain_text("✓ Well")
    plant.kill("web")
    expect(stage(page, "web")).to_contain_text("Does not answer", timeout=30_000)
    expect(stage(page, "redis")).to_contain_text("? Not known")
    expect(stage(page, "browser")).to_contain_text("Gets no answers")
    console.clear()  # the browser's own words for 503, and for a server that is gone
