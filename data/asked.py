"""What people ask of workers, taken from the stream by one of them: checked, done, answered."""

from __future__ import annotations

import time
from typing import Any

from redis import Redis

from data.asking import WORKERS
from data.command_queue import CommandQueue
from data.errors import CommandError
from data.failed_jobs import FailedJobs
from data.taking import Taking

GROUP = WORKERS.group


class Asked(Taking):
    """One worker's part of the stream; `connection` is that of the queue."""

    def __init__(self, connection: Redis, name: str) -> None:
        super().__init__(connection, name, WORKERS, self._ask)
        self._commands, self._failed = CommandQueue(connection), FailedJobs(connection)
        self._forgot = -1

    def now_and_then(self) -> None:
        """Forget old failed jobs, once a minute."""
        if (minute := int(time.time() / 60)) != self._forgot:
            self._failed.forget_old()
            self._forgot = minute

    def _ask(self, kind: Any, body: dict[str, Any], id_: str, left_s: float) -> Any:
        if kind == "command":
            return self._commands.send(body, left_s)
        if kind == "replay":
            return self._commands.replay_as(f"replay-{id_}", body)
        if kind in {"run_again", "discard"}:
            return self._with_failed(kind, body.get("ids"))
        raise CommandError("kind", kind, "command, replay, run_again or discard")

    def _with_failed(self, kind: str, ids: Any) -> list[str]:
        if ids is not None and not (isinstance(ids, list) and all(map(_is_text, ids))):
            raise CommandError("ids", ids, "names of jobs, or null for all")
        return self._failed.run_again(ids) if kind == "run_again" else self._failed.discard(ids)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
