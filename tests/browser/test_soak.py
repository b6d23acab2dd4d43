"""A page left open does not grow: the short form of `make bench BENCH=soak`."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.soak import fast_plant, watch

pytestmark = pytest.mark.browser
SECONDS = 30


@pytest.mark.timeout(180)
def test_an_open_page_does_not_grow(browser: Browser, tmp_path: Path) -> None:
    with fast_plant(tmp_path) as stack:
        weights, errors = watch(browser, f"{stack.url}/extruder/1", SECONDS, 10)
    assert errors == 0
    assert abs(weights[-1].nodes - weights[0].nodes) <= 50
    assert weights[-1].heap_mb - weights[0].heap_mb <= 10
