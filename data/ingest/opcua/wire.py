"""Readings straight from the bytes of a PublishResponse or of HistoryData (OPC UA Part 6).

asyncua makes half a dozen objects for each value; a plain number with times is one `unpack` here.
Whatever looks different is left to asyncua.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, cast

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary

#: 100 ns from 1601 to 1970, and in a ms.
_EPOCH, _PER_MS = 116_444_736_000_000_000, 10_000
#: Bits of a DataValue's mask, in the order of encoding: value, status, source time and its
#: picoseconds, server time and its picoseconds.
_VALUE, _STATUS, _SOURCE, _SERVER, _SOURCE_PS, _SERVER_PS = 1, 2, 4, 8, 16, 32
#: Numbers by their type in a Variant.
_NUMBERS = {2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d"}
_DATA_CHANGE = ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary
_RESPONSE = struct.Struct("<qIIBi")  # time, handle, result, diagnostics, strings
_U32, _I32, _ITEM = struct.Struct("<I"), struct.Struct("<i"), struct.Struct("<IBB")


class Sample(NamedTuple):
    """A value of a monitored item. `ms` is the source's time, else the server's, else 0;
    `odd` says what the value is if it is no number, else it is empty.
    """

    handle: int
    ms: int
    value: float
    status: int
    odd: str = ""


class Published(NamedTuple):
    """What a PublishResponse says; without samples or `closed` it only keeps alive.

    `closed` is the status with which the server ended the subscription, 0 if it did not.
    """

    subscription: int
    sequence: int
    more: bool
    samples: list[Sample]
    closed: int = 0
    acknowledge: bool = False


def published(data: Buffer) -> Published:
    """Decode a PublishResponse. Raises UaError for what cannot be read."""
    body = bytes(data)
    fast = _fast(body)
    return fast if fast is not None else _slow(struct_from_binary(ua.PublishResponse, data))


def _fast(body: bytes) -> Published | None:
    """As long as header and body are the plain ones that servers send; else None."""
    try:
        _, _, result, diagnostics, strings = _RESPONSE.unpack_from(body, 4)
        if body[0] != 1 or result or diagnostics or strings > 0 or body[25:28] != b"\0\0\0":
            return None
        (subscription, count), at = struct.unpack_from("<Ii", body, 28), 36
        at += 4 * max(count, 0)
        more, sequence, _, parts = struct.unpack_from("<?Iqi", body, at)
        at += 17
        if parts <= 0:
            return Published(subscription, sequence, more, [])
        samples: list[Sample] = []
        for _ in range(parts):
            kind, encoding, length = struct.unpack_from("<xxHBi", body, at)
            if body[at] != 1 or body[at + 1] or kind != _DATA_CHANGE or encoding != 1:
                return None
            _notification(body, at + 9, samples)
            at += 9 + length
        return Published(subscription, sequence, more, samples, 0, True)
    except (struct.error, IndexError):
        return None


def _notification(body: bytes, at: int, into: list[Sample]) -> None:
    (count,) = _I32.unpack_from(body, at)
    at += 4
    for _ in range(count):
        handle, mask, kind = _ITEM.unpack_from(body, at)
        read = _reader(mask, kind if mask & _VALUE else -1)
        if read is None:
            at, sample = _any_item(body, at)
        else:
            sample, at = read(handle, body, at + 4)
        into.append(sample)


_Read = Callable[[int, bytes, int], tuple[Sample, int]]


@cache
def _reader(mask: int, kind: int) -> _Read | None:
    """Reads a DataValue of this shape from (handle, bytes, offset); None if it is not plain.

    `kind` is the byte of a Variant's type, −1 where there is no value.
    """
    if mask > 63 or not (kind in _NUMBERS or kind in {-1, 0}):
        return None
    form = "<x" + ("" if kind < 0 else "x") + _NUMBERS.get(kind, "")
    names = ["value"] if kind > 0 else []
    for bit, letter in ((_STATUS, "I"), (_SOURCE, "q"), (_SOURCE_PS, "xx"), (_SERVER, "q")):
        form += letter if mask & bit else ""
        names += [str(bit)] if mask & bit and letter != "xx" else []
    form += "xx" if mask & _SERVER_PS else ""
    unpack, size = struct.Struct(form).unpack_from, struct.calcsize(form)
    value = names.index("value") if kind > 0 else None
    status = names.index(str(_STATUS)) if mask & _STATUS else None
    clock = next((names.index(str(b)) for b in (_SOURCE, _SERVER) if mask & b), None)

    def read(handle: int, body: bytes, at: int) -> tuple[Sample, int]:
        got = unpack(body, at)
        ms = 0 if clock is None else (got[clock] - _EPOCH) // _PER_MS
        number = math.nan if value is None else got[value]
        return Sample(handle, ms, number, 0 if status is None else got[status]), at + size

    return read


def _any_item(body: bytes, at: int) -> tuple[int, Sample]:
    data = Buffer(body, at)
    item = struct_from_binary(ua.MonitoredItemNotification, data)
    return data.cur_pos, sample_of(item.ClientHandle, item.Value)


def sample_of(handle: int, value: ua.DataValue) -> Sample:
    """A DataValue as asyncua reads it."""
    clock = value.SourceTimestamp or value.ServerTimestamp
    ms = (ua.datetime_to_win_epoch(clock) - _EPOCH) // _PER_MS if clock else 0
    status = value.StatusCode.value if value.StatusCode else 0
    variant = value.Value
    if variant is None or variant.Value is None:
        return Sample(handle, ms, math.nan, status)
    if variant.is_array or variant.VariantType.value not in _NUMBERS:
        name = getattr(variant.VariantType, "name", "value")
        return Sample(handle, ms, math.nan, status, f"{name} array" if variant.is_array else name)
    return Sample(handle, ms, float(variant.Value), status)


def _slow(response: ua.PublishResponse) -> Published:
    response.ResponseHeader.ServiceResult.check()
    told, samples, closed = response.Parameters, cast("list[Sample]", []), 0
    parts = cast("list[Any]", told.NotificationMessage.NotificationData or [])
    for part in parts:
        if isinstance(part, ua.DataChangeNotification):
            samples += [sample_of(one.ClientHandle, one.Value) for one in part.MonitoredItems]
        elif isinstance(part, ua.StatusChangeNotification):
            closed = part.Status.value
    sequence = told.NotificationMessage.SequenceNumber
    return Published(
        told.SubscriptionId, sequence, told.MoreNotifications, samples, closed, bool(parts)
    )
