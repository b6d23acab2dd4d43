"""Extruders are spread evenly, and SQL says the same as Python."""

from __future__ import annotations

from collections import Counter

import pytest

from data.commands import Command, by_shard, command_from_dict
from data.shards import BUCKET_SQL, BUCKETS, WHOLE, Shard, bucket_of, shard_of, shards, within
from data.team import spread
from tests.raw_sql import sql


@pytest.mark.parametrize("of", [1, 2, 3, 7, BUCKETS])
def test_every_bucket_is_of_one_shard(of: int) -> None:
    assert [bucket for shard in shards(of) for bucket in shard.buckets] == list(WHOLE)
    for extruder in range(1, 500):
        assert [one for one in shards(of) if one.has(extruder)] == [shard_of(extruder, of)]


@pytest.mark.parametrize("step", [1, 2, 10, 64, 100])
@pytest.mark.parametrize("of", [2, 3, 4])
def test_extruders_are_spread_evenly_however_they_are_numbered(step: int, of: int) -> None:
    counts = Counter(shard_of(step * n, of).number for n in range(1, 301))
    assert max(counts.values()) <= 1.15 * 300 / of


@pytest.mark.both_stores
def test_sql_finds_the_buckets_that_python_finds(store_url: str, store: object) -> None:
    numbers = [1, 2, 17, 999, 65_535, 2**31 - 1]
    union = " UNION ALL ".join(f"SELECT {n} AS extruder" for n in numbers)
    found = sql(store_url, f"SELECT extruder, {BUCKET_SQL} FROM ({union}) AS e")
    assert dict(found) == {n: bucket_of(n) for n in numbers}
    half = Shard(1, 2)
    kept = sql(store_url, f"SELECT extruder FROM ({union}) AS e WHERE 1 = 1{within(half.buckets)}")
    assert [n for (n,) in kept] == [n for n in numbers if half.has(n)]


def acknowledge(*extruders: int) -> Command:
    alarms = [f"{extruder}|MeltPressure|H" for extruder in extruders]
    return command_from_dict(
        {"id": "c", "action": "acknowledge", "who": "Ana", "alarms": alarms}, 1
    )


def test_a_command_on_extruders_of_one_shard_stays_as_it_is() -> None:
    command = acknowledge(1)
    assert by_shard(command, 2) == [(shard_of(1, 2), command)]


def test_a_command_on_extruders_of_several_shards_becomes_one_for_each() -> None:
    one, other = (next(e for e in range(1, 9) if Shard(n, 2).has(e)) for n in (0, 1))
    parts = by_shard(acknowledge(one, other), 2)
    assert [(shard.number, part.id, part.alarms) for shard, part in parts] == [
        (0, "c.0", (f"{one}|MeltPressure|H",)),
        (1, "c.1", (f"{other}|MeltPressure|H",)),
    ]


def test_what_is_about_the_whole_plant_is_done_once() -> None:
    raw = {"id": "a", "action": "annotate", "who": "Ana", "kind": "note", "comment": "x"}
    ((shard, part),) = by_shard(command_from_dict(raw, 1), 8)
    assert (shard.number, part.id) == (0, "a")


def test_shards_are_shared_out_among_the_workers_that_live() -> None:
    assert spread(["a", "b"], 5) == ["a", "b", "a", "b", "a"]
    assert spread([], 2) == ["", ""]
