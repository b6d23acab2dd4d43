"""Waiting for what a page's own scripts know."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page, expect

EVERY_MS = 50


def until(page: Page, condition: str, *, arg: Any = None, timeout: float = 30_000) -> None:
    """Wait until an expression, or a function of `arg`, is true in the page.

    `page.wait_for_function` polls by eval inside the page, which its Content-Security-Policy
    refuses; what the debugger evaluates is none of the page's business.
    """
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(condition, arg):
        assert time.monotonic() < end, f"not within {timeout} ms: {condition}"
        page.wait_for_timeout(EVERY_MS)


def filled(page: Page, parts: str) -> None:
    """Wait until such parts (".card", ".gauge") are there and none of them is loading."""
    expect(page.locator(parts).first).to_be_visible()  # where none is, none is loading
    expect(page.locator(f"{parts}--loading")).to_have_count(0)
