"""Redis's errors as ours: callers know one family."""

from __future__ import annotations

from redis.exceptions import RedisError

from data.errors import WindowsUnavailable


class translated:
    """RedisError → WindowsUnavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, RedisError):
            raise WindowsUnavailable(f"Redis: {error}") from error
