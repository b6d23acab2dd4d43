"""A real index is lost while the plant runs: every page says so, the System page what mends it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from redis import Redis

from data.alarms.events import Priority
from data.store_guard import DayCheck, Finding, MinuteCheck
from data.store_guard.kept import keep
from tests.browser.plants import live_plant
from tests.browser.themes import themes
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (1280, 800), (390, 844)]
LONG = "\n".join(f"ALTER INDEX readings_by_seq ATTACH PARTITION readings_202611{d:02}_seq;"
                 for d in range(1, 31))  # fmt: skip
LOST = Finding("index:a.b", Priority.CRITICAL, "The index readings_by_seq of readings btree (seq)"
               " is missing: reads get slow.", LONG)  # fmt: skip
SOON = Finding("growth", Priority.HIGH, "The disk of the store will be full in 9 days.")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="2") as stack:
        yield stack


def guard(page: Page, part: str) -> Locator:
    return page.locator(f'.panel--guard [data-mw-part="{part}"]')


def test_a_lost_index_is_told_with_the_statement_that_restores_it(plant: Stack, page: Page) -> None:
    page.goto(f"{plant.url}/system")
    expect(guard(page, "headline")).to_contain_text("indexes are present", timeout=30_000)
    expect(guard(page, "growth")).to_contain_text(" now. ", timeout=30_000)
    path = plant.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP INDEX malfunctions_by_changed")
    expect(guard(page, "headline")).to_have_text("1 finding.", timeout=90_000)
    statement = page.get_by_label("What mends it")
    expect(statement).to_have_text(
        "CREATE INDEX malfunctions_by_changed ON malfunctions (changed);"
    )
    page.goto(plant.url)
    link = page.get_by_role("link", name="System: 1 urgent finding about the store")
    expect(link).to_be_visible()
    link.click()
    expect(statement).to_be_visible()
    with closing(sqlite3.connect(path)) as file:
        file.execute(str(statement.text_content()))


@pytest.fixture
def found(plant: Stack) -> Iterator[Stack]:
    """What the tests choose was found; no worker finds anything else."""
    if "worker" in plant.processes:
        plant.kill("worker")
    now = int(time.time() * 1000)
    with Redis.from_url(plant.settings.redis_url) as client:
        keep(client, MinuteCheck(now, 40, (LOST,)))
        keep(client, DayCheck(now, "PostgreSQL 15.14", 57, None, (SOON,), ("GRANT something;",)))
    # The web process keeps an answer for 2 s; a page that gets it asks again much later.
    told = lambda: httpx.get(f"{plant.url}/system/guard").json()["findings"]  # noqa: E731
    wait_until(lambda: len(told()) == 2, 10, "both findings are told")
    yield plant


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_findings_fit_every_screen(
    found: Stack, page: Page, tmp_path: Path, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{found.url}/system")
    expect(guard(page, "findings").locator("li")).to_have_count(2)
    for theme in themes(page):
        page.screenshot(path=tmp_path / f"{theme}.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        box = page.get_by_label("What mends it").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
        mark = page.get_by_role("link", name="2 urgent findings").bounding_box()
        assert mark and mark["x"] >= 0 and mark["x"] + mark["width"] <= width


def test_one_click_marks_all_of_a_statement_and_it_stays_marked(found: Stack, page: Page) -> None:
    page.goto(f"{found.url}/system")
    page.get_by_label("What mends it").click()
    assert page.evaluate("String(getSelection())") == LONG
    with page.expect_response("**/system/guard", timeout=30_000):
        pass
    assert page.evaluate("String(getSelection())") == LONG


def test_when_nobody_checks_any_more_it_is_said(found: Stack, page: Page) -> None:
    with Redis.from_url(found.settings.redis_url) as client:
        keep(client, MinuteCheck(int(time.time() * 1000) - 600_000, 40))
    page.goto(f"{found.url}/system")
    # The web process may have kept what it said a moment ago.
    expect(guard(page, "state")).to_contain_text("No worker has checked the store since")


def test_without_redis_what_was_known_stays_and_it_is_said(
    found: Stack, page: Page, console: list[str]
) -> None:
    page.goto(f"{found.url}/system")
    expect(guard(page, "findings").locator("li")).to_have_count(2)
    found.kill("redis")
    expect(guard(page, "state")).to_contain_text("cannot be had", timeout=30_000)
    expect(guard(page, "findings").locator("li")).to_have_count(2)
    console.clear()  # the browser's own words for 503
