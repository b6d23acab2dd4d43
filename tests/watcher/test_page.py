"""The status page says in words what is known, and what is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from watcher.beats import Heard, OwnBeats
from watcher.findings import Finding, Look
from watcher.history import History
from watcher.page import page
from watcher.page_file import write
from watcher.post import Post
from watcher.report import as_json, report
from watcher.rounds import Rounds
from watcher.send import send
from watcher.settings import Settings
from watcher.state import Level

START = round(datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp() * 1000)
SECRET = "db.internal.example: password for meltwatch refused"
AWAY = Look((Finding(Level.DOWN, "the page does not answer", SECRET),))
OLD = Look((Finding(Level.STALE, "the data are <old>", SECRET),), data_age_s=61)
GOOD = Look(data_age_s=1.2)
SETTINGS = {"WATCH_URL": "https://a.example", "WATCH_NAME": "A & B", "WATCH_TZ": "Europe/Berlin"}


class Watched:
    """A watcher's parts, without its processes."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings.read(SETTINGS)
        self.history = History(folder, self.settings.gap_ms)
        post, own = Post(self.history, [], send), OwnBeats("")
        self.rounds = Rounds(self.settings, self.history, post, Heard(self.history), own)
        self.now = START

    def look(self, *looks: Look) -> None:
        for one in looks:
            self.now += 10_000
            self.rounds.take(one, self.now)

    def html(self, after_s: int = 0) -> str:
        found = report(self.rounds, self.history, self.settings, self.now + after_s * 1000)
        return page(found, self.settings)

    def text(self, after_s: int = 0) -> str:
        body = re.sub(r"<style>.*</style>", "", self.html(after_s), flags=re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).replace("\u00a0", " ")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    parts = Watched(tmp_path)
    yield parts
    parts.history.close()


def test_before_the_first_probe_nothing_is_claimed(watched: Watched) -> None:
    text = watched.text()
    assert "Unknown: the site has not been probed yet." in text
    assert "Nothing has been watched yet." in text
    assert "100 %" not in text


def test_a_site_that_is_up_is_said_to_be_so_with_times_of_the_plant(watched: Watched) -> None:
    watched.look(*[GOOD] * 4)
    text = watched.text()
    assert (
        "Up: the site answers, and its data are fresh. Since 25 Nov 2026 13:00:10 CET (30 s)"
        in text
    )
    assert "Last probe 25 Nov 2026 13:00:40 CET. The newest reading was 1 s old." in text
    assert "100 % up with fresh data, 100 % answered. Watched on 1 day, 30 s in all." in text
    assert "None in this time." in text


def test_probes_that_begin_to_fail_are_a_doubt_and_not_yet_an_incident(watched: Watched) -> None:
    watched.look(*[GOOD] * 3, AWAY, AWAY)
    assert "Up:" in watched.text()
    assert "the last 2 found it worse, which is being checked" in watched.text()


def test_an_incident_is_told_with_its_times_and_without_inner_names(watched: Watched) -> None:
    watched.look(*[GOOD] * 3, *[AWAY] * 6)
    assert "Down: the page does not answer." in watched.text()
    assert "since 25 Nov 2026 13:00:40 CET, still open" in watched.text()
    watched.look(*[GOOD] * 3)
    assert "Down for 60 s : the page does not answer" in watched.text()
    assert "25 Nov 2026 13:00:40 until 13:01:40 CET" in watched.text()
    assert "internal.example" not in watched.html()
    found = report(watched.rounds, watched.history, watched.settings, watched.now)
    assert "internal.example" not in str(as_json(found))


def test_what_a_site_says_is_no_html(watched: Watched) -> None:
    watched.look(*[OLD] * 3)
    assert "Stale: the site answers, but the data are &lt;old&gt;." in watched.html()
    assert "A &amp; B" in watched.html()


def test_a_watcher_that_stopped_probing_claims_nothing(watched: Watched) -> None:
    watched.look(*[GOOD] * 3)
    text = watched.text(after_s=600)
    assert "Unknown: the watcher has not probed for 10 min." in text
    assert "Up:" not in text
    assert "<title>? UNKNOWN" in watched.html(after_s=600)
    late = watched.now + 600_000
    found = as_json(report(watched.rounds, watched.history, watched.settings, late))
    assert (found["state"], found["since"]) == ("unknown", None)


def test_each_day_is_told_in_words_as_well_as_by_a_bar(watched: Watched) -> None:
    watched.look(*[GOOD] * 3, *[AWAY] * 3, *[GOOD] * 3)
    html = watched.html()
    assert html.count("<li class=") == 90 + 1  # and one incident
    words = "25 Nov 2026: 62.50 % up, down for 30 s"
    assert f'<li class="down" title="{words}"><span>{words}</span></li>' in html
    assert html.count('title="') == 90


def test_the_page_needs_nothing_but_itself(watched: Watched) -> None:
    watched.look(GOOD)
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

    Reader().feed(watched.html())
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags}
    assert [attributes["href"] for tag, attributes in tags if tag == "a"] == ["status.json"]


def test_the_report_for_machines_says_the_same(watched: Watched) -> None:
    watched.look(*[GOOD] * 3, *[AWAY] * 3)
    found = as_json(report(watched.rounds, watched.history, watched.settings, watched.now))
    assert (found["state"], found["reason"]) == ("down", "the page does not answer")
    assert found["since"] == found["incidents"][0]["start"] == "2026-11-25T12:00:40+00:00"
    assert found["incidents"][0]["end"] is None
    assert (found["up_s"], found["down_s"], found["watched_s"]) == (30, 20, 50)


def test_a_page_in_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "www" / "index.html"
    write(file, "old")
    with file.open() as being_read:
        write(file, "new")
        assert being_read.read() == "old"
    assert file.read_text() == "new"
    assert [one.name for one in file.parent.iterdir()] == ["index.html"]


def test_an_incident_over_midnight_and_a_changed_clock_names_both(watched: Watched) -> None:
    watched.now = round(datetime(2026, 10, 24, 21, 59, 50, tzinfo=UTC).timestamp() * 1000)
    watched.look(*[AWAY] * 3)
    watched.now += 5 * 3_600_000
    watched.look(*[GOOD] * 3)
    assert "25 Oct 2026 00:00:00 CEST until 04:00:30 CET" in watched.text()
    watched.look(*[AWAY] * 3)
    watched.now += 24 * 3_600_000
    watched.look(*[GOOD] * 6)
    assert "25 Oct 2026 04:01:00 until 26 Oct 2026 04:01:30 CET" in watched.text()
