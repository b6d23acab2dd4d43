"""Clients of Redis by URL: a single server, one behind sentinels, a cluster."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from typing import Any, cast

from redis import Redis, Sentinel
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import RedisCluster as AsyncRedisCluster
from redis.asyncio import Sentinel as AsyncSentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry
from redis.sentinel import SentinelConnectionPool

from data.redis_urls import behind_sentinels, is_cluster, is_sentinel, plain

#: No command on windows may hang longer than this; redis-py's own default is to wait for ever.
SOCKET_TIMEOUT_S = 2.0
#: The web process must have said what is wrong before a browser stops waiting (3 s).
WEB_SOCKET_TIMEOUT_S = 1.0
#: A sentinel is asked anew for every connection; the next one is asked after so long.
SENTINEL_TIMEOUT_S = 0.5
_RETRIES = 1


def connect(url: str, own: bool = False) -> Redis:
    """A blocking client with timeouts and one retry; for a cluster one of the same methods.

    Clients of one sentinels' service share their connections: as soon as one finds another
    master all are there. `own` is for RQ's worker, which changes the timeouts of all.
    """
    options = _options(Retry(ExponentialBackoff(cap=0.2, base=0.05), _RETRIES), SOCKET_TIMEOUT_S)
    if is_sentinel(url):
        return Redis(connection_pool=(_new_pool if own else _shared_pool)(url))
    if is_cluster(url):
        make = partial(RedisCluster.from_url, plain(url), **options)
        return cast("Redis", _AtFirstUse(make))
    return Redis.from_url(url, **options)


def connect_async(url: str) -> AsyncRedis:
    """An asyncio client with timeouts and one retry; for a cluster one of the same methods."""
    retry = AsyncRetry(ExponentialBackoff(cap=0.2, base=0.05), _RETRIES)
    options = _options(retry, WEB_SOCKET_TIMEOUT_S)
    if is_sentinel(url):
        sentinels, service, more = behind_sentinels(url)
        asked = AsyncSentinel(sentinels, sentinel_kwargs=_timeouts(SENTINEL_TIMEOUT_S))  # type: ignore[no-untyped-call]
        return cast("AsyncRedis", asked.master_for(service, **options, **more))
    if is_cluster(url):
        return cast("AsyncRedis", AsyncRedisCluster.from_url(plain(url), **options))
    return AsyncRedis.from_url(url, **options)


def _new_pool(url: str) -> SentinelConnectionPool:
    sentinels, service, more = behind_sentinels(url)
    options = _options(Retry(ExponentialBackoff(cap=0.2, base=0.05), _RETRIES), SOCKET_TIMEOUT_S)
    asked = Sentinel(sentinels, sentinel_kwargs=_timeouts(SENTINEL_TIMEOUT_S))  # type: ignore[no-untyped-call]
    return SentinelConnectionPool(service, asked, **options, **more)  # type: ignore[no-untyped-call]


_shared_pool = lru_cache(maxsize=None)(_new_pool)


class _AtFirstUse:
    """A client that is made when it is needed: that of a cluster asks for all nodes at once.

    Its methods raise RedisClusterException if none of them answers.
    """

    def __init__(self, make: Callable[[], RedisCluster]) -> None:
        self._make = make

    @cached_property
    def _client(self) -> RedisCluster:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def _timeouts(seconds: float) -> dict[str, Any]:
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds}


def _options(retry: Any, timeout_s: float) -> dict[str, Any]:
    return {**_timeouts(timeout_s), "health_check_interval": 0, "retry": retry}
