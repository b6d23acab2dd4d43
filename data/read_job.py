"""A job as it is read from Redis, also where somebody wrote there what nobody can read.

RQ reads some twenty fields of a job's hash, and raises whatever the first bad one makes it raise;
out of a worker's loop that ends the process.
"""

from __future__ import annotations

from collections.abc import Mapping

from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.results import Result


class ReadJob(Job):
    """A job without what cannot be read: `unreadable` names those fields."""

    unreadable: tuple[str, ...] = ()

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Take the fields of a hash. Raises NoSuchJobError where there is no `data`."""
        try:
            super().restore(raw_data)
        except NoSuchJobError:
            raise
        except Exception:  # ValueError, TypeError, AssertionError, RQ's own …
            good = {name: value for name, value in raw_data.items() if self._reads(name, value)}
            self.unreadable = tuple(sorted(repr(name) for name in raw_data.keys() - good.keys()))
            super().restore(good)

    def _reads(self, name: bytes, value: bytes) -> bool:
        try:
            super().restore({b"data": b"", name: value})
        except Exception:
            return False
        return True

    def latest_result(self, timeout: int = 0) -> Result | None:
        """The newest result; None if there is none, or none that can be read."""
        try:
            return super().latest_result(timeout)
        except RedisError:
            raise
        except Exception:
            return None
