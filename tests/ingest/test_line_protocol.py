"""InfluxDB's line protocol: read as InfluxDB and another reader read it, and never a surprise."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_protocol_parser import LineFormatError, parse_line

from data.ingest.sources.append.addresses import Addresses
from data.ingest.sources.append.line_protocol import (
    BadLine,
    Point,
    read_points,
    read_series,
    unescaped,
)

#: Readers differ in what two backslashes before a comma, equals sign or space are.
NAMES = st.text("ab1 ,=\\:\"é-'", min_size=1, max_size=6).filter(
    lambda name: not re.search(r"\\(?:$|[\\,= ])|^#", name)
)
NUMBERS = st.one_of(
    st.floats(-1e12, 1e12, allow_subnormal=False).map(repr),  # the other one refuses subnormals
    st.integers(-(2**63), 2**63 - 1).map(lambda n: f"{n}i"),
    st.integers(0, 2**64 - 1).map(lambda n: f"{n}u"),
    st.sampled_from(["t", "F", "true", "False", "TRUE", ".5", "5.", "-1E+3"]),
    st.text('ab ,="\\', max_size=8).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
)


def escaped(name: str, special: str) -> str:
    return "".join(f"\\{c}" if c in special else c for c in name)


@st.composite
def lines(draw: st.DrawFn) -> str:
    tags = draw(st.dictionaries(NAMES, NAMES, max_size=3))
    fields = draw(st.dictionaries(NAMES, NUMBERS, min_size=1, max_size=3))
    series = [escaped(draw(NAMES).strip() or "m", ", ")]
    series += [f"{escaped(k, ',= ')}={escaped(v, ',= ')}" for k, v in tags.items()]
    told = ",".join(f"{escaped(k, ',= ')}={v}" for k, v in fields.items())
    time = draw(st.none() | st.integers(-(2**60), 2**60))
    return f"{','.join(series)} {told}" + ("" if time is None else f" {time}")


def as_told(text: str) -> dict[str, object]:
    (point,) = read_points(text)
    assert isinstance(point, Point), point
    measurement, tags = read_series(point.series)
    return {
        "measurement": measurement,
        "tags": dict(tags),
        "fields": {unescaped(key): value for key, value in point.fields},
        "time": point.time,
    }


def number(value: object) -> float:
    return math.nan if isinstance(value, str) else float(value)  # type: ignore[arg-type]


@given(lines())
def test_good_lines_are_read_as_by_another_reader(line: str) -> None:
    reference = parse_line(line)
    found = as_told(line)
    fields = {key: number(value) for key, value in reference["fields"].items()}
    assert found["measurement"] == reference["measurement"]
    assert found["tags"] == reference["tags"]
    assert found["time"] == reference["time"]
    assert found["fields"] == pytest.approx(fields, nan_ok=True, rel=1e-12)


@given(st.text('mfta1 ,=\\"-.eiuN+_\r', max_size=20))
def test_bad_lines_are_bad_for_another_reader_too(line: str) -> None:
    try:
        reference = parse_line(line)
    except LineFormatError:
        return
    read = Addresses().read(line, "ms", 0)
    assert len(read.readings) + len(read.bad) >= 1, reference


@given(st.lists(st.text('mf1 ,=\\"\n\r#', max_size=20) | lines()))
def test_nothing_is_a_surprise_and_lines_are_numbered(texts: list[str]) -> None:
    text = "\n".join(texts)
    found = list(read_points(text))
    numbers = [one.number if isinstance(one, BadLine) else one.line for one in found]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= text.count("\n") + 1 for number in numbers)
    Addresses().read(text, "s", 0)


@given(st.lists(lines(), max_size=5))
def test_a_bad_line_costs_no_other(good: list[str]) -> None:
    parts = [part for line in good for part in (line, "m f=1_0", "broken")]
    found = list(read_points("\n".join(parts)))
    assert sum(isinstance(one, Point) for one in found) == len(good)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("m", "missing fields"),
        (",a=b f=1", "missing measurement"),
        ("m,a= f=1", "missing tag key or value"),
        ("m,a=b=c f=1", "missing tag key or value"),
        ("m, f=1", "missing tag"),
        ("m f=", "missing field value"),
        ("m f=1,", "missing field key or value"),
        ('m f="x', "unbalanced quotes"),
        ("m f=nan", "invalid number or boolean"),
        ("m f=1_000", "invalid number or boolean"),
        ("m f=9223372036854775808i", "integer out of range"),
        ("m f=-1u", "integer out of range"),
        ("m f=1 1.5", "bad timestamp"),
        ("m f=1 1 1", "invalid field format"),
        ("m f=1 -5", "time outside of 1970 to 2262: is `precision` right?"),
    ],
)
def test_what_is_wrong_is_told(line: str, reason: str) -> None:
    read = Addresses().read(f"m f=1\n{line}\nm f=2", "ms", 0)
    assert [(one.number, one.reason) for one in read.bad] == [(2, reason)]
    assert [one.value for one in read.readings] == [1, 2]


def test_an_address_has_its_tags_sorted_and_no_two_fields_share_one() -> None:
    def address(line: str, tags: list[str] | None = None) -> str:
        (reading,) = Addresses(tags).read(line, "ms", 5).readings
        return reading.address

    assert address("m,b=2,a=1 f=1") == address("m,a=1,b=2 f=1") == "m,a=1,b=2:f"
    assert address("m,host=x,a=1 f=1", ["a"]) == "m,a=1:f"
    assert address("m,a=1 f=1", []) == "m:f"
    assert address(r"melt\ pressure,of=hall\ 1 p\ 1=1") == "melt pressure,of=hall 1:p 1"
    different = [r"a:b c=1", r"a b:c=1", r"a,b=c d=1", r"a\,b=c d=1", r"a\b c=1", r"a b\:c=1"]
    assert len({address(line) for line in different}) == len(different)


@pytest.mark.parametrize(
    ("precision", "time"),
    [("ns", 5_000_999_999), ("us", 5_000_999), ("u", 5_000_999), ("ms", 5_000), ("s", 5)],
)
def test_times_are_of_any_precision(precision: str, time: int) -> None:
    (reading,) = Addresses().read(f"m f=1 {time}", precision, 9).readings
    assert reading.ts == 5_000
    (reading,) = Addresses().read("m f=1", precision, 9).readings
    assert reading.ts == 9


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.ingest.sources.append.addresses.MOST_KNOWN", 10)
    addresses = Addresses()
    for n in range(100):
        (reading,) = addresses.read(f"m{n % 7} f{n}=1", "ms", 0).readings
        assert reading.address == f"m{n % 7}:f{n}"
    assert sum(len(one) - 1 for one in addresses._known.values()) <= 11
