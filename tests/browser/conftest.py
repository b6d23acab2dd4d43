"""A real Chromium for each browser test; console errors and failed scripts fail the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

#: ms; a busy machine loads a page in more than Playwright's five seconds.
expect.set_options(timeout=20_000)

#: Else each test would begin with the tour of who comes for the first time.
TOUR_SEEN = """try {
  localStorage.getItem("meltwatch-tour") ?? localStorage.setItem("meltwatch-tour", "demo");
} catch { /* a page of the browser itself, such as that of a server that is away */ }"""


def chromium_path() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("no Chromium: install it with 'apt-get install chromium'")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGS, headless=True
        )
        yield launched
        launched.close()


@pytest.fixture
def console() -> list[str]:
    """Errors that the page reported; a test that expects some clears the list."""
    return []


@pytest.fixture
def page(browser: Browser, console: list[str]) -> Iterator[Page]:
    with watched_page(browser, console) as opened:
        yield opened
    assert not console, f"console errors: {console}"


@pytest.fixture
def another_page(browser: Browser, console: list[str]) -> Iterator[Page]:
    """Open beside `page`, for tests that wait for the same on two pages at once."""
    with watched_page(browser, console) as opened:
        yield opened


@contextmanager
def watched_page(browser: Browser, errors: list[str]) -> Iterator[Page]:
    """A page of its own context; what goes wrong on it is added to `errors`."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    context.add_init_script(TOUR_SEEN)
    opened = context.new_page()
    opened.on("console", lambda message: _collect(errors, message))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()


def _collect(console: list[str], message: ConsoleMessage) -> None:
    if message.type == "error":
        console.append(f"{message.text} ({message.location.get('url', '')})")
