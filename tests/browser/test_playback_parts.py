"""Parts of a playback on their own: clock, address, field for a time, events, readings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route

from data.window_codec import encode
from tests.browser.module_page import (
    kept_page_fixture,  # noqa: F401
    library_fixture,  # noqa: F401
    message_of,
    modules_fixture,  # noqa: F401
    static_url_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser
#: The start of a chunk of 600 steps.
T0 = 1_800_000_000_000
HOUR = 3_600_000


def run(page: Page, script: str, argument: Any = None) -> Any:
    """What an async function body gives that has the modules of the playback as `lib`."""
    return page.evaluate(
        """async ([script, argument]) => {
          const names = ["clock", "jump", "events", "store", "url"];
          const lib = {};
          for (const name of names) {
            Object.assign(lib, await import(`/assets/live/playback_${name}.mjs`));
          }
          const Body = Object.getPrototypeOf(async function () {}).constructor;
          return new Body("lib", "argument", script)(lib, argument);
        }""",
        [script, argument],
    )


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24T03:12:10", "2026-11-24T02:12:10Z"),
        ("2026-07-01T12:00", "2026-07-01T10:00:00Z"),
        ("2026-10-25T00:30:00", "2026-10-24T22:30:00Z"),  # the night of a change
        ("2026-10-25T12:00:00", "2026-10-25T11:00:00Z"),
        ("2026-03-29T03:30:00", "2026-03-29T01:30:00Z"),
    ],
)
def test_a_written_time_is_of_the_plants_clocks(library: Page, text: str, utc: str) -> None:
    script = "return new Date(lib.msOf(argument, 'Europe/Berlin')).toISOString()"
    assert run(library, script, text) == utc.replace("Z", ".000Z")


def test_no_time_is_no_number(library: Page) -> None:
    assert run(library, "return Number.isNaN(lib.msOf('', 'UTC'))")


def test_the_clock_runs_at_its_speed_and_stands_when_held_or_paused(library: Page) -> None:
    rates = run(
        library,
        """const clock = new lib.PlaybackClock(1e12, 30);
        const rate = async () => {
          const [from, real] = [clock.now(), performance.now()];
          await new Promise((done) => setTimeout(done, 120));
          return (clock.now() - from) / (performance.now() - real);
        };
        const rates = [await rate()];
        clock.setPlaying(true); rates.push(await rate());
        clock.hold(true); rates.push(await rate());
        clock.hold(false); clock.setSpeed(2); rates.push(await rate());
        clock.setPlaying(false); clock.seek(5); rates.push(clock.now());
        return rates;""",
    )
    assert rates[0] == rates[2] == 0
    assert rates[1] == pytest.approx(30, abs=0.5)
    assert rates[3] == pytest.approx(2, abs=0.1)
    assert rates[4] == 5


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("", None),
        ("?at=yesterday", None),
        ("?at=-5", None),
        (f"?at={T0}", {"at": T0, "speed": 1, "play": False}),
        (f"?at={T0}&speed=30&play=1", {"at": T0, "speed": 30, "play": True}),
        (f"?at={T0}&speed=7", {"at": T0, "speed": 1, "play": False}),
    ],
)
def test_the_address_is_read(library: Page, query: str, read: object) -> None:
    library.evaluate("(query) => history.replaceState({}, '', `/blank${query}`)", query)
    assert run(library, "return lib.readPlayback()") == read


def test_the_address_keeps_the_rest_when_it_is_written(library: Page) -> None:
    library.evaluate("history.replaceState({}, '', '/blank?signals=A,B&at=1&play=1')")
    run(library, f"lib.writePlayback({{ at: {T0}.4, speed: 5 }})")
    assert library.evaluate("location.search") == f"?signals=A,B&at={T0}&speed=5"


PAST = {
    "alarms": [
        {
            "source": "Pressure", "condition": "H", "priority": 2, "value": 1, "limit": 1,
            "start": T0 + 10_000, "end": T0 + 60_000,
            "states": [[T0 + 10_000, "UNACKNOWLEDGED"], [T0 + 30_000, "ACKNOWLEDGED"]],
        }
    ],
    "malfunctions": [
        {
            "id": "1-1", "label": "Surging", "onset": T0 + 5000, "detected": T0 + 20_000,
            "ended": None, "acknowledged": None, "resolved": None,
        }
    ],
    "limits": [
        {"ts": T0 - 5, "product": 1, "limits": {"Pressure": {"h": 200}}},
        {"ts": T0 + 40_000, "product": 1, "limits": {"Pressure": {"h": 250}}},
    ],
    "kept": {"raw": T0 - HOUR, "minute": T0 - 9 * HOUR, "hour": None, "newest": T0 + HOUR},
    "complete": True,
}  # fmt: skip


def test_events_know_what_was_at_each_time(modules: Page) -> None:
    modules.route("**/history/playback/1?*", lambda route: route.fulfill(json=PAST))
    told = run(
        modules,
        """const events = new lib.PlaybackEvents(1);
        const known = new Promise((done) => events.addEventListener("change", done));
        events.want(argument, argument); await known;
        const at = (s) => argument + 1000 * s;
        return {
          states: [5, 15, 35, 65].map((s) => events.alarmsAt(at(s)).map((one) => one.state)),
          malfunctions: [0, 10].map((s) => events.malfunctionsAt(at(s)).length),
          limits: [-9, 10, 50].map((s) => events.limitsAt(at(s))[1].Pressure.h),
          same: events.limitsAt(at(1)) === events.limitsAt(at(2)),
          next: [0, 5, 10, 25].map((s) => events.neighbour(at(s), true)),
          previous: [4, 15].map((s) => events.neighbour(at(s), false)),
          oldest: events.oldest,
          knows: [events.knows(at(0)), events.knows(at(9e6))],
        };""",
        T0,
    )
    assert told["states"] == [[], ["UNACKNOWLEDGED"], ["ACKNOWLEDGED"], []]
    assert told["malfunctions"] == [0, 1]
    assert (told["limits"], told["same"]) == ([200, 200, 250], True)
    assert told["next"] == [T0 + 5000, T0 + 10_000, T0 + 20_000, None]
    assert told["previous"] == [None, T0 + 10_000]
    assert (told["oldest"], told["knows"]) == (T0 - 9 * HOUR, [True, False])


STORE = """
const got = [];
const store = new lib.PlaybackStore(
  { extruder: 1, signals: 2, stepMs: 1000, slots: 900 }, (from) => got.push(from));
const wait = async (ts) => {
  for (let i = 0; i < 200 && !store.covers(ts); i += 1) {
    store.want(ts, 1, argument + 1e9);
    await new Promise((done) => setTimeout(done, 10));
  }
};
const text = (message) => message && {
  values: [...message.values].map((x) => Number.isNaN(x) ? null : x), steps: message.steps,
  first: message.firstTs, head: message.headTs, delta: message.delta };
"""


def serve(page: Page, values: Any, level: str, step_ms: int = 1000) -> list[str]:
    """Answer every question for readings with these from the start of its chunk on."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        start = int(route.request.url.partition("from=")[2].partition("&")[0])
        made = message_of(start // step_ms, values, step_ms=step_ms)
        body = encode(replace(made, served_ts=T0 + 99 * HOUR))
        route.fulfill(body=body, headers={"Meltwatch-Level": level})

    page.route("**/history/windows/1?*", answer)
    return asked


def test_steps_are_the_readings_without_those_after_the_last(modules: Page) -> None:
    values = np.full((600, 2), np.nan, np.float32)
    values[3], values[5] = (1, 10), (2, 20)
    serve(modules, values, "raw")
    told = run(
        modules,
        STORE
        + """await wait(argument + 3000);
        const step = argument / 1000;
        return [store.message(step + 3, step + 9, false), store.message(step + 6, step + 9, true),
          store.message(step + 6, step + 9, false)].map(text).concat(store.levelAt(argument));""",
        T0,
    )
    assert told[0] == {
        "values": [1, 10, None, None, 2, 20], "steps": 3, "first": T0 + 3000, "head": T0 + 5000,
        "delta": False,
    }  # fmt: skip
    assert told[1] is None
    assert (told[2]["steps"], told[2]["head"]) == (0, -1)
    assert told[3] == {"level": "raw", "stepMs": 1000}


def test_a_mean_is_there_for_the_whole_of_its_minute(modules: Page) -> None:
    serve(modules, [[i, i] for i in range(10)], "minute", step_ms=60_000)
    told = run(
        modules,
        STORE
        + """await wait(argument);
        const step = argument / 1000;
        return text(store.message(step + 59, step + 60, false));""",
        T0,
    )
    assert told["values"] == [0, 0, 1, 1]


def test_what_is_looked_at_is_asked_first_and_what_comes_is_asked_ahead(modules: Page) -> None:
    asked = serve(modules, np.ones((600, 2)), "raw")
    run(
        modules,
        STORE
        + """await wait(argument + 1000);
        for (let i = 0; i < 20; i += 1) {
          store.want(argument + 1000, 60, argument + 1e9);
          await new Promise((done) => setTimeout(done, 10));
        }
        return got;""",
        T0,
    )
    starts = [int(url.partition("from=")[2].partition("&")[0]) - T0 for url in asked]
    assert starts[0] == 0
    assert sorted(starts) == [-1_200_000, -600_000, 0, 600_000, 1_200_000]


def test_trouble_is_said_and_asked_again(modules: Page, console: list[str]) -> None:
    modules.route(
        "**/history/windows/1?*",
        lambda route: route.fulfill(status=503, body=json.dumps({"error": "The history is busy"})),
    )
    said = run(
        modules,
        STORE
        + """store.want(argument, 1, argument);
        for (let i = 0; i < 50 && !store.error; i += 1) await new Promise((f) => setTimeout(f, 10));
        store.stop();
        await new Promise((done) => setTimeout(done, 100));
        return store.error.message;""",
        T0,
    )
    assert said == "The history is busy"
    console.clear()
