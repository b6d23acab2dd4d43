"""Plain JSON: every number of a message is a reading, its address is topic#path.in.the.message."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from data.ingest.mqtt.json_numbers import number_of
from data.ingest.mqtt.json_paths import found, samples_at
from data.ingest.mqtt.json_times import FORMATS, time_of
from data.ingest.mqtt.payloads import Arrived, Outgoing
from data.ingest.sources import Desk, Reading
from data.quality import Quality
from data.toml_table import Table

#: Deeper and more than a plant's messages are.
_DEEPEST, _MOST_READINGS = 20, 100_000
#: So many addresses are described; the addresses that are mapped are asked for so often, s.
_MOST_DESCRIBED, _ASK_S = 10_000, 1.0

_Placed = tuple[str, Any, str]


@dataclass(frozen=True)
class JsonKeys:
    """Paths, in dots. `samples`: of the array of samples; `name_at` and `value_at`: in a sample
    that names its signal; `unit_at`: the key beside a value whose text is its unit.
    """

    topics: tuple[str, ...]
    timestamp: str = ""
    timestamp_format: str = "ms"
    samples: str = ""
    name_at: str = ""
    value_at: str = "value"
    unit_at: str = "unit"
    status_topic: str = ""


def read_json_payloads(table: Table) -> JsonPayloads:
    """The keys of a source with payload = "json". Raises MappingError."""
    texts = {
        key: table.text(key)
        for key in ("timestamp", "samples", "name_at", "value_at", "unit_at", "status_topic")
        if table.has(key)
    }
    form = table.choice("timestamp_format", "ms", FORMATS)
    return JsonPayloads(JsonKeys(tuple(table.texts("topics")), timestamp_format=form, **texts))


class JsonPayloads:
    """See Payloads."""

    def __init__(self, keys: JsonKeys) -> None:
        self.topics: Sequence[str] = keys.topics
        self._keys = keys
        self._described: set[str] = set()
        self._mapped: frozenset[str] = frozenset()
        self._asked = 0.0

    def will(self, now: int) -> Outgoing | None:  # noqa: ARG002
        """See Payloads."""
        return self._status(b"offline")

    def connected(self, resumed: bool, now: int) -> Sequence[Outgoing]:  # noqa: ARG002
        """See Payloads."""
        status = self._status(b"online")
        return [status] if status else []

    def leaving(self) -> Sequence[Outgoing]:
        """See Payloads."""
        status = self._status(b"offline")
        return [status] if status else []

    def read(self, arrived: Arrived, desk: Desk) -> tuple[Sequence[Reading], Sequence[Outgoing]]:
        """See Payloads."""
        try:
            return self._read(_decoded(arrived.payload), arrived, desk), ()
        except (ValueError, RecursionError):
            desk.reject("no JSON", _shown(arrived))
            return (), ()

    def _read(self, message: Any, arrived: Arrived, desk: Desk) -> Sequence[Reading]:
        self._ask(desk)
        readings: list[Reading] = []
        for sample in self._samples(message, arrived, desk):
            readings.extend(self._sample(sample, message, arrived, desk))
            if len(readings) > _MOST_READINGS:
                desk.reject("too many readings in one message", arrived.topic)
                break
        return readings[:_MOST_READINGS]

    def _status(self, text: bytes) -> Outgoing | None:
        topic = self._keys.status_topic
        return Outgoing(topic, text, retain=True) if topic else None

    def _samples(self, message: Any, arrived: Arrived, desk: Desk) -> Iterator[Any]:
        if not self._keys.samples or not isinstance(message, dict | list):
            yield message
            return
        samples = samples_at(message, self._keys.samples)
        if samples is None:
            desk.reject(f"no array at {self._keys.samples}", _shown(arrived))
        yield from samples or ()

    def _sample(self, sample: Any, message: Any, arrived: Arrived, desk: Desk) -> Iterator[Reading]:
        ts, quality = arrived.at, Quality.GOOD
        if self._keys.timestamp and isinstance(message, dict | list):
            told = found(sample, self._keys.timestamp)
            told = found(message, self._keys.timestamp) if told is None else told
            stamp = time_of(told, self._keys.timestamp_format)
            if stamp is None:
                desk.reject(f"no time ({self._keys.timestamp_format})", _shown(arrived, told))
                return
            ts = stamp
        elif arrived.retain:  # the last known value, of whatever time
            quality = Quality.UNCERTAIN_LAST_USABLE_VALUE
        if self._keys.name_at and not isinstance(found(sample, self._keys.name_at), str | int):
            desk.reject(f"no name at {self._keys.name_at}", _shown(arrived))
            return
        for address, value, unit in self._placed(sample, arrived.topic):
            yield from self._reading((address, value, unit), ts, quality, desk)

    def _placed(self, sample: Any, topic: str) -> Iterator[_Placed]:
        """Address, value and unit of all values in a sample."""
        if self._keys.name_at:
            name, unit = found(sample, self._keys.name_at), found(sample, self._keys.unit_at)
            yield f"{topic}#{name}", found(sample, self._keys.value_at), _text(unit)
        elif isinstance(sample, dict | list):
            yield from self._leaves(f"{topic}#", sample, "", 0)
        else:
            yield topic, sample, ""

    def _leaves(self, path: str, node: Any, unit: str, depth: int) -> Iterator[_Placed]:
        if isinstance(node, dict):
            unit = _text(node.get(self._keys.unit_at)) or unit
            items: Any = node.items()
        else:
            items = enumerate(node)
        for key, value in items:
            if not isinstance(value, dict | list):
                yield f"{path}{key}", value, unit
            elif depth < _DEEPEST:
                yield from self._leaves(f"{path}{key}.", value, unit, depth + 1)

    def _reading(self, placed: _Placed, ts: int, quality: Quality, desk: Desk) -> Iterator[Reading]:
        address, value, unit = placed
        number, own_unit = number_of(value)
        if number is not None:
            if unit or own_unit:
                self._describe(address, own_unit or unit, desk)
            yield Reading(address, ts, number, quality)
        elif address in self._mapped:  # what should be a number and is none
            yield Reading(address, ts, float("nan"), Quality.BAD_SENSOR_FAILURE)

    def _describe(self, address: str, unit: str, desk: Desk) -> None:
        if address not in self._described and len(self._described) < _MOST_DESCRIBED:
            self._described.add(address)
            desk.describe(address, address.rpartition("#")[2].rpartition("/")[2], unit)

    def _ask(self, desk: Desk) -> None:
        if time.monotonic() - self._asked > _ASK_S:
            self._mapped, self._asked = frozenset(desk.addresses()), time.monotonic()


def _decoded(payload: bytes) -> Any:
    """Many publishers write NaN, which is no JSON. Raises ValueError or RecursionError."""
    try:
        return msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return json.loads(payload)


def _text(unit: object) -> str:
    return unit if isinstance(unit, str) else ""


def _shown(arrived: Arrived, told: object = None) -> str:
    of = "" if told is None else f"{told!r} in "
    return f"{arrived.topic}: {of}{arrived.payload[:100]!r}"
