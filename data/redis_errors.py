"""Redis's errors as ours: callers know one family."""

from __future__ import annotations

from redis.exceptions import RedisClusterException, RedisError

from data.errors import WindowsUnavailable


class translated:
    """RedisError → WindowsUnavailable; that no node of a cluster answers is not a RedisError."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, RedisError | RedisClusterException):
            raise WindowsUnavailable(f"Redis: {error}") from error
