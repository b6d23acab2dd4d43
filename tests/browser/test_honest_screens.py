"""Whatever fails, the screen says so within five seconds, keeps its values, and comes back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.plants import live_plant
from tests.stack import Stack

pytestmark = pytest.mark.browser
WITHIN_S = 5


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="3") as stack:
        yield stack


@pytest.fixture
def opened(page: Page, another_page: Page, plant: Stack) -> dict[str, Page]:
    """The Plant and an Extruder page side by side, both live: a process is stopped for both."""
    pages = {"/": page, "/extruder/1": another_page}
    for path, one in pages.items():
        one.goto(plant.url + path)
    for one in pages.values():
        number = one.locator(".card__number, .gauge__number").first
        expect(number).to_have_text(re.compile(r"\d"))
        expect(one.locator(".card--loading, .gauge--loading")).to_have_count(0)
    expect_no_alert(pages, 20)
    return pages


def expect_alert(pages: dict[str, Page], words: str) -> None:
    """On every page within WITHIN_S from now; values stay as they are."""
    end = time.monotonic() + WITHIN_S
    for path, one in pages.items():
        left = max(1.0, 1000 * (end - time.monotonic()))
        expect(one.get_by_role("alert"), path).to_contain_text(words, timeout=left)
    assert_values_are_still_shown(pages)


def expect_no_alert(pages: dict[str, Page], seconds: float) -> None:
    end = time.monotonic() + seconds
    for path, one in pages.items():
        left = max(1.0, 1000 * (end - time.monotonic()))
        expect(one.get_by_role("alert"), path).to_be_hidden(timeout=left)


def assert_values_are_still_shown(pages: dict[str, Page]) -> None:
    for path, one in pages.items():
        numbers = one.locator(".card__number, .gauge__number").all_text_contents()
        assert numbers, path
        assert all(re.fullmatch(r"−?\d+(\.\d+)?", number) for number in numbers), path
        assert any(float(number) > 10 for number in numbers), path


def test_a_lost_server_is_named(opened: dict[str, Page], plant: Stack, console: list[str]) -> None:
    plant.kill("web")
    expect_alert(opened, "Server lost")
    expect_alert(opened, "Showing readings up to")
    plant.start_web()
    expect_no_alert(opened, WITHIN_S)
    console.clear()  # the browser itself reports refused connections


def test_a_lost_redis_is_named(opened: dict[str, Page], plant: Stack, console: list[str]) -> None:
    plant.kill("redis")
    expect_alert(opened, "Live data unavailable")
    plant.start_redis()
    assert_values_are_still_shown(opened)
    expect_no_alert(opened, 20)
    console.clear()  # the browser itself reports 503 and 404 answers


def test_a_stopped_worker_is_named(opened: dict[str, Page], plant: Stack) -> None:
    plant.kill("worker")
    expect_alert(opened, "Worker stopped")
    plant.start_worker()
    expect_no_alert(opened, 15)


def test_stopped_readings_are_named(opened: dict[str, Page], plant: Stack) -> None:
    plant.kill("ingest")
    expect_alert(opened, "No new readings")
    plant.start_ingest()
    expect_no_alert(opened, 15)


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
        expect(page.locator(".card")).to_have_count(2)
        page.goto("about:blank")
        console.clear()  # the browser itself reports 503 answers


def test_an_unknown_extruder_is_said(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/extruder/77")
    expect(page.get_by_role("heading", name="No such extruder")).to_be_visible()
