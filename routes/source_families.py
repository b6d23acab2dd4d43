"""What ingest tells of its sources as Prometheus metrics. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from data.window_cache.source_state import Condition, SourceState


def of_sources(states: Sequence[SourceState]) -> Iterator[Metric]:
    """One sample per source; nothing without an ingest, nor of what has ended for good."""
    living = [one for one in states if one.condition != Condition.ENDED]
    for name, words, values in (
        ("up", "Whether it receives.", [one.condition == Condition.RECEIVING for one in living]),
        ("readings_per_second", "Readings of the last 10 s.", [one.rate for one in living]),
        ("findings", "Signals that checks mark as uncertain.", [len(o.findings) for o in living]),
        ("waiting_rows", "Rows that wait for the store.", [one.waiting_rows for one in living]),
    ):
        family = GaugeMetricFamily(f"meltwatch_source_{name}", words, labels=["source"])
        for one, value in zip(living, values, strict=True):
            family.add_metric([one.name], float(value))
        yield family
    yield _last(living)
    rejects = CounterMetricFamily(
        "meltwatch_source_rejects", "What was not taken, by source.", labels=["source"]
    )
    for one in living:
        rejects.add_metric([one.name], sum(reject.count for reject in one.rejects))
    yield rejects


def _last(states: Sequence[SourceState]) -> Metric:
    # Before the first reading there is no time of it: no number is better than a wrong one.
    family = GaugeMetricFamily(
        "meltwatch_source_last_reading_timestamp_seconds",
        "Time of the newest reading, Unix time.",
        labels=["source"],
    )
    for one in states:
        if one.last_ms is not None:
            family.add_metric([one.name], one.last_ms / 1000)
    return family
