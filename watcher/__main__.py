"""`python -m watcher [FILE.toml]` watches; `python -m watcher test [FILE.toml]` sends a message."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from watcher.beats import Heard, OwnBeats
from watcher.history import History, Message
from watcher.page_file import write_for_ever
from watcher.post import Post
from watcher.probe import look
from watcher.report import report
from watcher.rounds import Rounds
from watcher.send import accepted, send
from watcher.settings import SettingError, Settings
from watcher.state import Level
from watcher.web import web

log = logging.getLogger("meltwatch.watcher")


def build(settings: Settings) -> Starlette:
    """The watcher: its rounds and its post run as long as the web application does."""
    try:
        history = History(settings.dir, settings.gap_ms)
    except (OSError, sqlite3.Error) as error:
        raise SettingError(f"setting WATCH_DIR={str(settings.dir)!r}: {error}") from error
    heard = Heard(history)
    post = Post(history, settings.tell, send)
    rounds = Rounds(settings, history, post, heard, OwnBeats(settings.heartbeat_url))
    make = partial(report, rounds, history, settings)

    @asynccontextmanager
    async def lifespan(_web: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(rounds.go_on_for_ever(look)),
            asyncio.create_task(post.deliver_for_ever()),
            asyncio.create_task(write_for_ever(make, settings)),
        ]
        for task in tasks:
            task.add_done_callback(_end_with)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        history.close()

    return web(settings, heard, make, lifespan)


def _end_with(task: asyncio.Task[None]) -> None:
    """Half a watcher would look like a whole one: whoever started it must start it again."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the watcher ends", exc_info=error)
        os._exit(1)


def main(arguments: Sequence[str]) -> int:
    """Watch until told to stop, or send a test message; the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    testing = bool(arguments) and arguments[0] == "test"
    files = list(arguments[1:] if testing else arguments)
    settings = Settings.read(file=Path(files[0]) if files else None)
    return _test(settings) if testing else _watch(settings)


def _watch(settings: Settings) -> int:
    server = build(settings)
    listening = _listen(settings)
    print(_announcement(settings), flush=True)
    config = uvicorn.Config(
        server, log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise SettingError(f"setting WATCH_PORT={settings.port}: {where}: {error}") from error


def _announcement(settings: Settings) -> str:
    tells = f"tells {len(settings.tell)}" if settings.tell else "WATCH_TELL is empty: tells nobody"
    return (
        f"watching {settings.site} every {settings.every_s:g} s, knows within "
        f"{settings.known_within_s:.0f} s that it is gone, {tells}; "
        f"status page on port {settings.port}"
    )


def _test(settings: Settings) -> int:
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    text = Message(f"Test: {settings.name}", f"{settings.site}\nA test message.", Level.UP)
    failed = 0
    for number, url in enumerate(settings.tell, 1):
        taken = accepted(url, text)
        failed += not taken
        print(f"WATCH_TELL[{number}]: {'accepted' if taken else 'NOT accepted'}", flush=True)
    return 1 if failed or not settings.tell else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SettingError as problem:
        print(f"meltwatch watcher: {problem}", flush=True)
        sys.exit(os.EX_CONFIG)
