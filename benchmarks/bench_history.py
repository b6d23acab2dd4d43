"""History with 90 days × 50 extruders: zooms against raw rows, pages at the server.

Answers are not kept (HISTORY_CACHE=none): every request asks the store.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import numpy as np
from playwright.sync_api import Request, sync_playwright

from benchmarks.history_store import EXTRUDERS, describe, history_store
from data.history import open_history
from data.history.trend import Span, trend
from data.ingest.simulator import plant
from data.shifts import ShiftPlan
from tests.browser.conftest import CHROMIUM_ARGS, chromium_path
from tests.stack import Stack

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
COLUMNS, ROUNDS, REPLAYS = 1200, 20, 20
SIGNALS = (plant.PRESSURE, plant.MELT, plant.LOAD, plant.THROUGHPUT)
PLAN = ShiftPlan.parse("Early 06:00, Late 14:00, Night 22:00", ZoneInfo("UTC"))


def run() -> None:
    """Zooms, then pages."""
    path = history_store()
    print(describe(path), flush=True)
    _zooms(path)
    _pages(path)


def _zooms(path: Path) -> None:
    """The same picture from rollups by `trend`, and from the raw rows by hand."""
    questions = open_history(f"sqlite:///{path}", PLAN)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        end = db.execute("SELECT max(ts) FROM minute_rollups").fetchone()[0]
        for hours in (0.25, 1, 8, 24, 7 * 24, 90 * 24):
            span = int(hours * HOUR_MS)
            times = [_timed(lambda s=span: _zoom(questions, end, s)) for _ in range(ROUNDS)]
            raw = (
                [_timed(lambda s=span: _zoom_raw(db, end, s)) for _ in range(3)]
                if hours <= 168
                else []
            )
            ratio = (
                f", raw {np.median(raw):.0f} ms = {np.median(raw) / np.median(times):.1f} ×"
                if raw
                else ""
            )
            p50, p95 = np.percentile(times, [50, 95])
            print(
                f"zoom to {hours:g} h, 4 signals: p50 {p50:.0f} ms, p95 {p95:.0f} ms{ratio}",
                flush=True,
            )


def _zoom(questions: object, end: int, span: int) -> object:
    """Four signals of an extruder at some time of the last week (90 days: all of it)."""
    extruder = random.randint(1, EXTRUDERS)
    start = end - span - random.randint(0, max(0, min(6 * DAY_MS, 7 * DAY_MS - span)))
    wishes = tuple((extruder, name) for name in SIGNALS)
    return questions.ask(trend, wishes, Span(start, start + span, COLUMNS))  # type: ignore[attr-defined]


def _zoom_raw(db: sqlite3.Connection, end: int, span: int) -> object:
    """What the same picture costs without rollups: every row of the span, then min and max."""
    extruder = random.randint(1, EXTRUDERS)
    start = end - span - random.randint(0, max(0, 7 * DAY_MS - span))
    rows = db.execute(
        'SELECT ts, "values" FROM readings WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts',
        (extruder, start, start + span),
    ).fetchall()
    times = np.array([ts for ts, _ in rows])
    values = np.frombuffer(b"".join(blob for _, blob in rows), "<f4").reshape(len(rows), -1)
    columns = (times - start) * COLUMNS // span
    first = np.flatnonzero(np.diff(columns, prepend=-1))
    return np.minimum.reduceat(values[:, :4], first), np.maximum.reduceat(values[:, :4], first)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _pages(path: Path) -> None:
    """What browsers ask when they open each page, asked again without a browser."""
    stack = history_stack(path)
    try:
        for name, requests in captured(stack, path).items():
            times = [_replayed(stack.url, request) for request in requests for _ in range(REPLAYS)]
            slowest = max(
                (np.percentile([_replayed(stack.url, r) for _ in range(REPLAYS)], 95), r["what"])
                for r in requests
            )
            p50, p95 = np.percentile(times, [50, 95])
            print(
                f"{name}: {len(requests)} requests, each p50 {p50:.0f} ms, p95 {p95:.0f} ms;"
                f" slowest {slowest[1]} p95 {slowest[0]:.0f} ms",
                flush=True,
            )
    finally:
        stack.stop()


def history_stack(path: Path, **settings: str) -> Stack:
    """A running plant on the store; answers are not kept, and the store stays as it is."""
    folder = path.parent
    kept = dict.fromkeys(("RETAIN_RAW_DAYS", "RETAIN_MINUTES_DAYS"), "0")
    stack = Stack(folder, EXTRUDERS=str(EXTRUDERS), HISTORY_CACHE="none", **kept, **settings)
    stack.start_redis()
    stack.start_ingest()
    stack.start_worker("worker 1")
    stack.start_worker("worker 2")
    stack.start_web()
    stack.wait_ready(120)
    return stack


def addresses(path: Path) -> dict[str, str]:
    """The pages of the history, each with a selection as people have it."""
    with closing(sqlite3.connect(path)) as db:
        sql = "SELECT malfunction, extruder, start FROM frames ORDER BY start DESC LIMIT 1"
        id_, extruder, start = db.execute(sql).fetchone()
        end = db.execute("SELECT max(ts) FROM minute_rollups").fetchone()[0]
    signals = ",".join(f"{extruder}:{name}" for name in SIGNALS)
    return {
        "malfunctions, 90 d": "/malfunctions?period=90d",
        "dossier": f"/malfunctions/{id_}",
        "trends, 90 d": f"/trends?signals={signals}&from={end - 90 * DAY_MS}&to={end}",
        "trends, 8 h": f"/trends?signals={signals}&from={end - 8 * HOUR_MS}&to={end}",
        "playback": f"/extruder/{extruder}?at={start + 30 * 60_000}&speed=10",
        "shift report": "/report",
    }


def captured(stack: Stack, path: Path) -> dict[str, list[dict[str, str]]]:
    """Requests for data that a browser makes for each page, by page."""
    found: dict[str, list[dict[str, str]]] = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        for name, address in addresses(path).items():
            seen: list[Request] = []
            page = browser.new_page()
            page.on("request", lambda request, seen=seen: seen.append(request))
            page.goto(stack.url + address)
            page.wait_for_timeout(6000)
            page.close()
            found[name] = _distinct(seen)
        browser.close()
    return found


def _distinct(seen: Sequence[Request]) -> list[dict[str, str]]:
    wanted = {}
    for request in seen:
        path = request.url.split("/", 3)[3]
        if path.startswith(("_dash-update", "history/")):
            body = request.post_data or ""
            what = json.loads(body).get("output", path) if body else path
            wanted[path, body] = {"path": f"/{path}", "body": body, "what": what[:80]}
    return list(wanted.values())


def _replayed(url: str, request: dict[str, str]) -> float:
    with httpx.Client(base_url=url, timeout=30) as client:
        started = time.perf_counter()
        if request["body"]:
            headers = {"Content-Type": "application/json"}
            answer = client.post(request["path"], content=request["body"], headers=headers)
        else:
            answer = client.get(request["path"])
        taken = (time.perf_counter() - started) * 1000
    assert answer.status_code < 400, f"{request['what']}: {answer.status_code}"
    return taken


if __name__ == "__main__":
    sys.exit(run())
