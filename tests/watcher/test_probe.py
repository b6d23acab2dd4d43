"""A look from outside finds what a visitor would, and says why in words."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import free_port
from tests.watcher.site import PAGE, Answers, Site, make_certificate, plant, whole_site
from watcher.findings import Look
from watcher.probe import AWAY, BROKEN, OLD, UNREADY, look
from watcher.settings import Settings
from watcher.state import Level


def look_at(url: str, limit_s: float = 8) -> Look:
    return asyncio.run(look(Settings.read({"WATCH_URL": url, "WATCH_LIMIT_S": str(limit_s)})))


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(whole_site()) as running:
        yield running


def test_nothing_is_wrong_with_a_whole_site(site: Site) -> None:
    found = look_at(site.url)
    assert found.findings == ()
    assert found.data_age_s == 0.5
    assert found.certificate_ends is None


BAD_GATEWAY = (502, "text/html", "bad gateway")
UNREADY_ANSWER = (503, "application/json", '{"reason": "last successful refresh 40 s ago"}')


@pytest.mark.parametrize(
    ("changed", "level", "brief", "says"),
    [
        ({"/": BAD_GATEWAY}, Level.DOWN, AWAY, "/: answers 502 Bad Gateway"),
        ({"/": (200, "text/html", "Sign in")}, Level.DOWN, BROKEN, "not with Meltwatch's page"),
        ({"/_dash-layout": BAD_GATEWAY}, Level.DOWN, BROKEN, "/_dash-layout: answers 502"),
        ({"/assets/a.css": BAD_GATEWAY}, Level.DOWN, BROKEN, "/assets/a.css: answers 502"),
        (
            {"/assets/b.mjs": (200, "text/html", PAGE)},
            Level.DOWN,
            BROKEN,
            "/assets/b.mjs: is missing",
        ),
        ({"/readyz": UNREADY_ANSWER}, Level.STALE, UNREADY, "last successful refresh 40 s ago"),
        ({"/plant": plant(40_000)}, Level.STALE, OLD, "40 s old, at most 15 s"),
        (
            {"/plant": (200, "text/json", '{"served": 1, "cards": []}')},
            Level.STALE,
            OLD,
            "no extruder",
        ),
        ({"/plant": (200, "text/json", "[]")}, Level.STALE, OLD, "another form"),
        ({"/plant": (200, "text/html", "<html>")}, Level.STALE, OLD, "not JSON"),
    ],
)
def test_what_is_wrong_is_said(
    site: Site, changed: Answers, level: Level, brief: str, says: str
) -> None:
    site.answers |= changed
    (finding,) = look_at(site.url).findings
    assert (finding.level, finding.brief) == (level, brief)
    assert says in finding.detail


def test_old_data_and_a_reason_are_both_told(site: Site) -> None:
    site.answers |= {"/readyz": UNREADY_ANSWER, "/plant": plant(40_000)}
    assert [finding.brief for finding in look_at(site.url).findings] == [UNREADY, OLD]


def test_an_answer_that_a_cache_kept_for_long_is_old_data(site: Site) -> None:
    served, age = "1000000", "1000000"  # fresh when it was served, in 1970
    site.answers["/plant"] = (
        200,
        "text/json",
        f'{{"served": {served}, "cards": [{{"head": {age}}}]}}',
    )
    (finding,) = look_at(site.url).findings
    assert finding.brief == OLD


@pytest.mark.parametrize(
    ("path", "brief"),
    [("/", AWAY), ("/assets/a.css", BROKEN), ("/readyz", UNREADY), ("/plant", OLD)],
)
def test_a_look_ends_in_its_time_and_says_what_hung(site: Site, path: str, brief: str) -> None:
    site.takes_s[path] = 3.0
    began = time.monotonic()
    (finding,) = look_at(site.url, limit_s=1.0).findings
    assert time.monotonic() - began < 3.0
    assert finding.brief == brief
    assert "no answer in 1 s" in finding.detail


def test_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    (refused,) = look_at(f"http://user:hunter2@127.0.0.1:{free_port()}").findings
    assert "refuses connections on port" in refused.detail
    assert "hunter2" not in refused.detail
    (unknown,) = look_at("http://no-such-host.invalid").findings
    assert "no-such-host.invalid is not found (DNS)" in unknown.detail


def test_a_port_that_takes_and_says_nothing_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (finding,) = look_at(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.5).findings
    assert (finding.brief, finding.detail) == (AWAY, "/: no answer in 0.5 s")


def test_a_port_that_speaks_no_http_is_told(tmp_path: Path) -> None:
    with Site(whole_site(), make_certificate(tmp_path, 30)) as site:
        (finding,) = look_at(site.url.replace("https", "http")).findings
    assert "gave no proper HTTP answer" in finding.detail or "broke" in finding.detail
    with Site(whole_site()) as plain:
        (finding,) = look_at(plain.url.replace("http", "https")).findings
    assert "does not speak TLS" in finding.detail


def test_when_a_trusted_certificate_ends_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, 30)
    with Site(whole_site(), certificate) as site:
        (refused,) = look_at(site.url).findings
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusted = look_at(site.url)
    assert "the certificate of 127.0.0.1 is refused: self-signed" in refused.detail
    assert trusted.findings == ()
    ends = trusted.certificate_ends or 0
    assert (ends / 1000 - time.time()) / 86_400 == pytest.approx(30, abs=1)
