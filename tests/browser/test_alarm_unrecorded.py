"""An alarm is acted on while no worker records it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import alarm_samples as samples
from tests.browser.alarm_screen import NAME, open_alarms, posted, rows, tell
from tests.browser.plants import live_plant

pytestmark = pytest.mark.browser


def test_what_is_not_recorded_is_said_and_tried_again_under_the_same_id(
    page: Page, tmp_path: Path, console: list[str]
) -> None:
    page.add_init_script(NAME)
    with live_plant(tmp_path, EXTRUDERS="2") as stack:
        stack.kill("worker")
        tell(stack, samples.told(samples.few()))
        open_alarms(page, stack)
        sent = posted(page)
        rows(page).first.click()
        page.keyboard.press("a")
        receipt = page.locator(".alarm-receipt")
        expect(receipt).to_contain_text("Acknowledge 1 alarm: not recorded")
        console.clear()  # the browser itself reports 503 answers
        stack.start_worker()
        stack.wait_ready()
        page.get_by_role("button", name="Try again").click()
        expect(receipt).to_have_text("Acknowledge 1 alarm: recorded")
        assert [one["id"] for one in sent] == [sent[0]["id"]] * 2
        page.goto("about:blank")
