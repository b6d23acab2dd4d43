"""No page asks for what the Content-Security-Policy refuses, and the policy does refuse; no page
shuts anybody out, by the rules of axe-core.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.plants import history_plant
from tests.browser.themes import themes
from tests.browser.waiting import filled, until
from tests.stack import Stack

pytestmark = pytest.mark.browser
MELT = "MeltPressureZone_001.Pressure.ActualValue"
#: Pages, and what is there when their scripts have worked.
PAGES = {
    "/": ".card:not(.card--loading)",
    "/extruder/1": ".gauge:not(.gauge--loading)",
    "/scope": "canvas",
    "/alarms": "#alarms-root table",
    "/malfunctions": ".malfunctions-page__table a",
    "/trends": ".trends-controls button",
    f"/trends?span=15m&signals=1:{MELT}": "#trends-root[data-trends-state=shown]",
    "/report": "table",
    "/sources": ".source",
    "/system": ".panel--cost table",
}
#: In every document, before its own scripts.
LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI, sourceFile}) =>
  violations.push(`${violatedDirective} ${blockedURI} ${sourceFile}`));
"""
#: Colour and length (px) of the lit part of a gauge's arc.
LIT = """(arc) => {
  const { stroke, strokeDasharray, strokeDashoffset } = getComputedStyle(arc);
  return [stroke, parseFloat(strokeDasharray) - parseFloat(strokeDashoffset)];
}"""
#: What the gauge was told, as the browser writes colours.
COLOUR = """(gauge) => {
  document.body.style.color = gauge.getAttribute("color");
  return getComputedStyle(document.body).color;
}"""


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with history_plant(tmp_path_factory.mktemp("plant"), days=2, extruders=2) as stack:
        yield stack


@pytest.fixture
def listening(page: Page) -> Page:
    page.add_init_script(LISTEN)
    return page


def shut_out(page: Page) -> Iterator[str]:
    """What axe-core calls serious or critical, on a desk and on a phone, light and dark."""
    for theme in themes(page):
        for width, height in ((1280, 800), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            for found in Axe().run(page).response["violations"]:
                if found["impact"] in {"serious", "critical"}:
                    where = found["nodes"][0]["target"]
                    yield f"{theme}, {width} px: {found['id']} {len(found['nodes'])} × {where}"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_needs_more_than_the_policy_allows_or_shuts_anybody_out(
    plant: Stack, listening: Page, path: str
) -> None:
    """What the console says of it fails the test, too: see `page`."""
    listening.goto(f"{plant.url}{path}")
    expect(listening.locator(PAGES[path]).first).to_be_visible()
    expect(listening.locator('[data-dash-is-loading="true"]')).to_have_count(0)
    listening.wait_for_timeout(1000)  # until the page has asked for all it wants
    assert listening.evaluate("violations") == []
    assert [*shut_out(listening)] == []


def test_a_gauge_is_drawn_and_lit(plant: Stack, listening: Page) -> None:
    """Its library styles it inline: refused, the arc would have neither colour nor width."""
    listening.goto(f"{plant.url}/extruder/1")
    filled(listening, ".gauge")
    lit = listening.locator("#gauge-0 circle.progress")
    expect(lit).to_be_visible()
    stroke, length = lit.evaluate(LIT)
    assert stroke == listening.locator("#gauge-0 div[color]").evaluate(COLOUR)
    assert length > 1


def test_a_dossier_needs_no_more_either(plant: Stack, listening: Page) -> None:
    listening.goto(f"{plant.url}/malfunctions")
    listening.locator(".ag-row a").first.click()
    expect(listening.locator("#dossier-chart .main-svg").first).to_be_visible()
    assert listening.evaluate("violations") == []
    assert [*shut_out(listening)] == []


@pytest.mark.parametrize(
    ("attack", "directive"),
    [
        (
            "s = document.createElement('script'); s.text = 'owned = 1'; document.body.append(s)",
            "script-src-elem",
        ),
        (
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"owned = 1\">')",
            "script-src-attr",
        ),
        ("setTimeout(() => eval('owned = 1'))", "script-src"),
        ("fetch('https://evil.example/').catch(() => 0)", "connect-src"),
    ],
)
def test_an_injected_script_is_refused(
    plant: Stack, listening: Page, console: list[str], attack: str, directive: str
) -> None:
    listening.goto(f"{plant.url}/system")
    listening.evaluate(f"() => {{ let s; {attack}; }}")
    until(listening, "violations.length > 0")
    assert listening.evaluate("[violations[0].split(' ')[0], window.owned]") == [directive, None]
    console.clear()
