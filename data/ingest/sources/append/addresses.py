"""From points to readings: the address of a field, and its time in ms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from data.ingest.sources import Reading
from data.ingest.sources.append.line_protocol import (
    BadLine,
    Malformed,
    Point,
    read_points,
    read_series,
    unescaped,
)
from data.quality import Quality

#: Of so many different addresses it is remembered how they are written.
MOST_KNOWN = 200_000
#: What a stamp may be in ms: from 1970 to the end of InfluxDB's own range, 2262.
_LATEST_MS = 2**63 // 1_000_000

#: Units of stamps, as the API's versions call them; how many are a ms, how many ms is one.
_PER_MS = {"ns": 1_000_000, "n": 1_000_000, "us": 1_000, "u": 1_000, "µ": 1_000, "ms": 1}
_MS_EACH = {"s": 1_000, "m": 60_000, "h": 3_600_000}
UNITS = (*_PER_MS, *_MS_EACH)


class Read(NamedTuple):
    """What a body held."""

    readings: list[Reading]
    bad: list[BadLine]


class Addresses:
    """Writes addresses as `measurement,tag=value,…:field`, tags sorted; of `tags` only these.

    A comma or backslash in a name keeps a backslash before it, as does an equals sign in a tag
    and a colon in a field, so that no two fields share an address.
    """

    def __init__(self, tags: Iterable[str] | None = None) -> None:
        self._tags = None if tags is None else frozenset(tags)
        self._known: dict[str, dict[str, str]] = {}
        self._count = 0

    def read(self, text: str, precision: str, arrived: int) -> Read:
        """All readings of a body; what has no time of its own has that of its arrival, ms."""
        readings: list[Reading] = []
        bad: list[BadLine] = []
        for point in read_points(text):
            if isinstance(point, BadLine):
                bad.append(point)
                continue
            try:
                readings.extend(self._readings(point, precision, arrived))
            except Malformed as error:
                bad.append(BadLine(point.line, point.series, str(error)))
        return Read(readings, bad)

    def _readings(self, point: Point, precision: str, arrived: int) -> list[Reading]:
        ts = arrived if point.time is None else to_ms(point.time, precision)
        known = self._known.get(point.series)
        if known is None:
            known = self._known[point.series] = {"": self._prefix(point.series)}
        return [
            Reading(known.get(key) or self._address(known, key), ts, value)
            if value == value  # noqa: PLR0124  not NaN; math.isnan costs a call for each
            else Reading(self._address(known, key), ts, value, Quality.BAD_SENSOR_FAILURE)
            for key, value in point.fields
        ]

    def _prefix(self, series: str) -> str:
        measurement, tags = read_series(series)
        kept = sorted(one for one in tags if self._tags is None or one[0] in self._tags)
        parts = [_kept(measurement, ",")]
        parts += [f"{_kept(key, ',=')}={_kept(value, ',=')}" for key, value in kept]
        return ",".join(parts)

    def _address(self, known: dict[str, str], key: str) -> str:
        address = known.get(key)
        if address is None:
            if self._count >= MOST_KNOWN:
                self._known, self._count = {}, 0
            self._count += 1
            address = known[key] = f"{known['']}:{_kept(unescaped(key), ':')}"
        return address


def to_ms(time: int, precision: str) -> int:
    """ms since the epoch. Raises Malformed outside of 1970 to 2262."""
    per = _PER_MS.get(precision)
    ts = time // per if per else time * _MS_EACH[precision]
    if not 0 <= ts <= _LATEST_MS:
        raise Malformed("time outside of 1970 to 2262: is `precision` right?")
    return ts


def _kept(name: str, special: str) -> str:
    """A name with a backslash before each backslash and each of some characters."""
    for one in "\\" + special:
        name = name.replace(one, "\\" + one)
    return name
