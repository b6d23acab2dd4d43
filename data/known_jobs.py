"""The only jobs that a worker does. RQ itself would call whatever function a job names."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from rq.exceptions import DeserializationError

from data import jobs
from data.errors import JobRefused
from data.logs import security
from data.read_job import ReadJob

log = logging.getLogger("meltwatch.worker")

JOBS: dict[str, Callable[..., Any]] = {
    f"{job.__module__}.{job.__name__}": job
    for job in (jobs.refresh, jobs.rebuild, jobs.trim, jobs.guard, jobs.command, jobs.replay)
}


class KnownJob(ReadJob):
    """A job as a worker reads it: one of JOBS, with nothing that is called besides."""

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """As ReadJob, and say what was left out."""
        super().restore(raw_data)
        if self.unreadable:
            log.warning("job %s: cannot be read: %s", self.id, ", ".join(self.unreadable))

    @property  # type: ignore[misc]  # a worker only reads it
    def func_name(self) -> str:
        """The function's name, "" where nobody can read it: that must not end the worker."""
        try:
            return super().func_name or ""
        except DeserializationError:
            return ""

    @property
    def func(self) -> Callable[..., Any]:
        """The function. Raises JobRefused, which makes the job a failed one that says why."""
        if self.func_name not in JOBS or self.instance is not None:
            security("job_refused", job=self.func_name, id=self.id)
            raise JobRefused(f"refused: {self.func_name!r} is none of Meltwatch's jobs")
        return JOBS[self.func_name]

    @property
    def success_callback(self) -> None:
        """None is called, whatever the job names."""

    @property
    def failure_callback(self) -> None:
        """None is called, whatever the job names."""

    @property
    def stopped_callback(self) -> None:
        """None is called, whatever the job names."""
