"""What Python encodes the browser decodes to the same bits."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from data.window_codec import WindowMessage, decode, encode
from tests.browser.module_page import (  # fixtures
    body_of,
    kept_page_fixture,  # noqa: F401
    library_fixture,  # noqa: F401
    static_url_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser

DECODE = """(text) => {
  const m = decode(bytes(text));
  const raw = (array) => btoa(String.fromCharCode(
    ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
  return { ...m, values: raw(m.values), quality: raw(m.quality) };
}"""

FIELDS = {
    "extruder": "extruder",
    "stepMs": "step_ms",
    "firstTs": "first_ts",
    "headTs": "head_ts",
    "servedTs": "served_ts",
    "checkedTs": "checked_ts",
    "revision": "revision",
    "catalogue": "catalogue",
    "delta": "delta",
}

GOLDEN = WindowMessage(
    7, 1000, 1_700_000_000_000, 1_700_000_001_250, 1_700_000_002_000, -1, 3, 9,
    np.array([[1.5, -2.25], [np.nan, 0.0]], np.float32), np.array([[0, 1], [255, 2]], np.uint8),
    delta=True,
)  # fmt: skip
GOLDEN_HEX = (
    "4d575731" "4000" "0200" "02000000" "e8030000"
    "00008056febc7842" "0020ce56febc7842" "0000fd56febc7842" "000000000000f0bf"
    "03000000" "07000000" "09000000" "01000000"
    "0000c03f" "000010c0" "0000c07f" "00000000" "0001ff02"
)  # fmt: skip


def decoded_by_browser(page: Page, body: bytes) -> dict[str, Any]:
    return page.evaluate(DECODE, base64.b64encode(body).decode())


def assert_same(seen: dict[str, Any], sent: WindowMessage) -> None:
    for theirs, ours in FIELDS.items():
        assert seen[theirs] == getattr(sent, ours), theirs
    assert (seen["steps"], seen["signals"]) == sent.values.shape
    assert base64.b64decode(seen["values"]) == sent.values.astype("<f4").tobytes()
    assert base64.b64decode(seen["quality"]) == sent.quality.tobytes()


def random_message(seed: int) -> WindowMessage:
    rng = np.random.default_rng(seed)
    steps, signals = int(rng.integers(0, 40)), int(rng.integers(1, 50))
    values = rng.normal(0, 10.0 ** rng.integers(-6, 7), (steps, signals)).astype(np.float32)
    values[rng.random(values.shape) < 0.2] = np.nan
    quality = rng.choice([0, 1, 2, 3, 4, 255], values.shape).astype(np.uint8)
    times = [int(t) for t in rng.integers(-1, 4_000_000_000_000, 4)]
    counts = [int(n) for n in rng.integers(0, 2**32, 3)]
    step_ms = int(rng.integers(1, 60_000))
    delta = bool(rng.integers(2))
    return WindowMessage(
        counts[0], step_ms, *times, counts[1], counts[2], values, quality, delta
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_browser_decodes_what_python_encoded(library: Page, seed: int) -> None:
    message = random_message(seed)
    assert_same(decoded_by_browser(library, encode(message)), message)


def test_a_window_that_never_had_a_reading_is_decoded(library: Page) -> None:
    nothing = np.empty((0, 34))
    message = WindowMessage(
        1, 1000, -1, -1, 5, -1, 0, 1, nothing.astype(np.float32), nothing.astype(np.uint8)
    )
    assert_same(decoded_by_browser(library, encode(message)), message)


def test_both_sides_agree_on_fixed_bytes(library: Page) -> None:
    body = bytes.fromhex(GOLDEN_HEX)
    assert encode(GOLDEN) == body
    assert decode(body).head_ts == GOLDEN.head_ts
    assert_same(decoded_by_browser(library, body), GOLDEN)


def test_a_longer_header_of_a_later_version_is_skipped(library: Page) -> None:
    body = bytearray(encode(GOLDEN))
    body[4:6] = (67).to_bytes(2, "little")
    body[64:64] = b"new"
    assert_same(decoded_by_browser(library, bytes(body)), GOLDEN)


@pytest.mark.parametrize(
    "body",
    [b"", b"MWW1", b"MWR1" + encode(GOLDEN)[4:], encode(GOLDEN)[:-1], encode(GOLDEN) + b"\0"],
    ids=["empty", "cut header", "wrong magic", "too short", "too long"],
)
def test_bytes_that_are_no_message_are_refused(library: Page, body: bytes) -> None:
    text = base64.b64encode(body).decode()
    error = library.evaluate(
        "(text) => { try { decode(bytes(text)); return ''; } catch (e) { return e.message; } }",
        text,
    )
    assert "window message" in error


def test_body_helper_round_trips() -> None:
    assert decode(base64.b64decode(body_of(GOLDEN))).revision == GOLDEN.revision
