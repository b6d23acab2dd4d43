"""The server's clock as a page knows it: an answer that was kept on its way does not shift it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    kept_page_fixture,  # noqa: F401
    library_fixture,  # noqa: F401
    modules_fixture,  # noqa: F401
    static_url_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser


def run(page: Page, script: str, argument: Any = None) -> Any:
    """What an async function body gives that has a `clock` and `sync`, an answer each second.

    `sync` takes how far ahead of the screen the answer was made (s) and how it waited, and gives
    the clock's lead (s) after it.
    """
    return page.evaluate(
        """async ([script, argument]) => {
          const lib = await import("/assets/live/server_clock.mjs");
          const feed = await import("/assets/live/feed.mjs");
          const clock = new lib.ServerClock();
          const headers = (waited) => new Headers(waited && { "Meltwatch-Waited": waited });
          let now = 1_800_000_000_000;
          const real = Date.now;
          Date.now = () => now;
          const sync = (lead, waited) => {
            now += 1000;
            clock.sync(Date.now() + lead * 1000, headers(waited));
            return clock.offset / 1000;
          };
          const Body = Object.getPrototypeOf(async function () {}).constructor;
          try {
            return await new Body("lib", "feed", "clock", "sync", "argument", script)(
              lib, feed, clock, sync, argument);
          } finally {
            Date.now = real;
          }
        }""",
        [script, argument],
    )


def test_a_page_just_opened_knows_the_clock_from_one_kept_answer(library: Page) -> None:
    """The server is 100 s ahead of the screen; nginx kept this answer for 2.5 s."""
    assert run(library, "return sync(97.5, '5.000/5.000 1764000000.125/1764000002.625')") == 100


def test_what_each_who_kept_it_says_is_added_up(library: Page) -> None:
    waited = "return lib.waitedMs(new Headers(argument))"
    pairs = {"Meltwatch-Waited": "7.100/7.200 10.000/11.500 0.000/0.300"}
    assert run(library, waited, pairs) == pytest.approx(1900)
    assert run(library, waited, {**pairs, "Age": "4"}) == pytest.approx(5900)


@pytest.mark.parametrize("said", ["", "9", "x/y", "10.000/", "9.5/9.0", "/"])
def test_what_says_nothing_of_waiting_adds_nothing(library: Page, said: str) -> None:
    script = "return lib.waitedMs(new Headers({ 'Meltwatch-Waited': argument, Age: '-' }))"
    assert run(library, script, said) == 0
    assert run(library, "return lib.waitedMs(undefined)") == 0


def test_an_answer_that_took_long_to_make_does_not_hurry_the_clock_for_long(library: Page) -> None:
    """Its waiting counts from the question on: too much by the 2 s that it took to make."""
    offsets = run(library, "return [sync(100, '1.000/3.000'), sync(99.9, '3.000/3.125')]")
    assert offsets == pytest.approx([102, 100.025])


def test_a_body_that_the_browser_had_already_is_no_news_of_the_clock(library: Page) -> None:
    """A 304 brings new headers, without a wait, to a body of 20 s ago."""
    offsets = run(
        library, "return [sync(97, '1.000/4.000'), sync(96, '9.000/9.000'), sync(77, '9.0/9.0')]"
    )
    assert offsets == [100, 100, 100]


def test_pushed_news_is_never_behind_what_was_known(library: Page) -> None:
    assert run(library, "sync(100); clock.sync(Date.now() + 99_000); return clock.offset") == 100000


def test_the_headers_of_an_answer_come_with_its_bytes(modules: Page) -> None:
    waited = {"Meltwatch-Waited": "0.000/1.500"}
    modules.route("**/windows/1", lambda route: route.fulfill(body=b"abc", headers=waited))
    script = """const { body, headers } = await feed.requestBytes("/windows/1");
      return [body.byteLength, lib.waitedMs(headers)];"""
    assert run(modules, script) == [3, 1500]


@pytest.mark.parametrize("ask", ["requestBytes", "requestJson"])
def test_an_answer_that_breaks_off_is_a_lost_server(
    modules: Page, ask: str, console: list[str]
) -> None:
    """The head comes, the rest of the body does not."""
    script = """
      const cut = new ReadableStream({ start: (to) => to.error(new Error("cut off")) });
      globalThis.fetch = async () => new Response(cut, { status: 200 });
      return feed[argument]("/plant").catch(({ kind }) => kind);"""
    assert run(modules, script, ask) == "server"
    assert not console
