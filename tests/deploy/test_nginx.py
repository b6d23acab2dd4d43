"""Behind nginx nothing multiplies by viewers, and no screen is told a wrong age."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from data.window_codec import decode
from tests.deploy.conftest import STALE_IF_ERROR_S, Behind
from tests.deploy.nginx import Nginx
from tests.stack import wait_until

VIEWERS, SECONDS = 20, 4
CATALOGUE_1 = "/catalogue/1"


def at_once(count: int, work: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(work, range(count)))


def watch(url: str, paths: tuple[str, ...], until: float) -> int:
    answered = 0
    with httpx.Client(base_url=url) as browser:
        while time.monotonic() < until:
            answered += sum(browser.get(path).is_success for path in paths)
    return answered


@pytest.mark.parametrize(
    "path", ["/windows/1", "/windows/1/delta", "/plant", "/alarms/now", "/lines/delta?signal=rpm"]
)
def test_many_viewers_are_one_request_a_second_for_the_web_process(
    behind: Behind, path: str
) -> None:
    name = path.partition("?")[0]
    signal = httpx.get(f"{behind.stack.url}/lines").json()["signals"][0]["name"]
    path = path.replace("rpm", signal)
    before, started = behind.asked(name), time.monotonic()
    answers = at_once(
        VIEWERS,
        lambda _: httpx.Response(200, json=watch(behind.url, (path,), started + SECONDS)),
    )
    answered = sum(answer.json() for answer in answers)
    asked, took = behind.asked(name) - before, time.monotonic() - started
    assert answered > VIEWERS * SECONDS * 5, "the viewers were really served"
    assert asked <= took + 2, "once a second, and once at each end"
    assert asked >= SECONDS - 1, "news of every second"


def test_viewers_who_come_at_once_share_one_request(behind: Behind) -> None:
    before, started = behind.asked("/windows/3"), time.monotonic()
    with httpx.Client(base_url=behind.url) as browsers:
        answers = at_once(30, lambda _: browsers.get("/windows/3"))
    took = time.monotonic() - started
    assert {answer.status_code for answer in answers} == {200}
    assert behind.asked("/windows/3") - before <= took + 2


def test_browsers_that_take_no_gzip_cost_nothing_more(behind: Behind) -> None:
    before = behind.asked("/catalogue/2")
    bodies = [
        httpx.get(f"{behind.url}/catalogue/2", headers={"Accept-Encoding": encoding})
        for encoding in ("gzip", "gzip, deflate, br", "identity", "")
    ]
    assert len({answer.content for answer in bodies}) == 1
    assert bodies[0].headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in bodies[2].headers
    assert behind.asked("/catalogue/2") - before <= 2


def test_made_up_parameters_make_no_requests(behind: Behind) -> None:
    before, started = behind.asked(CATALOGUE_1), time.monotonic()
    for number in range(20):
        assert httpx.get(f"{behind.url}{CATALOGUE_1}?x={number}").is_success
    # Once a second, however long 20 requests took, and once at each end.
    assert behind.asked(CATALOGUE_1) - before <= time.monotonic() - started + 2


def test_a_signal_given_twice_cannot_spoil_the_answer_of_another(behind: Behind) -> None:
    first, second = (
        signal["name"] for signal in httpx.get(f"{behind.url}/lines").json()["signals"][:2]
    )
    twice = httpx.get(f"{behind.url}/lines/window?signal={first}&signal={second}").content
    right = httpx.get(f"{behind.stack.url}/lines/window?signal={first}").content
    assert decode(twice).values[0] == pytest.approx(decode(right).values[0], nan_ok=True)


def test_browsers_always_ask_while_a_cdn_may_keep_an_answer(behind: Behind) -> None:
    headers = httpx.get(f"{behind.url}/plant").headers
    assert headers["Cache-Control"] == "public, max-age=0, s-maxage=1, stale-if-error=30"
    assert "stale-while-revalidate" in headers["CDN-Cache-Control"]
    assert "X-Accel-Expires" not in headers


def test_an_answer_that_a_browser_has_is_not_sent_again(behind: Behind) -> None:
    etag = httpx.get(f"{behind.url}{CATALOGUE_1}").headers["ETag"]
    again = httpx.get(f"{behind.url}{CATALOGUE_1}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_an_unknown_extruder_is_told_and_not_kept(behind: Behind) -> None:
    answer = httpx.get(f"{behind.url}/windows/999")
    assert answer.status_code == 404
    assert answer.headers.get_list("Cache-Control") == ["no-store"]


def test_a_viewer_who_polls_once_a_second_gets_what_is_three_seconds_old_at_most(
    behind: Behind,
) -> None:
    ages = []
    for _ in range(5):
        message = decode(httpx.get(f"{behind.url}/windows/4/delta").content)
        ages.append(time.time() - message.served_ts / 1000)
        time.sleep(1)
    assert max(ages) < 3, "the rest of a second, and two of stale-while-revalidate"


def test_a_kept_answer_says_how_long_it_was_kept(behind: Behind, tmp_path: Path) -> None:
    """Also through two layers: who is told knows the server's clock by one answer."""
    edge = Nginx(tmp_path, behind.nginx.port)
    ages, unexplained = [], []
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            answer = httpx.get(f"{edge.url}/windows/1/delta")
            ages.append(time.time() - decode(answer.content).served_ts / 1000)
            unexplained.append(abs(ages[-1] - waited_s(answer)))
            time.sleep(0.1)
    finally:
        edge.stop()
    assert statistics.median(unexplained) < 0.1 < max(ages), "seconds"
    assert answer.headers["Meltwatch-Waited"].count("/") == 3


def waited_s(answer: httpx.Response) -> float:
    """As assets/live/server_clock.mjs reads it."""
    pairs = (pair.split("/") for pair in answer.headers["Meltwatch-Waited"].split())
    return sum(max(0.0, float(until) - float(since)) for since, until in pairs)


def test_an_nginx_may_ask_another_and_the_web_process_notices_nothing(
    behind: Behind, tmp_path: Path
) -> None:
    edge = Nginx(tmp_path, behind.nginx.port)
    try:
        before, until, ages = behind.asked("/windows/2/delta"), time.monotonic() + SECONDS, []
        with httpx.Client(base_url=edge.url) as browser:
            while time.monotonic() < until:
                message = decode(browser.get("/windows/2/delta").content)
                ages.append(time.time() - message.served_ts / 1000)
        headers = httpx.get(f"{edge.url}/plant").headers
    finally:
        edge.stop()
    assert behind.asked("/windows/2/delta") - before <= SECONDS + 2
    assert max(ages[len(ages) // 4 :]) < 3.5, "seconds"
    assert "stale-while-revalidate" not in headers["Cache-Control"]


def test_metrics_are_nobody_elses_business(behind: Behind) -> None:
    assert httpx.get(f"{behind.stack.url}/metrics").is_success
    assert httpx.get(f"{behind.url}/metrics").status_code == 404


def test_pushed_events_are_not_held_back(behind: Behind) -> None:
    arrived = []
    with httpx.stream("GET", f"{behind.url}/windows/1/events", timeout=10) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                arrived.append(time.time() - int(line[4:]) / 1000)
            if len(arrived) == 4:
                break
    assert max(arrived[1:]) < 3, "seconds from the reading to here"


def test_too_many_pages_at_once_are_refused_and_told_when_to_come_again(behind: Behind) -> None:
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(base_url=behind.url, timeout=30, limits=limits) as browsers:
        answers = at_once(120, lambda n: browsers.get("/" if n else "/readyz"))
    assert answers[0].is_success, "watchers are let in"
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {200, 503}
    assert {answer.headers["Retry-After"] for answer in refused} == {"2"}
    assert "tries again by itself" in refused[0].text


def test_pages_that_come_while_streams_are_open_are_let_in(behind: Behind) -> None:
    stop = threading.Event()

    def hold(_: int) -> httpx.Response:
        with httpx.stream("GET", f"{behind.url}/plant/events") as stream:
            stop.wait(20)
            return httpx.Response(stream.status_code)

    with ThreadPoolExecutor(40) as threads:
        held = [threads.submit(hold, n) for n in range(40)]
        time.sleep(1)
        answer = httpx.get(f"{behind.url}/", timeout=10)
        stop.set()
        assert {future.result().status_code for future in held} == {200}
    assert answer.status_code == 200


def test_without_a_web_process_the_last_answer_is_given_some_seconds_and_shows_its_age(
    behind: Behind,
) -> None:
    """The last of this file: it ends the web process."""
    httpx.get(f"{behind.url}/plant")
    behind.stack.kill("web")
    time.sleep(2.5)
    kept = httpx.get(f"{behind.url}/plant")
    assert kept.is_success
    now = parsedate_to_datetime(kept.headers["Date"]).timestamp()
    assert now - kept.json()["served"] / 1000 > 1
    assert waited_s(kept) > 1
    time.sleep(STALE_IF_ERROR_S + 1)
    late = httpx.get(f"{behind.url}/plant")
    assert (late.status_code, late.headers["Retry-After"]) == (503, "2")
    assert late.headers.get_list("Cache-Control") == ["no-store"]
    assert "busy" in late.json()["error"]
    behind.stack.start_web()
    wait_until(lambda: httpx.get(f"{behind.url}/plant").is_success, 10, "nginx asks again")
