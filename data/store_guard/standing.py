"""Since when findings stand: kept in the store, so that no worker tells one of them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.store_guard.stores import Sql

_PREFIX = "guard:"
_ADD = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
_ALL = "SELECT key, value FROM meta WHERE key LIKE 'guard:%'"
_DROP = "DELETE FROM meta WHERE key = ?"


@dataclass(frozen=True)
class Standing:
    """Keys of findings, and when each was found first (ms): those that stand, those that ended."""

    since: dict[str, int]
    ended: dict[str, int]


def stand(sql: Sql, keys: Iterable[str], now: int) -> Standing:
    """Note what stands at `now` (ms). Several workers may: the first one's time counts.

    What has ended stays noted until `forget`.
    """
    wanted = set(keys)
    for key in sorted(wanted - _known(sql).keys()):
        sql(_ADD, _PREFIX + key, now)
    known = _known(sql)
    return Standing(
        {key: since for key, since in known.items() if key in wanted},
        {key: since for key, since in known.items() if key not in wanted},
    )


def forget(sql: Sql, keys: Iterable[str]) -> None:
    """What has ended and was told."""
    for key in keys:
        sql(_DROP, _PREFIX + key)


def _known(sql: Sql) -> dict[str, int]:
    return {key.removeprefix(_PREFIX): since for key, since in sql(_ALL)}
