"""Modules that were joined to one do in a browser what they do one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from routes.joined import joined_modules
from tests.browser.plants import live_plant
from tests.stack import Stack

pytestmark = pytest.mark.browser
RUN = """async (script) => {
  globalThis.said = [];
  await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  return said;
}"""
MODULES = {
    "entry": """import { twice, SIZE as size } from "./left.mjs";
import { half } from "./right.mjs";
const base = 5;
said.push(twice(base), half(base), size);
""",
    "left": """import { base } from "./base.mjs";
export const SIZE = base;
export function twice(x) { return 2 * x; }
said.push("left");
""",
    "right": """import { base } from "./base.mjs";
const half = (x) => x / base;
export { half };
""",
    "base": """export const base = await Promise.resolve(2);
said.push("base");
""",
}


def test_scopes_are_kept_and_each_runs_once_after_what_it_needs(page: Page, tmp_path: Path) -> None:
    for name, source in MODULES.items():
        (tmp_path / f"{name}.mjs").write_text(source)
    joined = joined_modules(tmp_path / "entry.mjs")
    assert page.evaluate(RUN, joined) == ["base", "left", 10, 2.5, 2]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="1") as stack:
        yield stack


@pytest.mark.parametrize("lost", ["**/meltwatch.mjs*", "**/dash_core_components.*"])
def test_a_page_without_one_of_its_scripts_says_so(
    page: Page, plant: Stack, console: list[str], lost: str
) -> None:
    told = page.get_by_role("alert").filter(has_text="could not be loaded")
    page.route(lost, lambda route: route.abort())
    page.goto(plant.url)
    expect(told).to_be_visible()
    page.unroute(lost)
    told.get_by_role("link", name="Load again").click()
    expect(page.locator(".card:not(.card--loading)")).to_be_visible()
    expect(told).to_be_hidden()
    console.clear()  # the browser tells of the script
