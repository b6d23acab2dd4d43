"""The Sources page of a plant with real sources: from an address that nobody knows to a reading on
the Extruder page, tests that succeed and fail, and an ingest that ends."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from redis import Redis

from data.audit import journal as audit
from data.ingest.publish import KEEP_S
from data.session import open_session
from data.window_cache.source_state import (
    SOURCES,
    Condition,
    Finding,
    Rejected,
    SourceState,
    encoded,
)
from tests.stack import Stack, free_port, wait_until

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (1280, 800), (390, 844)]
FILE = """
[[source]]
name = "hall-1"
kind = "http"
listen = "127.0.0.1:{one}"

[[source]]
name = "hall-2"
kind = "http"
listen = "127.0.0.1:{two}"
"""
ADDRESS = "melt,machine=e7:pressure"


class Somebody(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Plant(Stack):
    """`hall-1` listens at `send`; where `hall-2` would, another program does."""

    send = ""

    def deliver(self, lines: str) -> None:
        answer = httpx.post(f"{self.send}/api/v2/write", content=lines, timeout=10)
        assert answer.status_code == 204, answer.text


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("plant")
    other = HTTPServer(("127.0.0.1", 0), Somebody)
    Thread(target=other.serve_forever, daemon=True).start()
    port = free_port()
    file = folder / "sources.toml"
    file.write_text(FILE.format(one=port, two=other.server_port))
    stack = Plant(folder, SOURCES=str(file))
    stack.send = f"http://127.0.0.1:{port}"
    try:
        stack.start_redis()
        stack.start_ingest()
        wait_until(lambda: answers(f"{stack.send}/health"), 20, "hall-1 listens")
        stack.deliver("\n".join(f"oil,machine=e{n:03d} temp={n}" for n in range(200)))
        stack.deliver("melt,machine=e7 pressure=2103")
        stack.start_worker()
        stack.start_web()
        yield stack
    finally:
        stack.stop()
        other.shutdown()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def sources(plant: Plant, page: Page) -> Page:
    page.add_init_script("localStorage.setItem('meltwatch-person', 'Ana')")
    page.goto(f"{plant.url}/sources")
    expect(panel(page, "hall-1")).to_contain_text("✓ Receiving")
    return page


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def test_each_source_says_how_it_is(sources: Page) -> None:
    one, two = panel(sources, "hall-1"), panel(sources, "hall-2")
    expect(one.get_by_text("Addresses that are not mapped: 201")).to_be_visible()
    expect(one).to_contain_text("Waiting for the storenothing")
    expect(two).to_contain_text("✕ Lost")
    expect(two).to_contain_text(re.compile("since .* ago"))
    expect(sources.get_by_role("link", name="Sources")).to_have_attribute("aria-current", "page")
    expect(sources.locator(".sources__state")).to_contain_text("1 of 2 sources receiving")


def test_200_addresses_are_turned_over_and_searched(sources: Page) -> None:
    one = panel(sources, "hall-1")
    rows = one.locator("tbody tr")
    expect(rows).to_have_count(20)
    one.get_by_role("button", name="Next").click()
    expect(one.get_by_text("21 to 40 of 201")).to_be_visible()
    one.get_by_label("Find among addresses that are not mapped of hall-1").fill("E142 oil")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("oil,machine=e142:temp")
    expect(rows).to_contain_text("142")
    one.get_by_label("Find among addresses that are not mapped of hall-1").fill("nowhere")
    expect(one.get_by_text("No address has “nowhere”.")).to_be_visible()


def test_a_connection_is_tested_with_success_and_without(sources: Page) -> None:
    for name, said in (
        ("hall-1", "✓ It works: http://127.0.0.1"),
        ("hall-2", "✕ It does not work: "),
    ):
        button = panel(sources, name).get_by_role("button", name="Test connection")
        button.click()
        expect(panel(sources, name).locator(".source__said")).to_contain_text(said)
        expect(button).to_be_focused()
    expect(panel(sources, "hall-2").locator(".source__said")).to_contain_text("another program")


def test_an_address_mapped_by_hand_is_read_on_the_extruder_page(
    sources: Page, plant: Plant, console: list[str]
) -> None:
    one = panel(sources, "hall-1")
    one.get_by_label("Find among addresses that are not mapped of hall-1").fill("melt")
    one.get_by_role("button", name=f"Map {ADDRESS}").click()
    form = sources.get_by_role("dialog", name=f"Map {ADDRESS}")
    form.get_by_label("Name of the new extruder").fill("Extruder seven")
    form.get_by_label("Unit").fill("bar")
    form.get_by_label("Gauge").fill("7")
    form.get_by_label("Factor").fill("0.1")
    expect(form).to_contain_text("Newest value 2103 → 210.3 bar")
    form.get_by_role("button", name="Map", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("Gauge (0: none) 7: expected a whole number")
    expect(form.get_by_label("Gauge")).to_be_focused()
    console.clear()  # the browser's own words for 400
    form.get_by_label("Gauge").fill("1")
    form.get_by_role("button", name="Map", exact=True).click()
    expect(form).to_be_hidden()
    expect(one).to_contain_text(f"✓ {ADDRESS} is mapped; its next reading is on Extruder seven.")
    expect(one.get_by_text("Addresses that are not mapped: 200")).to_be_visible()
    plant.deliver("melt,machine=e7 pressure=2207")
    plant.wait_ready()
    one.get_by_role("link", name="Extruder seven").first.click()
    expect(sources.locator(".gauge__number")).to_have_text("220.7")
    with closing(open_session(plant.settings.database_url)) as session:
        (row,) = [row for row in audit.rows(session) if row.event == "source_mapped"]
    assert row.subject == "hall-1"
    assert '"name": "Ana"' in row.detail


def test_what_was_mapped_by_mistake_is_released(sources: Page, plant: Plant) -> None:
    one = panel(sources, "hall-1")
    one.get_by_text("Addresses that are mapped: 1").click()
    button = one.get_by_role("button", name=f"Unmap {ADDRESS}")
    expect(one.get_by_role("button", name="Unmap")).to_have_count(1)
    button.click()
    expect(button).to_have_text("Click again to unmap")
    button.click()
    expect(one).to_contain_text(f"✓ {ADDRESS} is no longer mapped.")
    expect(one.get_by_text("Addresses that are mapped: 0")).to_be_visible()
    plant.deliver("melt,machine=e7 pressure=2300")
    expect(one.get_by_text("Addresses that are not mapped: 201")).to_be_visible()


def test_who_may_not_is_shown_no_buttons(plant: Plant, page: Page) -> None:
    """The server refuses them, too: tests/access/test_sources.py."""
    viewer = {"auth": "local", "name": "Vera", "role": "viewer", "may": ["view"], "scope": []}
    page.route("**/access/me", lambda route: route.fulfill(json=viewer))
    page.goto(f"{plant.url}/sources")
    one = panel(page, "hall-1")
    expect(one.locator("tbody tr")).to_have_count(20)
    expect(page.get_by_role("button", name="Vera · sign out")).to_be_visible()
    expect(one.get_by_role("button", name=re.compile("Map|Unmap|Test"))).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_every_screen(sources: Page, width: int, height: int) -> None:
    sources.set_viewport_size({"width": width, "height": height})
    one = panel(sources, "hall-1")
    button = one.get_by_role("button", name="Map oil,machine=e000:temp")
    expect(button).to_be_visible()
    assert sources.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = button.bounding_box()
    assert box and box["x"] + box["width"] <= width, "what is done needs no pushing sideways"
    assert [*shut_out_at(sources, width)] == []
    button.click()
    form = sources.get_by_role("dialog")
    assert [*shut_out_at(sources, width)] == []
    box = form.bounding_box()
    assert box and box["width"] <= width and box["height"] <= height
    sources.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(button).to_be_focused()


def test_it_is_kept_up_without_moving_what_is_there(sources: Page, plant: Plant) -> None:
    one = panel(sources, "hall-1")
    button = one.get_by_role("button", name="Map oil,machine=e000:temp")
    button.focus()
    before = button.bounding_box()
    plant.deliver("oil,machine=e000 temp=71")
    row = one.locator("tbody tr", has_text="oil,machine=e000:temp")
    expect(row).to_contain_text("71")
    expect(button).to_be_focused()
    assert button.bounding_box() == before


def shut_out_at(page: Page, width: int) -> Iterator[str]:
    """What axe-core calls serious or critical, once; other sizes differ in nothing it looks at."""
    if width == 390:
        for found in Axe().run(page).response["violations"]:
            if found["impact"] in {"serious", "critical"}:
                yield f"{found['id']}: {found['nodes'][0]['target']}"


def test_an_ingest_that_ends_is_told(sources: Page, plant: Plant, console: list[str]) -> None:
    plant.kill("ingest")
    one = panel(sources, "hall-1")
    expect(one).to_contain_text("? Receiving, as last told")
    expect(one).to_contain_text("Ingest has told nothing since")
    state = sources.locator(".sources__state")
    with Redis.from_url(plant.settings.redis_url) as client:
        assert 0 < client.ttl(SOURCES) <= KEEP_S
        client.delete(SOURCES)  # as it does by itself then
    expect(state).to_contain_text("Ingest tells of its sources no more")
    one.get_by_role("button", name="Test connection").click()
    expect(one.locator(".source__said")).to_contain_text("no ingest tells of its sources")
    sources.reload()
    expect(state).to_contain_text("No ingest tells of sources")
    console.clear()  # the browser's own words for 503


def test_what_is_wrong_is_said_with_since_when_and_an_example(plant: Plant, page: Page) -> None:
    """As an ingest would tell it; ours has ended."""
    with Redis.from_url(plant.settings.redis_url) as client:
        client.set(SOURCES, encoded([_troubled(int(time.time() * 1000))]))
    page.goto(f"{plant.url}/sources")
    one = panel(page, "hall-3")
    expect(one).to_contain_text("✕ Failed")
    expect(one).to_contain_text("the password is refused · mqtt://10.0.0.5")
    expect(one).to_contain_text("The store takes nothing: the disk is full")
    expect(one).to_contain_text(re.compile(r"1,234 rows since .*"))
    expect(one).to_contain_text("7 rows")
    expect(one).to_contain_text(re.compile("▲ Frozen.*it stands at 7; since .*, 10 min 0. s ago"))
    expect(one).to_contain_text(re.compile("no number.*4 times, last at .* ago"))
    expect(one.get_by_label("The newest example")).to_have_text("<b>####</b>")


def _troubled(now: int) -> SourceState:
    ago = now - 600_000
    return SourceState(
        "hall-3", "mqtt", Condition.FAILED, ago, "the password is refused", "mqtt://10.0.0.5",
        rejects=(Rejected("no number", 4, ago, "<b>####</b>"),),
        findings=(Finding(1001, "Pressure", "frozen", "it stands at 7", ago),),
        waiting_rows=1_234, waiting_since_ms=ago, lost_rows=7, store="the disk is full",
        told_ms=now,
    )  # fmt: skip
