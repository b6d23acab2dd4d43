"""A blank page that loads modules of assets/live, for tests without a Meltwatch server."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from data.extruders import Extruder, extruder_to_dict
from data.window_codec import WindowMessage, encode
from tests.browser.conftest import watched_page
from tests.browser.waiting import until

ROOT = Path(__file__).parents[2]

BLANK = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/theme.css"><link rel="stylesheet" href="/assets/layout.css">
<link rel="stylesheet" href="/assets/trend.css">
<body><div class="extruder"><div id="trends"></div></div>
<script type="module">
import { decode } from "/assets/live/window_codec.mjs";
import { WindowBuffer } from "/assets/live/window_buffer.mjs";
import { mountTrends } from "/assets/live/trend_section.mjs";
import * as csv from "/assets/live/csv_export.mjs";
import * as format from "/assets/live/format.mjs";
import * as timeAxis from "/assets/live/time_axis.mjs";
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
Object.assign(window, { decode, WindowBuffer, mountTrends, csv, format, timeAxis, bytes });
window.ready = true;
</script></body></html>"""


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/blank":
            super().do_GET()
            return
        body = BLANK.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="session", name="static_url")
def static_url_fixture() -> Iterator[str]:
    """Address of a server of assets/ and of a blank page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(ROOT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(name="modules")
def modules_fixture(page: Page, static_url: str) -> Page:
    """A page whose window holds the modules' exports."""
    page.goto(f"{static_url}/blank")
    until(page, "window.ready")
    return page


@pytest.fixture(scope="module", name="kept_page")
def kept_page_fixture(browser: Browser, static_url: str) -> Iterator[tuple[Page, list[str]]]:
    """One page of the modules for all tests of a file, and what it reports as errors."""
    errors: list[str] = []
    with watched_page(browser, errors) as page:
        page.goto(f"{static_url}/blank")
        until(page, "window.ready")
        yield page, errors


@pytest.fixture(name="library")
def library_fixture(kept_page: tuple[Page, list[str]]) -> Iterator[Page]:
    """As `modules`, kept open: for tests of functions that leave nothing behind."""
    page, errors = kept_page
    yield page
    found, errors[:] = errors[:], []
    assert not found, f"console errors: {found}"


def body_of(message: WindowMessage) -> str:
    """A message as base64 for `bytes()` of the page."""
    return base64.b64encode(encode(message)).decode()


def message_of(
    first_step: int,
    values: Any,
    quality: Any = None,
    *,
    delta: bool = False,
    revision: int = 0,
    step_ms: int = 1000,
) -> WindowMessage:
    """A message of consecutive steps; quality is good where there is a number, else absent."""
    array = np.asarray(values, np.float32)
    default = np.where(np.isnan(array), 255, 0)
    marks = np.asarray(default if quality is None else quality, np.uint8)
    head = (first_step + len(array) - 1) * step_ms
    return WindowMessage(
        1, step_ms, first_step * step_ms, head, head + 400, head, revision, 1, array, marks, delta
    )


def mount(
    page: Page,
    extruder: Extruder,
    snapshot: WindowMessage,
    *,
    selection: list[str] | None = None,
    slots: int = 900,
    product: int = 0,
    time_zone: str = "Europe/Berlin",
) -> None:
    """Mount the trends with a clock that stands a second after the newest reading.

    The page gets `now` (its clock, ms), `buffer`, `trends`, `selections` (what was reported)
    and `receive(base64)`.
    """
    entry = extruder_to_dict(extruder)
    limits = entry["limits"].get(str(product), {})
    page.evaluate(
        """([extruder, limits, names, slots, zone, body, now, step]) => {
          window.now = now;
          window.selections = [];
          window.buffer = new WindowBuffer(extruder.signals.length, slots, step);
          buffer.apply(decode(bytes(body)));
          window.trends = mountTrends(document.getElementById("trends"), {
            extruder, buffer, clock: { now: () => window.now }, timeZone: zone,
            selection: names && new Set(names),
            onSelectionChange: (chosen) => selections.push([...chosen]),
          });
          trends.setLimits(limits);
          window.receive = (text) => {
            const answer = buffer.apply(decode(bytes(text)));
            trends.update();
            return answer;
          };
        }""",
        json.loads(
            json.dumps(
                [
                    entry,
                    limits,
                    selection,
                    slots,
                    time_zone,
                    body_of(snapshot),
                    snapshot.head_ts + 1000,
                    snapshot.step_ms,
                ]
            )
        ),
    )
    settle(page)


def settle(page: Page) -> None:
    """Wait until two frames were drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
