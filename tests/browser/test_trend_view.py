"""The view of the live trends: running, paused, zoomed; by mouse, touch and keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    modules_fixture,  # noqa: F401
    settle,
    static_url_fixture,  # noqa: F401
)
from tests.browser.trend_screen import (
    HEAD,
    SLOTS,
    START,
    hover_at,
    plot,
    receive,
    shown_value,
    state,
    trends_fixture,  # noqa: F401
    view,
    zoom,
)
from tests.browser.waiting import until

pytestmark = pytest.mark.browser


def test_live_time_runs_a_second_behind_the_server(trends: Page) -> None:
    assert view(trends)["t1"] == HEAD * 1000
    receive(trends, HEAD + 1, 5)
    until(trends, "(ts) => trends.view.t1 === ts", arg=(HEAD + 5) * 1000)
    assert state(trends) == "Live"


def test_a_pause_freezes_the_view_while_data_arrive(trends: Page) -> None:
    trends.get_by_role("button", name="Pause").click()
    receive(trends, HEAD + 1, 10)
    assert view(trends) == {"t0": (HEAD - SLOTS) * 1000, "t1": HEAD * 1000, "mode": "paused"}
    assert state(trends).startswith("Paused at 23:18:19 CET")
    assert "have left the window" in state(trends)
    assert trends.evaluate("buffer.headTs") == (HEAD + 10) * 1000
    assert shown_value(trends, "Pressure") == f"{200 + HEAD % 20}", "the value at the paused edge"


def test_resuming_glides_back_to_live(trends: Page) -> None:
    pause = trends.get_by_role("button", name="Pause")
    pause.click()
    settle(trends)
    assert pause.get_attribute("aria-pressed") == "true"
    receive(trends, HEAD + 1, 10)
    before = trends.evaluate("(trends.view.resume(), trends.view.t1)")
    assert before == HEAD * 1000
    until(trends, "(ts) => trends.view.t1 === ts", arg=(HEAD + 10) * 1000)
    assert state(trends) == "Live"
    assert pause.get_attribute("aria-pressed") == "false"


def test_dragging_zooms_all_charts_to_the_range_and_back(trends: Page) -> None:
    hover_at(trends, "Melt", START + 100)
    trends.mouse.down()
    hover_at(trends, "Melt", START + 160)
    trends.mouse.up()
    settle(trends)
    seen = view(trends)
    assert seen["mode"] == "zoomed"
    assert abs(seen["t0"] / 1000 - START - 100) < 2
    assert abs(seen["t1"] / 1000 - START - 160) < 2
    assert state(trends).startswith("Zoomed 23:1")
    trends.get_by_role("button", name="Back to live").click()
    settle(trends)
    assert view(trends) == {"t0": (HEAD - SLOTS) * 1000, "t1": HEAD * 1000, "mode": "live"}


def test_a_zoomed_range_stays_while_data_arrive(trends: Page) -> None:
    zoom(trends, START + 100, START + 160)
    receive(trends, HEAD + 1, 3)
    assert view(trends)["t1"] == (START + 160) * 1000


def test_a_double_click_goes_back_to_live(trends: Page) -> None:
    zoom(trends, START + 100, START + 160)
    plot(trends, "Melt").dblclick(position={"x": 200, "y": 60})
    assert view(trends)["mode"] == "live"


def test_the_wheel_zooms_with_ctrl_or_focus_only(trends: Page) -> None:
    hover_at(trends, "Melt", START + 150)
    trends.mouse.wheel(0, -300)
    settle(trends)
    assert view(trends)["mode"] == "live"
    trends.keyboard.down("Control")
    trends.mouse.wheel(0, -300)
    trends.keyboard.up("Control")
    settle(trends)
    narrow = view(trends)
    assert narrow["mode"] == "zoomed"
    assert narrow["t0"] < (START + 150) * 1000 < narrow["t1"]
    plot(trends, "Melt").focus()
    trends.mouse.wheel(0, -300)
    settle(trends)
    assert view(trends)["t1"] - view(trends)["t0"] < narrow["t1"] - narrow["t0"]


def test_shift_and_drag_moves_a_zoomed_range(trends: Page) -> None:
    zoom(trends, START + 100, START + 160)
    hover_at(trends, "Melt", START + 110)
    trends.keyboard.down("Shift")
    trends.mouse.down()
    hover_at(trends, "Melt", START + 150)
    trends.mouse.up()
    trends.keyboard.up("Shift")
    assert abs(view(trends)["t0"] / 1000 - START - 60) < 2


def toucher(page: Page) -> Callable[..., None]:
    """Sends real touches: a kind of event and where the fingers are."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    return touch


def test_two_fingers_zoom_and_one_moves(trends: Page) -> None:
    touch = toucher(trends)
    box = plot(trends, "Melt").bounding_box()
    assert box is not None
    x, y = box["x"] + 200, box["y"] + 60
    touch("touchStart", (x, y))
    touch("touchStart", (x, y), (x + 60, y))
    for spread in range(20, 101, 20):
        touch("touchMove", (x - spread, y), (x + 60 + spread, y))
    touch("touchEnd")
    settle(trends)
    pinched = view(trends)
    assert pinched["mode"] == "zoomed"
    assert pinched["t1"] - pinched["t0"] < SLOTS * 1000 * 0.35
    touch("touchStart", (x, y))
    for moved in range(20, 101, 20):
        touch("touchMove", (x + moved, y))
    touch("touchEnd")
    settle(trends)
    assert view(trends)["t1"] < pinched["t1"] - 5000


def test_zooming_in_with_the_button_keeps_live_time_running(trends: Page) -> None:
    trends.get_by_role("button", name="Zoom in").click()
    receive(trends, HEAD + 1, 2)
    assert state(trends) == "Live · last 3 min"
    trends.get_by_role("button", name="Zoom out").click()
    assert view(trends)["mode"] == "live"


def test_all_can_be_done_with_keys_on_a_focused_chart(trends: Page) -> None:
    plot(trends, "Zones").focus()
    press = trends.keyboard.press
    press("ArrowLeft")
    press("ArrowLeft")
    press("Shift+ArrowLeft")
    settle(trends)
    assert trends.evaluate("trends.view.crosshair") == (HEAD - 11) * 1000
    assert shown_value(trends, "Zone1") == f"{170 + (HEAD - 11) % 3:.1f}"
    assert "Zone 1" in (trends.locator(".trend-voice").text_content() or "")
    press("+")
    assert view(trends)["mode"] == "zoomed"
    press("0")
    assert view(trends)["mode"] == "live"
    press("Space")
    assert view(trends)["mode"] == "paused"
    press("Space")
    assert view(trends)["mode"] == "live"
    press("Escape")
    assert trends.evaluate("trends.view.crosshair") is None


def test_the_crosshair_stays_within_what_is_seen(trends: Page) -> None:
    plot(trends, "Zones").focus()
    trends.evaluate("(now) => { window.now = now; }", HEAD * 1000 + 1700)
    until(trends, "(ts) => trends.view.t1 === ts", arg=HEAD * 1000 + 700)
    trends.keyboard.press("ArrowRight")
    trends.keyboard.press("ArrowRight")
    assert trends.evaluate("trends.view.crosshair") == HEAD * 1000
    trends.evaluate("trends.view.setCrosshair(0)")
    first = trends.evaluate("trends.view.crosshair")
    assert first == (HEAD - SLOTS + 1) * 1000
    receive(trends, HEAD + 1, 5)
    until(trends, "trends.view.crosshair === null")
