"""The newest checks in Redis: one hash for the whole plant, a field for each kind of check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from data.redis_errors import translated
from data.store_guard import DayCheck, MinuteCheck
from data.store_guard.as_json import day_of, dumped, minute_of
from data.window_cache import GUARD

_MINUTE, _DAY = b"minute", b"day"

Checks = tuple[MinuteCheck | None, DayCheck | None]


def keep(client: Redis, check: MinuteCheck | DayCheck) -> None:
    """Replace the check of its kind. Raises WindowsUnavailable."""
    with translated():
        client.hset(GUARD, _MINUTE if isinstance(check, MinuteCheck) else _DAY, dumped(check))


def kept(client: Redis) -> Checks:
    """The newest check of each kind, None before the first. Raises WindowsUnavailable."""
    with translated():
        found: Any = client.hgetall(GUARD)
    return _checks(found)


async def kept_async(client: AsyncRedis) -> Checks:
    """As `kept`, for the web process."""
    with translated():
        found: Any = await client.hgetall(GUARD)
    return _checks(found)


def _checks(found: Mapping[bytes, bytes]) -> Checks:
    return minute_of(found.get(_MINUTE)), day_of(found.get(_DAY))
