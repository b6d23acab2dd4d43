"""The figures of the System page: three spans, a line of rows per minute, what polling would cost.

All figures of a span are per minute, over the minutes of it that are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from data.cost.polling import Polling, per_viewer
from data.cost.prices import PriceTable
from data.cost.spent import Fields, Process, Spent, total
from data.meter import Tally, summed

SPANS = {"minute": 1, "hour": 60, "day": 1440}
#: The line reaches back so many minutes.
LINE_MIN = 360
#: Minutes of a month, a twelfth of a year.
MONTH_MIN = 365.25 * 1440 / 12
#: What live screens need: polling would do without it, but not without ingest and history.
LIVE_JOBS, LIVE_PROCESSES = ("refresh", "rebuild"), ("worker", "web")


def cost_report(
    last: int, minutes: Sequence[Fields], how: Polling, prices: PriceTable
) -> dict[str, Any]:
    """JSON of `minutes`, oldest first, up to the minute `last` since the epoch; a day of them.

    What a viewer's polling costs is None as long as it is not known how many signals there are.
    """
    tally, process = per_viewer(how)
    viewer = _line(tally, process.cpu_s, 1, prices) if how.signals else None
    return {
        "minute": last * 60_000,
        "spans": {name: _span(minutes[-count:], prices) for name, count in SPANS.items()},
        "rows": {
            "first": (last - LINE_MIN + 1) * 60_000,
            "values": [_rows(fields) for fields in minutes[-LINE_MIN:]],
        },
        "polling": {"poll_s": how.poll_s, "viewer": viewer},
        "prices": {
            "name": prices.name,
            "currency": prices.currency,
            "note": prices.note,
            "source": prices.source,
        },
    }


def _span(minutes: Sequence[Fields], prices: PriceTable) -> dict[str, Any]:
    known = [fields for fields in minutes if fields]
    spent, count = total(known), max(1, len(known))
    return {
        "known": len(known),
        "jobs": {job: _line(tally, 0, count, prices) for job, tally in spent.jobs.items()},
        "processes": {
            kind: _line(Tally(), process.cpu_s, count, prices)
            for kind, process in spent.processes.items()
        },
        "reads": _line(summed(spent.jobs.values()), 0, count, prices),
        "cpu": _line(Tally(), _cpu(spent, spent.processes), count, prices),
        "live": _line(
            summed(tally for job, tally in spent.jobs.items() if job in LIVE_JOBS),
            _cpu(spent, LIVE_PROCESSES),
            count,
            prices,
        ),
        "viewers": round(spent.viewer_s / 60 / count, 2),
    }


def _line(tally: Tally, cpu_s: float, minutes: int, prices: PriceTable) -> dict[str, float]:
    """Per minute; `month` is money per month if it goes on like this."""
    return {
        "statements": round(tally.statements / minutes, 3),
        "rows": round(tally.rows / minutes, 3),
        "bytes": round(tally.bytes / minutes, 1),
        "cpu_s": round(cpu_s / minutes, 4),
        "month": round(prices.of(tally, cpu_s) / minutes * MONTH_MIN, 6),
    }


def _cpu(spent: Spent, kinds: Iterable[str]) -> float:
    return sum(spent.processes.get(kind, Process()).cpu_s for kind in kinds)


def _rows(fields: Fields) -> int | None:
    """Rows read in a minute, None if it is not known."""
    if not fields:
        return None
    return round(sum(value for name, value in fields.items() if name.endswith(":rows")))
