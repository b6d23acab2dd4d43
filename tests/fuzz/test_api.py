"""The public API: described whole, and nothing that is asked of it is answered by 500 or more."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from routes.openapi import PATH, TOLD, paths_of
from tests.stack import ROOT, Stack

#: `make fuzz` asks for more.
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "2")
#: Streams have no end.
LEFT_OUT = "/events$"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A plant of two extruders, with a worker that records commands."""
    plant = Stack(tmp_path_factory.mktemp("fuzz"), EXTRUDERS="2", NOTIFY="", HEARTBEAT_URL="")
    plant.start_redis()
    plant.start_ingest()
    plant.start_worker()
    plant.start_web()
    plant.wait_ready()
    yield plant
    plant.stop()


def test_every_route_is_described_and_every_described_one_exists(stack: Stack) -> None:
    import app

    assert paths_of(app.server.routes) == {*TOLD, PATH}
    described = httpx.get(stack.url + PATH).json()
    assert set(described["paths"]) == set(TOLD)


@pytest.mark.timeout(3600)
def test_what_the_description_allows_and_forbids_is_answered_below_500(stack: Stack) -> None:
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", stack.url + PATH,
        "--checks", "not_a_server_error,response_schema_conformance",
        "--max-examples", EXAMPLES, "--mode", "all",
        "--phases", "coverage,fuzzing", "--exclude-path-regex", LEFT_OUT,
        "--generation-deterministic", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested and int(tested[1]) == sum(not re.search(LEFT_OUT, path) for path in TOLD)
    assert "Traceback" not in Path(stack.log.name).read_text()


LONG = "9" * 5000
ODD = [
    f"/windows/{LONG}", f"/windows/{LONG}/delta", f"/catalogue/{10**30}", f"/windows/{10**30}",
    *(f"/history/{what}/{10**30}?from=0&to=5" for what in ("windows", "playback")),
    "/history/windows/1?from=0&to=999999999999999", "/history/windows/1?from=%00&to=5",
    "/lines/window?signal=%00", "/lines/day?signal=%ff%fe", "/lines/delta?signal=" + "x" * 9000,
    "/system/failures?from=%D9%A3", "/system/failures/%00", "/replays/replay-%F0%9F%92%A9",
    *(
        f"/history/report.csv?day={day}&shift={shift}"
        for day in ("0001-01-01", "9999-12-31", "2026-13-45", "%00") for shift in ("Early", "Night")
    ),
    *(
        f"/history/malfunctions.csv?{query}"
        for query in (
            "from=0001-01-01&to=9999-12-31", "from=-1&to=99999999999999999999", "from=%00",
            f"extruder={LONG}", f"period={LONG}", "extruder=%00&cause=%00", "extruder=-1",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("path", ODD, ids=range(len(ODD)))
def test_odd_addresses_are_answered_below_500(path: str, stack: Stack) -> None:
    assert httpx.get(stack.url + path, timeout=20).status_code < 500


@pytest.mark.parametrize("last", [LONG.encode(), b"-1", b"\xb2", str(2**70).encode()])
def test_a_stream_begins_whatever_was_seen_last(last: bytes, stack: Stack) -> None:
    headers = {b"last-event-id": last}
    with httpx.stream("GET", f"{stack.url}/plant/events", headers=headers, timeout=10) as answer:
        assert answer.status_code == 200
