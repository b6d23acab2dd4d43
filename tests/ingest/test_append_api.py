"""Appending by HTTP: what senders such as Telegraf send is answered once it is safe."""

from __future__ import annotations

import base64
import gzip
import logging
import socket
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import MappingError, StoreError
from data.ingest.clock import now_ms
from data.ingest.sources import SourceLost
from data.ingest.sources.append.answers import Answers, Kept
from data.ingest.sources.append.body import TooLarge, unpacked
from data.ingest.sources.append.kind import Append, build
from data.ingest.sources.kinds import About
from data.quality import Quality
from data.telemetry import TelemetryStore
from data.toml_table import Table
from tests.ingest.append_made import MS, TOKEN, Served, served
from tests.redis_tls import made_ca, signed


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("append")) as one:
        yield one


def at(one: Served, second: int) -> dict[int, tuple[list[float], list[int]]]:
    """By ms of a second, the values and qualities stored."""
    first = MS + second * 1000
    rows = [row for row in one.stored() if first <= row.ts < first + 1000]
    return {row.ts - first: (row.values.tolist(), row.quality.tolist()) for row in rows}


def test_204_means_stored(plain: Served) -> None:
    answer = plain.write(f"melt,hall=1 p=210.5,t=2050i {MS + 1_000}\n")
    assert (answer.status_code, answer.content) == (204, b"")
    assert at(plain, 1) == {0: ([210.5, 205.0], [0, 0])}


def test_all_forms_of_a_write_are_the_same(plain: Served) -> None:
    first = MS + 2_000
    for n, (path, factor) in enumerate(
        {
            "/write?db=telegraf&rp=autogen": 1_000_000,
            "/write?precision=n": 1_000_000,
            "/write?precision=u": 1_000,
            "/api/v2/write?org=o&bucket=b&precision=us": 1_000,
            "/api/v2/write?precision=ms": 1,
        }.items()
    ):
        line = f"melt,hall=1 p={n} {(first + 100 * n) * factor}".encode()
        for body, headers in ((line, {}), (gzip.compress(line), {"Content-Encoding": "gzip"})):
            assert plain.client.post(path, content=body, headers=headers).status_code == 204
    assert [values[0] for values, _ in at(plain, 2).values()] == [0, 1, 2, 3, 4]


def test_without_a_time_it_is_now_and_a_text_is_no_reading(plain: Served) -> None:
    before = now_ms()
    assert plain.write('melt,hall=1 p=1,t="hot"').status_code == 204
    (row,) = [row for row in plain.stored() if row.ts >= before - 100]
    assert row.ts <= now_ms()
    assert row.quality.tolist() == [Quality.GOOD, Quality.BAD_SENSOR_FAILURE]
    assert np.isnan(row.values[1])


def test_good_lines_are_kept_and_bad_ones_named(plain: Served) -> None:
    lines = [
        f"melt,hall=1 p=1 {MS + 3_000}",
        "melt,hall=1 p=oops",
        f"melt,hall=1 p=3 {MS + 3_200}",
        "garbage",
    ]
    answer = plain.write("\n".join(lines))
    assert answer.status_code == 400
    told = answer.json()
    assert (told["code"], told["line"], told["error"]) == ("invalid", 2, told["message"])
    assert "partial write" in told["error"]
    assert "line 2: unable to parse 'melt,hall=1 p=oops': invalid number" in told["error"]
    assert "line 4: unable to parse 'garbage': missing fields" in told["error"]
    assert told["error"].endswith("dropped=2")
    assert list(at(plain, 3)) == [0, 200]
    reasons = {one.reason: one.sample for one in plain.running.state(now_ms()).rejects}
    assert reasons["missing fields"] == "garbage"


def test_what_is_not_mapped_is_told(plain: Served) -> None:
    assert plain.write(f"other,b=2,a=1 x=5 {MS}").status_code == 204
    unmapped = {one.address: one.value for one in plain.running.state(now_ms()).unmapped}
    assert unmapped["other,a=1,b=2:x"] == 5


def test_telegraf_finds_what_it_asks_before_it_writes(plain: Served) -> None:
    for method in ("GET", "HEAD"):
        assert plain.client.request(method, "/ping").status_code == 204
    assert "X-Influxdb-Version" in plain.client.get("/ping").headers
    assert plain.client.get("/health").json()["status"] == "pass"
    created = plain.client.post("/query", data={"q": 'CREATE DATABASE "telegraf"'})
    assert created.json() == {"results": [{"statement_id": 0}]}
    assert plain.client.get("/query", params={"q": "SELECT 1"}).status_code == 400
    assert plain.client.get("/write").status_code == 405
    assert plain.client.get("/else").status_code == 404


def test_what_cannot_be_read_is_said(plain: Served) -> None:
    large = b"melt,hall=1 p=1\n" * 100_000
    for content, headers, status in (
        (large, {}, 413),
        (iter([large] * 2), {}, 413),
        (gzip.compress(large), {"Content-Encoding": "gzip"}, 413),
        (b"no gzip", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"m f=1")[:-4], {"Content-Encoding": "gzip"}, 400),
        (b"m f=1", {"Content-Encoding": "br"}, 400),
    ):
        answer = httpx.post(
            f"{plain.client.base_url}/write", content=content, headers=headers, timeout=30
        )
        assert answer.status_code == status, answer.text
        assert answer.json()["error"]
    assert plain.write("m f=1", "/write?precision=d").status_code == 400


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(bytes(50 << 20)), 1000)
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b"), 2) == b"ab"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200),
    st.dictionaries(
        st.sampled_from(["Authorization", "Content-Encoding", "Idempotency-Key"]),
        st.text("abgzip =\xe9-", max_size=12),
    ),
    st.sampled_from(["/write", "/api/v2/write", "/query", "/ping", "/%00", "/write?precision="]),
)
def test_garbage_never_ends_the_source(
    plain: Served, body: bytes, headers: dict[str, str], path: str
) -> None:
    raw = {name: text.encode("latin-1").strip() for name, text in headers.items()}
    answer = plain.client.post(path, content=body, headers=raw)
    assert answer.status_code in {204, 400, 404, 422}, answer.text


def test_after_garbage_it_goes_on(plain: Served) -> None:
    url = plain.client.base_url
    with socket.create_connection((url.host, url.port)) as raw:
        raw.sendall(b"\x16\x03\x01 no HTTP \xff\r\n\r\n")
        assert b"400" in raw.recv(100)
    assert plain.write(f"melt,hall=1 p=9 {MS + 9_000}").status_code == 204
    assert list(at(plain, 9)) == [0]
    assert "answers" in plain.kind.test().summary


def test_a_sender_that_stops_in_the_middle_is_not_waited_for(
    plain: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.ingest.sources.append.body.PATIENCE_S", 0.2)
    url = plain.client.base_url
    head = b"POST /write HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\nmelt,hall=1 p=1"
    for leaves in (False, True):
        with socket.create_connection((url.host, url.port), timeout=10) as raw:
            raw.sendall(head)
            assert leaves or b" 408 " in raw.recv(100)
    count = len(plain.stored())
    assert plain.write(f"melt,hall=1 p=8 {MS + 11_000}").status_code == 204
    assert len(plain.stored()) == count + 1


def test_the_same_key_stores_once_for_a_day(plain: Served) -> None:
    def rows() -> int:
        return len(plain.stored())

    key = {"Idempotency-Key": "batch-1"}
    before = rows()
    assert plain.write("melt,hall=1 p=1", **key).status_code == 204
    assert plain.write("melt,hall=1 p=1", **key).status_code == 204
    assert rows() == before + 1  # its time is that of arrival: without the key they were two
    assert plain.write("melt,hall=1 p=2", **key).status_code == 422
    bad = {"Idempotency-Key": "batch-2"}
    first, again = (plain.write("bad", **bad) for _ in range(2))
    assert (again.status_code, again.content) == (400, first.content)
    assert plain.write("bad", **{"Idempotency-Key": "k" * 300}).status_code == 400


def test_kept_answers_end_after_a_day_and_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.ingest.sources.append.answers.MOST", 3)
    path = tmp_path / "deep" / "answers"
    kept = Kept(b"digest", 400, b"told")
    assert Answers(path).get("a", 0) is None
    for n in range(5):
        Answers(path).keep(f"k{n}", kept, 1000.0 + n)
    found = [Answers(path).get(f"k{n}", 1010.0) for n in range(5)]
    assert found == [None, None, kept, kept, kept]
    assert Answers(path).get("k4", 1000 + 25 * 3600) is None


def test_keys_that_cannot_be_kept_cost_no_reading(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("a file where the folder should be")
    answers = Answers(tmp_path / "made" / "answers.sqlite")
    answers.keep("k", Kept(b"", 204, b""), 1.0)
    assert answers.get("k", 2.0) is None


def test_without_a_token_nobody_appends(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    basic = base64.b64encode(f"telegraf:{TOKEN}".encode()).decode()
    with served(tmp_path, TOKEN) as one:
        for headers, query, status in (
            ({}, "", 401),
            ({"Authorization": "Token wrong"}, "", 403),
            ({"Authorization": f"Token {TOKEN}x"}, "", 403),
            ({"Authorization": "Basic !"}, "", 401),
            ({}, "?u=telegraf&p=wrong", 403),
            ({"Authorization": f"Token {TOKEN}"}, "", 204),
            ({"Authorization": "Bearer another-token-of-theirs"}, "", 204),
            ({"Authorization": f"Basic {basic}"}, "", 204),
            ({}, f"?u=telegraf&p={TOKEN}", 204),
        ):
            line = f"melt,hall=1 p={status} {MS}000000"
            answer = one.client.post(f"/write{query}", content=line, headers=headers)
            assert answer.status_code == status
        assert {row.values[0] for row in one.stored()} == {204}
        state = one.running.state(now_ms())
        assert TOKEN not in repr(state)
        ours = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
        assert TOKEN not in "".join(ours)
        (tmp_path / "tokens").write_text("a-new-token-since-today\n")
        old, new = (
            one.write("melt,hall=1 p=1", Authorization=f"Token {token}").status_code
            for token in (TOKEN, "a-new-token-since-today")
        )
        assert (old, new) == (403, 204)
        (tmp_path / "tokens").unlink()
        answer = one.write("melt,hall=1 p=1", Authorization="Token a-new-token-since-today")
        assert answer.status_code == 403


def test_a_sender_waits_while_too_much_waits_for_the_store(tmp_path: Path) -> None:
    def away() -> TelemetryStore:
        raise StoreError("away")

    with served(tmp_path, connect=away) as one:
        assert one.write(f"melt,hall=1 p=1 {MS}").status_code == 204  # on disk
        assert one.running.backlog.state().rows == 1
        one.running.live._crowded = lambda: True
        answers = [one.write("melt,hall=1 p=1", path) for path in ("/api/v2/write", "/write")]
        assert [answer.status_code for answer in answers] == [429, 503]
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)


def test_many_senders_at_once_are_all_answered(plain: Served) -> None:
    answers: list[int] = []

    def send(sender: int) -> None:
        with httpx.Client(base_url=plain.client.base_url, timeout=60) as client:
            for n in range(5):
                lines = [f"many,of={sender} f{m}={n} {MS + n}" for m in range(300)]
                answer = client.post("/write?precision=ms", content="\n".join(lines))
                answers.append(answer.status_code)

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [204] * 40


def test_tls_with_a_certificate_of_ones_own(tmp_path: Path) -> None:
    made_ca(tmp_path, "ca")
    certificate, key = signed(tmp_path, "ca", "localhost")
    with served(tmp_path, tls=(str(certificate), str(key))) as one:
        assert one.write(f"melt,hall=1 p=1 {MS}").status_code == 204
        assert one.kind.test().summary.startswith("https://localhost")
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{one.client.base_url.port}/ping", timeout=5)


def test_a_port_that_another_has_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        kind = built(tmp_path, f'listen = "127.0.0.1:{other.getsockname()[1]}"')
        with pytest.raises(SourceLost, match="cannot listen at"):
            kind.receive(None, threading.Event())  # type: ignore[arg-type]


def built(folder: Path, toml: str) -> Append:
    table = Table("made", "", tomllib.loads(toml))
    kind = build(table, About("made", folder, ()))
    table.finish()
    return kind


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('listen = "0.0.0.0:8086"', "or token_file, too"),
        ('listen = "meltwatch:8086"', "or token_file, too"),
        ('listen = "8086"', "an address and a port"),
        ('listen = "127.0.0.1:99999"', "an address and a port"),
        ('token_file = "/nowhere"', "a file with a token in each line"),
        ('certificate = "/x"', "certificate and key, or neither"),
        ("max_body_mb = 0", "max_body_mb = 0"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, toml: str, told: str) -> None:
    with pytest.raises(MappingError, match=told):
        built(tmp_path, toml)


def test_short_tokens_are_refused_and_others_open_the_door(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    toml = f'listen = "0.0.0.0:8086"\ntoken_file = "{path}"'
    for text in ("", "# none\n", "short\n"):
        path.write_text(text)
        with pytest.raises(MappingError, match="token_file"):
            built(tmp_path, toml)
    path.write_text(TOKEN)
    assert built(tmp_path, toml).address == "http://0.0.0.0:8086/api/v2/write"
    assert built(tmp_path, 'listen = "[::1]:8086"').address == "http://[::1]:8086/api/v2/write"
