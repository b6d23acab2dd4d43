"""Both themes on a page that is open, by its own button: what differs is colour."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, expect


def themes(page: Page) -> Iterator[str]:
    """Name of each theme, while the page shows it; the page was opened in the light one."""
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    yield "light"
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(html).to_have_attribute("data-theme", "dark")
    yield "dark"
