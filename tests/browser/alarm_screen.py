"""The Alarms page for tests: what it is told, what it shows, what it sends."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect
from redis import Redis

from data.window_cache import Keys
from tests.stack import Stack

KEYS = Keys()
NAME = "origin.startsWith('http') && localStorage.setItem('meltwatch-person', 'A. Weber')"
#: Collects the pitch of every tone instead of sounding it: a test machine has no loudspeaker.
TONES = """
window.tones = [];
const create = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  const made = create.call(this);
  const start = made.start.bind(made);
  made.start = (at) => { window.tones.push(made.frequency.value); start(at); };
  return made;
};
"""


def tell(plant: Stack, value: dict[str, Any], key: str = KEYS.alarms) -> None:
    with Redis.from_url(plant.settings.redis_url) as client:
        client.set(key, json.dumps(value))


def forget(plant: Stack, key: str) -> None:
    with Redis.from_url(plant.settings.redis_url) as client:
        client.delete(key)


def open_alarms(page: Page, plant: Stack, query: str = "") -> None:
    page.goto(f"{plant.url}/alarms/{query}")
    expect(page.get_by_role("tab")).to_have_count(4)


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Active alarms").locator("tbody tr")


def posted(page: Page) -> list[dict[str, Any]]:
    """Commands that the page sends from now on."""
    sent: list[dict[str, Any]] = []
    page.on(
        "request", lambda one: one.url.endswith("/commands") and sent.append(one.post_data_json)
    )
    return sent
