"""What OPC UA says in Meltwatch's words: units, status codes, names, limits, job states; no I/O."""

from __future__ import annotations

import math
import struct
from contextlib import suppress

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua import StatusCodes
from asyncua.ua.ua_binary import struct_to_binary

from data.extruders import JOB_IN_PRODUCTION, NO_JOB, START_UP_ACTIVE, Limits
from data.ingest.opcua.browse import Branch
from data.ingest.opcua.discovery import machines
from data.ingest.opcua.job_codes import job_code
from data.ingest.opcua.limits import limits_of
from data.ingest.opcua.naming import Shown, signal_name, signal_of
from data.ingest.opcua.nodes import UnknownAddress, address_of, node_of
from data.ingest.opcua.repeats import Repeats
from data.ingest.opcua.status import is_overflow, quality_of
from data.ingest.opcua.units import Unit, unece_code, unit_of
from data.ingest.opcua.wire import Sample, _fast, _slow, published
from data.ingest.simulator.plant import SIGNALS
from data.quality import Quality


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("CEL", Unit("°C")),
        ("BAR", Unit("bar")),
        ("RPM", Unit("rpm")),
        ("E93", Unit("kg/h")),
        ("AMP", Unit("A")),
        ("P1", Unit("%")),
        ("2X", Unit("m/min")),
        ("MPA", Unit("bar", 10)),
        ("KEL", Unit("°C", 1, -273.15)),
    ],
)
def test_units_are_known_by_their_unece_code(code: str, unit: Unit) -> None:
    number = int.from_bytes(code.encode(), "big")
    assert unece_code(number) == code
    assert unit_of(number, "whatever") == unit


def test_units_without_a_code_go_by_name() -> None:
    assert unit_of(-1, " psi ").text == "bar"
    assert unit_of(0, "kg/rev") == Unit("kg/rev")
    assert unece_code(4408652) == "CEL"
    assert [unece_code(n) for n in (0, -1, 2**40, 0x00010203)] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("status", "quality"),
    [
        (StatusCodes.Good, Quality.GOOD),
        (StatusCodes.GoodClamped, Quality.GOOD),
        (StatusCodes.UncertainSensorNotAccurate, Quality.UNCERTAIN_LAST_USABLE_VALUE),
        (StatusCodes.BadSensorFailure, Quality.BAD_SENSOR_FAILURE),
        (StatusCodes.BadOutOfService, Quality.BAD_OUT_OF_SERVICE),
        (StatusCodes.BadNodeIdUnknown, Quality.BAD_OUT_OF_SERVICE),
        (StatusCodes.BadNotConnected, Quality.BAD_NO_COMMUNICATION),
        (StatusCodes.Bad, Quality.BAD_NO_COMMUNICATION),
        (StatusCodes.BadSensorFailure | 0x480, Quality.BAD_SENSOR_FAILURE),
    ],
)
def test_status_codes_are_qualities(status: int, quality: Quality) -> None:
    assert quality_of(status) == quality
    assert is_overflow(status) == bool(status & 0x480)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("TemperatureZones/TemperatureZone_1/Temperature", "TemperatureZone_001.Temperature"),
        ("TemperatureZones/TemperatureZone_012", "TemperatureZone_012.Temperature"),
        ("MeltPressureZones/MeasuringDevice_2/Pressure", "MeltPressureZone_002.Pressure"),
        ("ScrewTemperatures/TemperatureZone_1/Temperature", "ScrewTemperature_001.Temperature"),
        ("Feeders/Feeder_3/Throughput", "Feeder_003.Throughput"),
        ("MainDrive/Speed", "MainDrive.Speed"),
        ("Throughput", "Throughput"),
    ],
)
def test_names_are_those_of_the_catalogue(path: str, name: str) -> None:
    assert signal_name(path.split("/")) == f"{name}.ActualValue"


def test_known_signals_look_as_they_do_in_the_simulator() -> None:
    for known in SIGNALS:
        if known.name.startswith(("Melt", "Main", "Gear", "Throughput")):
            assert signal_of(known.name, Shown(known.unit)) == known
    zone = "TemperatureZone_006.Temperature.ActualValue"
    assert signal_of(zone, Shown("°C", given="Die 1")) == next(s for s in SIGNALS if s.name == zone)
    feeder = signal_of("Feeder_003.Throughput.ActualValue", Shown("kg/h", 0, 60))
    assert (feeder.label, feeder.group, feeder.high) == (
        "Feeder 3 throughput",
        "Cooling and feed",
        60,
    )


def test_tolerances_are_limits_beside_the_set_value() -> None:
    parts = {"SetValue": 200.0, "UpperTolerance": 5.0, "LowerTolerance": -5.0}
    assert limits_of(parts, 1, 0) == Limits(200, l=195, h=205)
    parts |= {"UpperTolerance2": 10.0, "LowerTolerance2": 10.0}
    assert limits_of(parts, 1, 0) == Limits(200, ll=190, l=195, h=205, hh=210)
    assert limits_of(parts, 5 / 9, -160 / 9).hh == pytest.approx((210 - 32) * 5 / 9)
    assert limits_of(parts | {"UpperTolerance2": 0.0}, 1, 0).hh is None
    assert limits_of(parts | {"SetValue": math.nan}, 1, 0) == Limits()


def test_job_states_of_opc_40083_are_ours() -> None:
    assert [job_code(n) for n in range(12)] == [
        *[NO_JOB] * 5, START_UP_ACTIVE, JOB_IN_PRODUCTION, *[NO_JOB] * 5
    ]  # fmt: skip
    assert math.isnan(job_code(math.nan))


def branch(name: str, *children: Branch, variable: bool = False) -> Branch:
    made = Branch(ua.NodeId(name, 2), name.rpartition("/")[2], name, variable, ua.NodeId(58))
    for child in children:
        made.children[child.name], child.parent = child, made
    return made


def test_a_job_of_several_extruders_is_theirs_if_there_is_one_only() -> None:
    def line(n: int, *more: Branch) -> Branch:
        zones, drive = branch(f"{n}/TemperatureZones"), branch(f"{n}/MainDrive")
        return branch(f"L/M/{n}", zones, drive, *more)

    job = branch("L/JobStatus", variable=True)
    modules = branch("L/MachineModules", line(1), line(2))
    both = machines(branch("", branch("L", job, modules)), ())
    assert [[one.node for one in machine.measured] for machine in both] == [[job.node]] * 2
    own = line(1, branch("L/M/1/JobStatus", variable=True))
    (one,) = machines(branch("", branch("L", job, branch("L/MachineModules", own))), ())
    assert [m.node.Identifier for m in one.measured] == ["L/M/1/JobStatus"]
    assert machines(branch("", branch("Die", branch("Die/TemperatureZones"))), ()) == []


def test_addresses_name_the_namespace_and_not_its_index() -> None:
    namespaces = ["http://opcfoundation.org/UA/", "urn:x", "http://plant/"]
    for text in ("s=A;B @ home", "i=70000", "i=7", "g=00000000-0000-0000-0000-000000000007"):
        kind = text.partition(" @ ")[0]
        node = node_of(f"nsu=http://plant/;{text}", namespaces)
        assert node.NamespaceIndex == 2
        assert node_of(address_of(node, namespaces), namespaces) == node
        assert address_of(node, namespaces) == f"nsu=http://plant/;{kind}"
    assert node_of("ns=1;s=A", namespaces) == ua.NodeId("A", 1)
    for wrong in ("nsu=urn:other;s=A", "A", "ns=x;s=A", ""):
        with pytest.raises(UnknownAddress):
            node_of(wrong, namespaces)


def test_what_has_not_changed_is_due_again_behind_what_may_come() -> None:
    repeats = Repeats(1_000, 500)
    repeats.heard(7, 90_000, 1.5, Quality.GOOD, 10_000)
    assert repeats.due(11_400) == []
    assert repeats.due(12_000) == [(7, (91_500, 1.5, Quality.GOOD))]
    assert repeats.due(12_100) == []
    assert repeats.due(13_000) == [(7, (92_500, 1.5, Quality.GOOD))]
    repeats.forget([7])
    assert repeats.due(19_000) == []
    assert Repeats(0, 0).due(10_000) == []


def response(*values: ua.DataValue) -> bytes:
    made = ua.PublishResponse()
    made.Parameters.SubscriptionId, made.Parameters.AvailableSequenceNumbers = 5, [1, 2]
    message = made.Parameters.NotificationMessage
    message.SequenceNumber = 9
    items = [ua.MonitoredItemNotification(n, value) for n, value in enumerate(values)]
    message.NotificationData = [ua.DataChangeNotification(items)] if items else []
    return struct_to_binary(made)


def test_plain_numbers_are_read_as_asyncua_reads_them() -> None:
    moment = ua.win_epoch_to_datetime(133_000_000_000_000_000)
    kinds = [ua.VariantType[n] for n in ("SByte", "Int64", "UInt16", "Float", "Double", "Byte")]
    values = [ua.Variant(3, kind) for kind in kinds]
    values += [ua.Variant("x"), ua.Variant([1.0, 2.0]), ua.Variant(True), ua.Variant(None)]
    options: list[dict[str, object]] = [
        {},
        {"SourceTimestamp": moment},
        {"SourceTimestamp": moment, "ServerTimestamp": moment, "SourcePicoseconds": 7},
        {"ServerTimestamp": moment, "StatusCode": ua.StatusCode(StatusCodes.BadSensorFailure)},
    ]
    body = response(*(ua.DataValue(value, **more) for value in values for more in options))
    fast = _fast(body)
    slow = _slow(ua.ua_binary.struct_from_binary(ua.PublishResponse, Buffer(body)))
    assert fast
    fast = fast._replace(samples=[one._replace(value=float(one.value)) for one in fast.samples])
    assert repr(fast) == repr(slow)  # NaN is NaN
    assert (fast.subscription, fast.sequence, len(fast.samples)) == (5, 9, 40)
    assert fast.samples[17] == Sample(17, 1_655_526_400_000, 3.0, 0)
    assert {one.odd for one in fast.samples} == {"", "String", "Double array", "Boolean"}


def test_a_damaged_response_is_an_error_and_nothing_else() -> None:
    body = response(ua.DataValue(ua.Variant(1.0)), ua.DataValue(ua.Variant("x")))
    for end in range(len(body)):
        with suppress(ua.UaError, struct.error, ValueError, TypeError):
            assert len(published(Buffer(body[:end])).samples) == 2  # what follows says nothing
    assert published(Buffer(response())).samples == []
