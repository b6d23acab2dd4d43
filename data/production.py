"""What an extruder did in a span of time: hours by job state, kg by product. Pure arithmetic.

It works on rollups of one minute, so a kilogram or an hour is wrong by what a minute hides: where
the job state changes inside a minute, the minute is shared by the mean of its readings, which is
exact for one change between two states; with three states in one minute, and where the product
changes, the error is at most one minute per change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.extruders import JOB_IN_PRODUCTION, NO_JOB, START_UP_ACTIVE

#: Rollups of one signal, (M,): a structured array with min, max, mean and count of each minute.
Rollups = npt.NDArray[np.void]
Flags = npt.NDArray[np.bool_]
_Floats = npt.NDArray[np.float64]

#: What minutes without a reading of the product are booked on.
NO_PRODUCT = 0


@dataclass(frozen=True)
class Minutes:
    """Every minute of a span for one extruder, (M,) each, in order and without holes.

    `any` is True where there is a rollup at all; a signal that the extruder lacks is None, and a
    minute without a good reading of it has count 0.
    """

    any: Flags
    job: Rollups | None
    product: Rollups | None
    throughput: Rollups | None


@dataclass(frozen=True)
class ProductKg:
    """Production of one product: its code (0: not told), hours, and kg or None if not measured."""

    code: int
    hours: float
    kg: float | None


@dataclass(frozen=True)
class Production:
    """What an extruder did. All hours together are the length of the span.

    `kg` is None without a throughput or a job signal, the hours of job states are None without a
    job signal; all are None where there is no reading at all. `unknown_h` had readings but no
    usable job state, `no_data_h` had none; `unmeasured_h` are hours of production without a
    throughput: their kg are missing.
    """

    kg: float | None
    production_h: float | None
    start_up_h: float | None
    stopped_h: float | None
    unknown_h: float
    no_data_h: float
    unmeasured_h: float
    products: tuple[ProductKg, ...]


def production(minutes: Minutes) -> Production:
    """Hours and kg of all minutes of a span."""
    hours = float(np.count_nonzero(minutes.any)) / 60
    no_data_h = float(np.count_nonzero(~minutes.any)) / 60
    if minutes.job is None or not hours:
        return Production(None, None, None, None, hours, no_data_h, 0.0, ())
    share = _shares(minutes.job, minutes.any)
    made = share[JOB_IN_PRODUCTION]
    kg = _kg(minutes.throughput, made)
    told = {code: float(one.sum()) / 60 for code, one in share.items()}
    return Production(
        kg=None if kg is None else float(np.nansum(kg)),
        production_h=told[JOB_IN_PRODUCTION],
        start_up_h=told[START_UP_ACTIVE],
        stopped_h=told[NO_JOB],
        unknown_h=max(0.0, hours - sum(told.values())),
        no_data_h=no_data_h,
        unmeasured_h=0.0 if kg is None else float(made[np.isnan(kg)].sum()) / 60,
        products=_by_product(minutes, made, kg),
    )


def together(all_: Sequence[Production]) -> Production:
    """Sums over extruders; None only where no extruder has a number."""
    codes = {product.code for one in all_ for product in one.products}
    products = [_one_product(code, all_) for code in codes]
    return Production(
        kg=_sum(one.kg for one in all_),
        production_h=_sum(one.production_h for one in all_),
        start_up_h=_sum(one.start_up_h for one in all_),
        stopped_h=_sum(one.stopped_h for one in all_),
        unknown_h=sum(one.unknown_h for one in all_),
        no_data_h=sum(one.no_data_h for one in all_),
        unmeasured_h=sum(one.unmeasured_h for one in all_),
        products=tuple(sorted(products, key=lambda p: (-p.hours, p.code))),
    )


def _one_product(code: int, all_: Iterable[Production]) -> ProductKg:
    theirs = [product for one in all_ for product in one.products if product.code == code]
    return ProductKg(code, sum(p.hours for p in theirs), _sum(p.kg for p in theirs))


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _shares(job: Rollups, known: Flags) -> dict[int, _Floats]:
    """How much of each minute, 0…1, was spent in each job state, by its code."""
    told = known & (job["count"] > 0)
    low = np.where(told, job["min"], -1).round()
    high = np.where(told, job["max"], -1).round()
    mixed = high > low
    mean = np.where(mixed, job["mean"], 0)
    up = np.where(mixed, np.clip((mean - low) / np.maximum(high - low, 1), 0, 1), 0)
    return {
        code: (low == code) * (1.0 - up) + (mixed & (high == code)) * up
        for code in (NO_JOB, START_UP_ACTIVE, JOB_IN_PRODUCTION)
    }


def _kg(throughput: Rollups | None, made: _Floats) -> _Floats | None:
    """kg of good and bad product per minute of production, NaN where none was measured."""
    if throughput is None:
        return None
    per_minute = np.maximum(np.where(throughput["count"] > 0, throughput["mean"], np.nan), 0) / 60
    return np.where(made > 0, per_minute * made, 0.0)


def _by_product(minutes: Minutes, made: _Floats, kg: _Floats | None) -> tuple[ProductKg, ...]:
    """Production by product, most hours first; minutes that were none are left out."""
    codes = _codes(minutes.product, len(made))
    found = []
    for code in np.unique(codes[made > 0]).tolist():
        one = codes == code
        weight = None if kg is None else float(np.nansum(kg[one]))
        found.append(ProductKg(int(code), float(made[one].sum()) / 60, weight))
    return tuple(sorted(found, key=lambda p: -p.hours))


def _codes(product: Rollups | None, count: int) -> npt.NDArray[np.int64]:
    """The product of each minute; one in which it changes, or is not told, is its predecessor's."""
    if product is None:
        return np.full(count, NO_PRODUCT, np.int64)
    sure = (product["count"] > 0) & (product["min"] == product["max"])
    last = np.maximum.accumulate(np.where(sure, np.arange(count), -1))
    codes = np.where(sure, product["min"], NO_PRODUCT).round().astype(np.int64)
    first = int(codes[sure][0]) if sure.any() else NO_PRODUCT
    return np.where(last >= 0, codes[np.maximum(last, 0)], first)
