"""A real Chromium for each browser test; console errors and failed scripts fail the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

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
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    opened = context.new_page()
    opened.on("console", lambda message: _collect(console, message))
    opened.on("pageerror", lambda error: console.append(str(error)))
    yield opened
    context.close()
    assert not console, f"console errors: {console}"


def _collect(console: list[str], message: ConsoleMessage) -> None:
    if message.type == "error":
        console.append(f"{message.text} ({message.location.get('url', '')})")
