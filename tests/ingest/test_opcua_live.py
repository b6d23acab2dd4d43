"""A real OPC UA server in a process of its own, through the source into a real store."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from data.extruders import (
    JOB_IN_PRODUCTION,
    JOB_STATUS,
    START_UP_ACTIVE,
    Extruder,
    Limits,
    Signal,
)
from data.ingest.clock import now_ms
from data.ingest.opcua.naming import signal_name
from data.ingest.sources import FoundSignal
from data.ingest.sources.running import Running
from data.quality import Quality
from data.telemetry import open_store
from data.window_cache.source_state import Condition
from tests.ingest.opcua_made import Connect, Served, address, made, running, served
from tests.ingest.sources_made import fed
from tests.stack import wait_until

ZONE = "TemperatureZone_001.Temperature.ActualValue"
PRESSURE = "MeltPressureZone_001.Pressure.ActualValue"
NODE = "E{}/TemperatureZones/TemperatureZone_1/Temperature"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as one:
        yield one


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return partial(open_store, f"sqlite:///{tmp_path / 'store.sqlite'}")


def catalogue(connect: Connect) -> tuple[Extruder, ...]:
    with closing(connect()) as store:
        return store.catalogue().extruders


def stored(connect: Connect, extruder: int, name: str) -> dict[int, tuple[float, int]]:
    """Value and quality by time, of what is not absent."""
    with closing(connect()) as store:
        known = store.catalogue().extruder(extruder)
        slot = known.slot(name) if known else None
        if slot is None:
            return {}
        rows = store.rows_between(extruder, 0, 2**60)
    return {
        row.ts: (float(row.values[slot]), int(row.quality[slot]))
        for row in rows
        if len(row.values) > slot and row.quality[slot] != Quality.ABSENT
    }


def is_receiving(one: Running) -> bool:
    return one.state(now_ms()).condition == Condition.RECEIVING and one.live.tally.readings > 0


def test_two_extruders_are_found_with_units_limits_and_qualities(
    tmp_path: Path, server: Served, connect: Connect
) -> None:
    server.tell(status=NODE.format(1) + "/ActualValue", code="BadSensorFailure")
    server.tell(status=NODE.format(2) + "/ActualValue", code="UncertainLastUsableValue")
    told = now_ms()  # what was measured before is good, and in the server's history

    def of_zone(extruder: int) -> list[tuple[float, int]]:
        return [one for ts, one in stored(connect, extruder, ZONE).items() if ts > told]

    with fed(running(tmp_path, server.url), connect) as one:
        wait_until(lambda: is_receiving(one), 10, "it receives")
        wait_until(lambda: min(map(len, map(of_zone, (1001, 1002)))) > 5, 10, "they are stored")
        assert "not protected" in one.state(now_ms()).detail
        assert {u.label for u in one.state(now_ms()).unmapped} == {"Count", "Single"}
    first, second = catalogue(connect)
    assert (first.id, first.name, second.id, second.name) == (1001, "E1", 1002, "E2")
    assert len(first.signals) == 15
    limits = [one.limits_for(0)[PRESSURE] for one in (first, second)]
    assert limits == [Limits(210, ll=147, l=178.5, h=241.5, hh=273)] * 2
    for extruder in (first, second):  # bar, or MPa that become bar
        signal = extruder.signal(PRESSURE)
        assert signal
        assert (signal.unit, signal.group, signal.high, signal.gauge) == ("bar", "Melt", 400, 1)
        values = [v for v, _ in stored(connect, extruder.id, PRESSURE).values()]
        assert 209 < min(values) < max(values) < 214
    failed = of_zone(1001)
    assert {q for _, q in failed} == {Quality.BAD_SENSOR_FAILURE}
    assert all(np.isnan(value) for value, _ in failed)
    uncertain = of_zone(1002)
    assert {q for _, q in uncertain} == {Quality.UNCERTAIN_LAST_USABLE_VALUE}
    assert all(180 < value < 190 for value, _ in uncertain)


def test_nothing_is_lost_over_a_kill_where_history_is_offered(
    tmp_path: Path, server: Served, connect: Connect
) -> None:
    with fed(running(tmp_path, server.url), connect) as one:
        wait_until(lambda: len(server.produced()) and is_receiving(one), 10, "it receives")
        began = max(min(times) for times in server.produced().values()) + 1_000
        for _ in range(2):
            time.sleep(1)
            server.kill()
            wait_until(lambda: one.state(now_ms()).condition == Condition.LOST, 10, "it is lost")
            server.start()
            wait_until(lambda: is_receiving(one), 20, "it is back")
        time.sleep(0.5)
        server.tell(pause=True)
        produced = {
            name: {ms: value for ms, value in values.items() if ms >= began}
            for name, values in server.produced().items()
        }
        without = {name for name in produced if "ControllerOutput" in name}
        wait_until(lambda: missing(connect, produced) == without, 20, "all came")
    assert len(produced) - len(without) == 22
    assert min(len(values) for values in produced.values()) > 30


def missing(connect: Connect, produced: dict[str, dict[int, float]]) -> set[str]:
    """Nodes of which a value that the server produced at a time is not stored at that time."""
    lacking = set()
    for node, values in produced.items():
        machine, *path = node.removesuffix("/ActualValue").split("/")
        got = stored(connect, 1000 + int(machine[1:]), signal_name(path))
        scale = 10 if node.startswith("E2/MeltPressure") else 1
        of = np.array([got.get(ms, (np.nan, 0))[0] for ms in values])
        if not np.allclose(of, np.array(list(values.values())) * scale, rtol=1e-6):
            lacking.add(node)
    return lacking


def test_a_server_that_hangs_is_noticed_and_missed_values_are_fetched(
    tmp_path: Path, server: Served, connect: Connect
) -> None:
    with fed(running(tmp_path, server.url), connect) as one:
        wait_until(lambda: is_receiving(one), 10, "it receives")
        began = now_ms()
        server.kill(signal.SIGSTOP)
        stopped = time.monotonic()
        try:
            wait_until(lambda: one.state(now_ms()).condition == Condition.LOST, 10, "noticed")
        finally:
            server.kill(signal.SIGCONT)
        assert time.monotonic() - stopped <= 10
        wait_until(lambda: one.state(now_ms()).condition == Condition.RECEIVING, 30, "it is back")
        time.sleep(0.5)
        server.tell(pause=True)
        produced = {
            name: {ms: value for ms, value in values.items() if ms >= began}
            for name, values in server.produced().items()
            if "ControllerOutput" not in name
        }
        wait_until(lambda: not missing(connect, produced), 20, "all came")


def test_limits_follow_the_server_and_a_job_is_told_in_our_codes(
    tmp_path: Path, server: Served, connect: Connect
) -> None:
    with fed(running(tmp_path, server.url, repeat_ms=200), connect) as one:
        wait_until(lambda: is_receiving(one), 10, "it receives")
        wait_until(lambda: stored(connect, 1001, JOB_STATUS), 10, "the job is stored")
        assert {v for v, _ in stored(connect, 1001, JOB_STATUS).values()} == {JOB_IN_PRODUCTION}
        server.tell(write="E1/JobStatus", value=5)
        server.tell(write=NODE.format(1) + "/SetValue", value=205.0)
        server.tell(write=NODE.format(1) + "/UpperTolerance", value=4.0)
        new = Limits(205, ll=195, l=200, h=209, hh=215)
        wait_until(
            lambda: catalogue(connect)[0].limits_for(0)[ZONE] == new, 15, "limits have followed"
        )
        last = list(stored(connect, 1001, JOB_STATUS).values())[-1]
        assert last == (START_UP_ACTIVE, Quality.GOOD)
        count = len(stored(connect, 1001, JOB_STATUS))
        wait_until(lambda: len(stored(connect, 1001, JOB_STATUS)) > count + 3, 10, "it is repeated")


BY_HAND = {"label": "x", "unit": "bar", "group": "Melt", "low": 0, "high": 9}


def test_what_is_no_number_and_what_is_not_there_is_told_and_stops_nothing(
    tmp_path: Path, server: Served, connect: Connect
) -> None:
    names = ("Text", "Flag", "Guid", "Numbers", "Count", "Single", "Nowhere")
    signals = [{"address": address(f"Plc/{n}"), "name": n, **BY_HAND} for n in names]
    signals += [{"address": "nsu=urn:nowhere;i=1", "name": "Elsewhere", **BY_HAND}]
    signals += [{"address": "i=2256x", "name": "Nonsense", **BY_HAND}]
    signals += [{"address": address(NODE.format(1) + "/ActualValue"), "name": "Zone", **BY_HAND}]
    by_hand = [{"id": 7, "name": "Seven", "signal": signals}]
    with fed(running(tmp_path, server.url, extruder=by_hand), connect) as one:
        wait_until(lambda: len(stored(connect, 7, "Zone")) > 3, 15, "readings are stored")
        reasons = {r.reason: r.sample for r in one.state(now_ms()).rejects}
        server.tell(delete=NODE.format(1) + "/ActualValue")
        time.sleep(0.3)
        count = one.live.tally.readings
        wait_until(lambda: one.live.tally.readings > count, 10, "others go on")
    assert reasons.keys() >= {
        "no number but String",
        "no number but Boolean",
        "no number but Guid",
        "no number but Double array",
        "the server has no such value: BadNodeIdUnknown",
        "the server has no namespace urn:nowhere",
    }
    assert reasons["no number but String"] == address("Plc/Text")
    assert any("is no NodeId" in reason for reason in reasons)
    assert {v for v, _ in stored(connect, 7, "Count").values()} == {41}
    assert {v for v, _ in stored(connect, 7, "Single").values()} == {1.5}


def test_what_was_missed_while_ingest_did_not_run_is_fetched(
    tmp_path: Path, server: Served, connect: Connect
) -> None:
    with fed(running(tmp_path, server.url), connect) as one:
        wait_until(lambda: is_receiving(one), 10, "it receives")
        wait_until(lambda: len(stored(connect, 1001, ZONE)) > 3, 10, "readings are stored")
    began = max(stored(connect, 1001, ZONE))
    time.sleep(2)
    with closing(connect()) as store:
        newest = {number: store.last_ts(number) or 0 for number in (1001, 1002)}
    with fed(running(tmp_path, server.url, newest=lambda: newest), connect) as one:
        wait_until(lambda: is_receiving(one), 10, "it receives")
        node = NODE.format(1) + "/ActualValue"
        produced = {ms: v for ms, v in server.produced()[node].items() if ms >= began}
        wait_until(lambda: not missing(connect, {node: produced}), 20, "all came")
    assert len(produced) > 20


def test_a_server_that_does_not_let_its_history_be_read_is_read_live(
    tmp_path: Path, connect: Connect
) -> None:
    with served(tmp_path, refuse_history=True) as server:
        newest = lambda: {1001: now_ms() - 9_000}  # noqa: E731
        for _ in range(2):  # only extruders that are known have been read before
            with fed(running(tmp_path, server.url, newest=newest), connect) as one:
                wait_until(lambda one=one: is_receiving(one), 10, "it receives")
                time.sleep(0.5)
        (told,) = one.state(now_ms()).rejects
        assert told.reason == (
            "the server does not let its history be read: BadHistoryOperationUnsupported"
        )


def test_a_number_of_no_extruder_is_read_once_it_is_mapped_by_hand(
    tmp_path: Path, server: Served, connect: Connect
) -> None:
    with fed(running(tmp_path, server.url), connect) as one:
        wait_until(lambda: one.state(now_ms()).unmapped, 10, "it is shown")
        signal_ = Signal("Count", "Count", "", "Other", 0, 99)
        number = one.live.map(FoundSignal(address("Plc/Count"), signal_), None, "Press", ())
        wait_until(lambda: stored(connect, number, "Count"), 15, "it is stored")
    assert {v for v, _ in stored(connect, number, "Count").values()} == {41}


def test_a_test_of_the_connection_says_what_is_there(tmp_path: Path, server: Served) -> None:
    source, _ = made(tmp_path, server.url)
    told = source.test()
    assert "not protected: 2 extruders with 30 signals found" in told.summary
    assert told.lines == (
        "E1: 15 signals, 7 with limits of the server",
        "E2: 15 signals, 7 with limits of the server",
    )
    names = ("Single", "Text", "Nowhere")
    signals = [{"address": address(f"Plc/{n}"), "name": n, **BY_HAND} for n in names]
    by_hand = [{"id": 7, "name": "Seven", "signal": signals}]
    assert made(tmp_path, server.url, extruder=by_hand)[0].test().lines == (
        f"{address('Plc/Single')}: 1.5",
        f"{address('Plc/Text')}: no number but String",
        f"{address('Plc/Nowhere')}: BadNodeIdUnknown",
    )
