"""Pages live on pushed events, and go on by polling where push does not get through."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.plants import live_plant
from tests.browser.waiting import filled, until
from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="2") as stack:
        yield stack


def polls(page: Page) -> list[str]:
    asked: list[str] = []

    def note(request: Request) -> None:
        if re.search(r"/(windows/\d+(/delta)?|plant)$", request.url):
            asked.append(request.url)

    page.on("request", note)
    return asked


def head(page: Page) -> int:
    return int(page.evaluate("Number(document.querySelector('#extruder-root')?.dataset.mwHead)"))


def wait_for_news(page: Page, seconds: int) -> None:
    until(page, "document.querySelector('#extruder-root')?.dataset.mwHead > 0")
    start = head(page)
    until(
        page,
        "head => Number(document.querySelector('#extruder-root')?.dataset.mwHead) > head",
        arg=start + 1000 * seconds,
        timeout=20_000,
    )


def test_an_open_page_polls_once_and_then_lives_on_events(
    page: Page, another_page: Page, plant: Stack
) -> None:
    opened = {"/extruder/1": page, "/": another_page}
    asked = {path: polls(one) for path, one in opened.items()}
    for path, one in opened.items():
        one.goto(plant.url + path)
        filled(one, ".card" if path == "/" else ".gauge")
    page.wait_for_timeout(2500)
    before = {path: len(urls) for path, urls in asked.items()}
    page.wait_for_timeout(5000)
    assert {path: len(urls) for path, urls in asked.items()} == before
    for one in opened.values():
        expect(one.get_by_role("alert")).to_be_hidden()


def test_without_events_the_page_goes_on_by_polling(page: Page, plant: Stack) -> None:
    def hold_back(route: Route) -> None:
        """A proxy that buffers: the stream opens and stays silent."""

    page.route("**/events", hold_back)
    asked = polls(page)
    page.goto(f"{plant.url}/extruder/1")
    filled(page, ".gauge")
    wait_for_news(page, 5)
    assert len(asked) >= 5
    expect(page.get_by_role("alert")).to_be_hidden()


def test_events_missed_while_the_server_hung_are_fetched(
    page: Page, plant: Stack, console: list[str]
) -> None:
    page.goto(f"{plant.url}/extruder/1")
    filled(page, ".gauge")
    wait_for_news(page, 1)
    plant.kill("web", signal.SIGSTOP)
    expect(page.get_by_role("alert")).to_contain_text("Server lost")
    plant.kill("web", signal.SIGCONT)
    expect(page.get_by_role("alert")).to_be_hidden()
    wait_for_news(page, 1)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("export", re.IGNORECASE)).click()
    rows = [line for line in download.value.path().read_text().splitlines() if line[:2] == "20"]
    seconds = [line[17:19] for line in rows[-30:]]
    assert [(int(s) - int(seconds[0])) % 60 for s in seconds] == list(range(30)), "no gap"
    console.clear()  # the browser itself reports requests that timed out
