"""GET /api/v1/extruders/{extruder}/window: its readings of the last 15 minutes, by column.

`signal` (more than once) chooses signals, `every` thins: the newest reading of so many seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.errors import UnknownExtruder, UnknownSignal
from data.extruders import Extruder, Signal
from data.quality import OPC_UA, Quality
from data.window_cache import Status
from data.window_cache.reader import WindowReader
from data.windows import Qualities, Values, Window, unroll
from routes.api.answers import (
    CSV,
    JSON,
    PREFIX,
    about,
    packed,
    respond,
    told,
    wants_csv,
    whole,
)
from routes.extruder_number import EXTRUDER
from routes.history_malfunctions import lines

#: The thinnest gives 15 readings.
_MOST_EVERY_S = 60
#: By code; None is no reading.
_WORDS = np.array([OPC_UA.get(code) for code in range(256)], object)


def routes(reader: WindowReader) -> list[Route]:
    """The route of the window."""

    async def window(request: Request) -> Response:
        as_csv, every = wants_csv(request), whole(request, "every", 1, 1, _MOST_EVERY_S)
        number = request.path_params["extruder"]
        extruder = (await reader.catalogue()).extruder(number)
        blob, status = await reader.ring(number)
        if extruder is None or blob is None:
            raise UnknownExtruder(f"no window for extruder {number}")
        chosen = _chosen(extruder, request.query_params.getlist("signal"))

        def make() -> bytes:
            found = thinned(unroll(blob), every)
            return _csv(found, chosen) if as_csv else _json(found, extruder, chosen, status)

        body = await run_in_threadpool(make)
        return await run_in_threadpool(respond, request, body, CSV if as_csv else JSON)

    return [Route(f"{PREFIX}/extruders/{EXTRUDER}/window", told(window))]


@dataclass(frozen=True)
class Columns:
    """Readings by time: `times` (n,) ms, `values` and `quality` (n, S)."""

    times: npt.NDArray[np.int64]
    values: Values
    quality: Qualities


def thinned(window: Window, every_s: int) -> Columns:
    """The newest reading of each signal in every so many seconds, at the first of them.

    Times without any reading are left out.
    """
    step_ms = window.header.spec.step_ms
    per = max(every_s * 1000 // step_ms, 1)
    count, signals = window.values.shape
    if not count:
        return Columns(np.zeros(0, np.int64), window.values, window.quality)
    groups = (window.first_step + np.arange(count)) // per
    firsts = np.flatnonzero(np.diff(groups, prepend=-1))
    there = window.quality != Quality.ABSENT
    of_group = np.repeat(firsts, np.diff(firsts, append=count))
    rows = np.where(there, np.arange(count)[:, np.newaxis], of_group[:, np.newaxis])
    newest = np.maximum.reduceat(rows, firsts, axis=0)
    columns = np.arange(signals)
    quality = window.quality[newest, columns]
    some = (quality != Quality.ABSENT).any(axis=1)
    times = groups[firsts] * per * step_ms
    return Columns(times[some], window.values[newest, columns][some], quality[some])


def _chosen(extruder: Extruder, names: Sequence[str]) -> list[tuple[int, Signal]]:
    """Slots and signals in the order asked for, each once; all without names."""
    if not names:
        return list(enumerate(extruder.signals))
    chosen = []
    for name in dict.fromkeys(names):
        slot = extruder.slot(name)
        if slot is None:
            raise UnknownSignal(f"extruder {extruder.id} has no signal {name[:60]!r}")
        chosen.append((slot, extruder.signals[slot]))
    return chosen


def _json(
    found: Columns, extruder: Extruder, chosen: Sequence[tuple[int, Signal]], status: Status
) -> bytes:
    signals = [
        {"name": one.name, "unit": one.unit, "values": values, "quality": quality}
        for one, values, quality in _told(found, chosen)
    ]
    head = {"extruder": extruder.id, "name": extruder.name, **about(status)}
    return packed({**head, "times": _iso(found.times), "signals": signals})


def _csv(found: Columns, chosen: Sequence[tuple[int, Signal]]) -> bytes:
    header = ["time"]
    columns: list[Sequence[object]] = [_iso(found.times)]
    for one, values, quality in _told(found, chosen):
        header += [f"{one.name} ({one.unit})" if one.unit else one.name, f"{one.name} quality"]
        columns += [[value if math.isfinite(value) else "" for value in values], quality]
    return lines([header, *zip(*columns, strict=True)])


def _told(
    found: Columns, chosen: Sequence[tuple[int, Signal]]
) -> Iterator[tuple[Signal, list[float], list[str | None]]]:
    """Each signal with its values, as many digits as a float32 has, and its quality in words."""
    digits = _digits(found.values)
    for slot, one in chosen:
        if slot < found.values.shape[1]:  # else it is new: the next refresh widens the window
            yield one, digits[:, slot].tolist(), _WORDS[found.quality[:, slot]].tolist()


def _digits(values: Values) -> npt.NDArray[np.float64]:
    """The seven digits that are meant, without those that a float64 would add."""
    wide = values.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (6 - np.floor(np.log10(np.abs(wide))))
        return np.where(np.isfinite(scale) & (scale > 0), np.rint(wide * scale) / scale, wide)


def _iso(times: npt.NDArray[np.int64]) -> list[str]:
    moments = times.astype("datetime64[ms]")
    return [f"{one}Z" for one in np.datetime_as_string(moments, unit="ms").tolist()]
