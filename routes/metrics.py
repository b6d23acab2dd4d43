"""GET /metrics: what Prometheus reads.

Counters are those of all processes together, as they are in Redis: every web process tells the
same, so take the greatest of them, not the sum. Viewers are those of the process that answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.cost.reader import CostReader
from data.cost.spent import Spent, total
from data.errors import WindowsUnavailable
from data.window_cache import Status
from data.window_cache.reader import WindowReader

_HEADERS = {"Cache-Control": "no-store"}


def routes(costs: CostReader, reader: WindowReader, viewers: Callable[[], int]) -> list[Route]:
    """The one route; it answers also while Redis is away, and says so."""

    async def metrics(_request: Request) -> Response:
        families = [_gauge("viewers", "Open push connections of this process.", viewers())]
        try:
            families += [*_spent(total([await costs.totals()])), *_refresh(await reader.status())]
            families.append(_gauge("redis_up", "Whether Redis answers.", 1))
        except WindowsUnavailable:
            families.append(_gauge("redis_up", "Whether Redis answers.", 0))
        return Response(_text(families), media_type=CONTENT_TYPE_LATEST, headers=_HEADERS)

    return [Route("/metrics", metrics)]


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _text(families: Iterable[Metric]) -> bytes:
    # Not the library's own registry: it would count what this process does, not what all do.
    registry = CollectorRegistry()
    registry.register(_Families(families))
    return generate_latest(registry)


def _spent(spent: Spent) -> Iterator[Metric]:
    for name, words in {
        "statements": "Statements sent to the store, by job.",
        "reads": "Those of them that read, by job.",
        "rows": "Rows read from the store, by job.",
        "bytes": "Bytes of values read from the store, by job.",
    }.items():
        family = CounterMetricFamily(f"meltwatch_store_{name}", words, labels=["job"])
        for job, tally in spent.jobs.items():
            family.add_metric([job], getattr(tally, name))
        yield family
    cpu = CounterMetricFamily("meltwatch_cpu_seconds", "CPU time, by process.", labels=["process"])
    for kind, process in spent.processes.items():
        cpu.add_metric([kind], process.cpu_s)
    yield cpu


def _refresh(status: Status) -> Iterator[Metric]:
    if status.last_success >= 0:  # else there is none: no number is better than a wrong one
        yield _gauge(
            "refresh_last_success_timestamp_seconds",
            "When the last refresh succeeded, Unix time.",
            status.last_success / 1000,
        )
        yield _gauge("refresh_duration_seconds", "How long it took.", status.duration_ms / 1000)
    yield _gauge("refresh_backlog_rows", "Rows not yet in the windows.", status.backlog)
    yield CounterMetricFamily("meltwatch_refreshes", "Refreshes.", status.refreshes_total)
    yield CounterMetricFamily("meltwatch_refresh_rows", "Readings taken in.", status.rows_total)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"meltwatch_{name}", words, value)
