"""A plant whose web process counts what it is asked."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.stack import Stack, wait_until, web_command


class CountedStack(Stack):
    def start_web(self) -> None:
        command = web_command("tests.deploy.counted:server")
        self._start("web", [*command, "--port", str(self.port)])
        wait_until(lambda: self._web_answers(self.port), 20, "the web process answers")

    def start_all(self, folder: Path) -> None:
        """Everything, until windows are fresh."""
        self.start_redis()
        self.start_ingest()
        wait_until((folder / "telemetry.sqlite").exists, 20, "ingest made the store")
        self.start_worker()
        self.start_web()
        self.wait_ready()

    def asked(self) -> dict[str, int]:
        """How often the web process was asked, by path."""
        return dict(httpx.get(f"{self.url}/_counted", timeout=10).json())
