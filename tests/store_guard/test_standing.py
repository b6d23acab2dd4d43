"""Since when a finding stands is the time of the worker that noted it first."""

from __future__ import annotations

from typing import Any

import pytest

from data.store_guard.standing import forget, stand
from data.store_guard.stores import asking
from data.telemetry import TelemetryStore

pytestmark = pytest.mark.both_stores
NOW = 1_772_514_724_000


def test_of_two_workers_at_once_the_first_ones_time_counts(
    store: TelemetryStore, store_url: str
) -> None:
    with asking(store_url, readonly=False) as ask:
        looked = False

        def late(text: str, *values: object) -> list[tuple[Any, ...]]:
            """The other worker notes it after this one has looked."""
            nonlocal looked
            found = ask(text, *values)
            if not looked:
                looked = True
                assert stand(ask, ["index:a"], NOW).since == {"index:a": NOW}
            return found

        assert stand(late, ["index:a"], NOW + 7).since == {"index:a": NOW}


def test_what_has_ended_is_known_until_it_is_forgotten(
    store: TelemetryStore, store_url: str
) -> None:
    with asking(store_url, readonly=False) as ask:
        stand(ask, ["index:a", "log"], NOW)
        for _ in range(2):
            now = stand(ask, ["log"], NOW + 7)
            assert (now.since, now.ended) == ({"log": NOW}, {"index:a": NOW})
        forget(ask, now.ended)
        assert stand(ask, ["log"], NOW + 8).ended == {}
        assert store.catalogue_version() == 0  # other notes in `meta` stay
