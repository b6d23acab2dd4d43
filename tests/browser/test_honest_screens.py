"""Whatever fails, the screen says so within five seconds, keeps its values, and comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.plants import live_plant
from tests.stack import Stack

pytestmark = pytest.mark.browser
WITHIN_MS = 5000


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="3") as stack:
        yield stack


@pytest.fixture(params=["/", "/extruder/1"])
def opened(request: pytest.FixtureRequest, page: Page, plant: Stack) -> Page:
    page.goto(plant.url + request.param)
    number = page.locator(".card__number, .gauge__number").first
    expect(number).to_have_text(re.compile(r"\d"), timeout=20_000)
    expect(page.locator(".card--loading, .gauge--loading")).to_have_count(0)
    expect(page.get_by_role("alert")).to_be_hidden(timeout=20_000)
    return page


def assert_values_are_still_shown(page: Page) -> None:
    numbers = page.locator(".card__number, .gauge__number").all_text_contents()
    assert numbers
    assert all(re.fullmatch(r"−?\d+(\.\d+)?", number) for number in numbers)
    assert any(float(number) > 10 for number in numbers)


def test_a_lost_server_is_named(opened: Page, plant: Stack, console: list[str]) -> None:
    plant.kill("web")
    expect(opened.get_by_role("alert")).to_contain_text("Server lost", timeout=WITHIN_MS)
    expect(opened.get_by_role("alert")).to_contain_text("Showing readings up to")
    assert_values_are_still_shown(opened)
    plant.start_web()
    expect(opened.get_by_role("alert")).to_be_hidden(timeout=WITHIN_MS)
    console.clear()  # the browser itself reports refused connections


def test_a_lost_redis_is_named(opened: Page, plant: Stack, console: list[str]) -> None:
    plant.kill("redis")
    expect(opened.get_by_role("alert")).to_contain_text("Live data unavailable", timeout=WITHIN_MS)
    assert_values_are_still_shown(opened)
    plant.start_redis()
    assert_values_are_still_shown(opened)
    expect(opened.get_by_role("alert")).to_be_hidden(timeout=20_000)
    console.clear()  # the browser itself reports 503 and 404 answers


def test_a_stopped_worker_is_named(opened: Page, plant: Stack) -> None:
    plant.kill("worker")
    expect(opened.get_by_role("alert")).to_contain_text("Worker stopped", timeout=WITHIN_MS)
    assert_values_are_still_shown(opened)
    plant.start_worker()
    expect(opened.get_by_role("alert")).to_be_hidden(timeout=15_000)


def test_stopped_readings_are_named(opened: Page, plant: Stack) -> None:
    plant.kill("ingest")
    expect(opened.get_by_role("alert")).to_contain_text("No new readings", timeout=WITHIN_MS)
    assert_values_are_still_shown(opened)
    plant.start_ingest()
    expect(opened.get_by_role("alert")).to_be_hidden(timeout=15_000)


def test_a_page_opened_before_any_reading_opens_by_itself(
    page: Page, tmp_path: Path, console: list[str]
) -> None:
    with live_plant(tmp_path, EXTRUDERS="2") as stack:
        stack.kill("worker")
        stack.kill("redis")
        page.goto(stack.url)
        expect(page.get_by_role("heading", name="Live data unavailable")).to_be_visible()
        stack.start_redis()
        stack.start_worker()
        expect(page.locator(".card")).to_have_count(2, timeout=20_000)
        page.goto("about:blank")
        console.clear()  # the browser itself reports 503 answers


def test_an_unknown_extruder_is_said(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/extruder/77")
    expect(page.get_by_role("heading", name="No such extruder")).to_be_visible()
