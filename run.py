"""`make run`: everything of the Procfile, an embedded Valkey if no REDIS_URL is set, supervised."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import TextIO

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Message, Printer

from access.settings import AccessSettings
from data.errors import MeltwatchError, SettingError
from data.privileges import root_warning
from data.settings import Settings

#: One more than a small plant needs, so that one can be killed; of shards each gets its own.
FEWEST_WORKERS = 2
#: Wait this long for readings that are this young before the address is told.
LIVE_WAIT_S, LIVE_WITHIN_MS = 40.0, 5000


class CalmPrinter(Printer):  # type: ignore[misc]  # honcho has no types
    """Lines of the processes, without honcho's own about starts and stops."""

    def write(self, message: Message) -> None:
        """Print a process's line."""
        if message.name != "system":
            super().write(message)


def environment() -> dict[str, str]:
    """The processes' environment: ours and the virtual environment's programs."""
    here = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{here}:{os.environ.get('PATH', '')}", "PYTHONUNBUFFERED": "1"}


def commands(embed_redis: bool, workers: int = FEWEST_WORKERS) -> dict[str, str]:
    """Shell command by process name."""
    wanted = dict(parse_procfile(Path(__file__).with_name("Procfile").read_text()).processes)
    worker = wanted.pop("worker")
    wanted |= {f"worker.{n}": worker for n in range(1, workers + 1)}
    if embed_redis:
        wanted = {"redis": "python -m embedded_redis", **wanted}
    return {name: f"exec python -m keep_running {command}" for name, command in wanted.items()}


def take_folder(var_dir: Path) -> TextIO:
    """Keep VAR_DIR for this run until the file is closed. Raises SettingError if it is in use."""
    var_dir.mkdir(parents=True, exist_ok=True)
    lock = (var_dir / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        expected = "a folder that no other `make run` uses"
        raise SettingError("VAR_DIR", str(var_dir), expected) from error
    return lock


def announce(settings: Settings) -> None:
    """Print the address once live data are there, or say what is still missing."""
    address = f"http://{settings.host}:{settings.port}"
    began = said = time.monotonic()
    while True:
        reason = _not_ready(address)
        # Without any source a page that waits is still better than no address.
        if reason is None and (_is_live(address) or time.monotonic() - began > LIVE_WAIT_S):
            print(f"Meltwatch is at {address} (Ctrl-C stops it)", flush=True)
            return
        if time.monotonic() - said > 15:
            said = time.monotonic()
            print(f"starting: {reason or 'readings are being caught up'}", flush=True)
        time.sleep(0.25)


def _not_ready(address: str) -> str | None:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2):
            return None
    except urllib.error.HTTPError as error:
        return str(json.load(error).get("reason"))
    except OSError as error:
        return f"the web process does not answer yet: {error}"


def _is_live(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/plant", timeout=5) as answer:
            body = json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code == HTTPStatus.UNAUTHORIZED  # then /readyz has said enough
    except OSError:
        return False
    newest = max((card["head"] for card in body["cards"]), default=0)
    return bool(body["served"] - newest < LIVE_WITHIN_MS)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def main() -> int:
    """Run until Ctrl-C; the exit code."""
    env = environment()
    settings = Settings.from_env(env)
    AccessSettings.from_env(env)  # so that what is wrong with it ends all at once
    if not _is_free(settings.host, settings.port):
        raise SettingError("PORT", settings.port, f"a port that is free on {settings.host}")
    lock = take_folder(settings.var_dir)
    if warning := root_warning():
        print(warning, flush=True)
    manager = Manager(CalmPrinter(sys.stdout))
    workers = max(FEWEST_WORKERS, settings.shards)
    for name, command in commands(
        not (env.get("REDIS_URL") or env.get("REDIS_URL_FILE")), workers
    ).items():
        manager.add_process(name, command, env=env)
    threading.Thread(target=announce, args=(settings,), daemon=True).start()
    manager.loop()
    lock.close()
    stopped_by_signal = manager.returncode in {130, 143}
    return 0 if stopped_by_signal else manager.returncode or 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MeltwatchError as problem:
        sys.exit(f"meltwatch: {problem}")
