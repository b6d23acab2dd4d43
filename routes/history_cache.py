"""Answers about the history, kept by flask-caching: in the process, or in Redis for all of them.

They are kept as MessagePack and read back by the question's own type, so that nothing that comes
from Redis is unpickled.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import lru_cache
from typing import Any, get_type_hints

import msgspec
from cachelib.serializers import RedisSerializer
from flask import Flask
from flask_caching import Cache
from flask_caching.backends.rediscache import RedisCache
from redis.exceptions import RedisError

from data.history import Questions, T
from data.scopes import seen
from data.settings import Settings

log = logging.getLogger("meltwatch.history")

KEY_PREFIX = "meltwatch:history:"
#: Answers of one process; some 100 kB each at the most.
MOST_ANSWERS = 300


class _Bytes(RedisSerializer):
    def dumps(self, value: Any, protocol: int = 0) -> bytes:  # noqa: ARG002  as cachelib calls it
        return bytes(value)

    def loads(self, bvalue: bytes | None) -> Any:
        return bvalue


class BytesInRedis(RedisCache):
    """The Redis backend of flask-caching for values that are bytes already."""

    serializer = _Bytes()


def history_cache(server: Flask, settings: Settings) -> Cache:
    """The cache that HISTORY_CACHE names, on Dash's Flask server."""
    shared: dict[str, Any] = {
        "CACHE_TYPE": f"{__name__}.{BytesInRedis.__name__}",
        "CACHE_REDIS_URL": settings.redis_url,
        "CACHE_KEY_PREFIX": KEY_PREFIX,
        "CACHE_OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    kinds = {
        "process": {"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": MOST_ANSWERS},
        "redis": shared,
        "none": {"CACHE_TYPE": "NullCache", "CACHE_NO_NULL_WARNING": True},
    }
    return Cache(server, config=kinds[settings.history_cache])


class KeptAnswers:
    """Questions whose answers are kept. A cache that is away costs speed, not answers."""

    def __init__(self, questions: Questions, cache: Cache) -> None:
        self._questions, self._cache = questions, cache

    def ask(self, question: Callable[..., T], *arguments: Hashable, keep_s: float = 10.0) -> T:
        """See Questions.ask."""
        key = f"{question.__module__}.{question.__qualname__}{arguments!r}"
        if scope := seen():
            key = f"{scope!r}{key}"
        kept = self._get(key)
        if kept is not None:
            # What another version of Meltwatch has left there is asked anew.
            with suppress(msgspec.MsgspecError):
                return _decoder(question).decode(kept)  # type: ignore[no-any-return]
        answer = self._questions.ask(question, *arguments)
        self._set(key, msgspec.msgpack.encode(answer), keep_s)
        return answer

    def _get(self, key: str) -> bytes | None:
        try:
            return self._cache.get(key)  # type: ignore[no-any-return]
        except (RedisError, OSError) as error:
            log.warning("history cache: %s", error)
            return None

    def _set(self, key: str, answer: bytes, keep_s: float) -> None:
        try:
            self._cache.set(key, answer, timeout=max(1, round(keep_s)))
        except (RedisError, OSError) as error:
            log.warning("history cache: %s", error)


@lru_cache(maxsize=100)
def _decoder(question: Callable[..., Any]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(get_type_hints(question)["return"])
