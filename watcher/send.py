"""Sends one message by apprise in a process of its own, so that nothing can outlast its time."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path

from watcher.history import Message
from watcher.state import Level

TIMEOUT_S = 10
#: A process that does not even start or end takes this much longer, at most.
GRACE_S = 5
_ROOT = Path(__file__).parents[1]
_TYPES = {Level.DOWN: "failure", Level.STALE: "warning", Level.UP: "success"}


async def send(url: str, message: Message, timeout_s: int = TIMEOUT_S) -> str:
    """Send a message; "" once it is accepted, else why not, without the URL, which may be secret.

    Takes at most `timeout_s` + GRACE_S.
    """
    order = [url, message.title, message.body, message.level, timeout_s]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "watcher.send"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
    )
    try:
        async with asyncio.timeout(timeout_s + GRACE_S):
            await process.communicate(json.dumps(order).encode())
    except TimeoutError:
        return f"did not end in {timeout_s + GRACE_S} s"
    finally:
        if process.returncode is None:
            process.kill()
    return _why(process.returncode, timeout_s)


def _why(code: int | None, timeout_s: int) -> str:
    if code == -signal.SIGALRM:
        return f"no answer in {timeout_s} s"
    return "" if code == 0 else "not accepted (python -m watcher test says why)"


def accepted(url: str, message: Message) -> bool:
    """Send a message from this process; True once it is accepted. apprise's log tells the rest."""
    import apprise  # noqa: PLC0415  takes a second, and only who sends pays for it

    service = apprise.Apprise()
    return service.add(url) and bool(
        service.notify(
            title=message.title,
            body=message.body,
            body_format=apprise.NotifyFormat.TEXT,
            notify_type=_TYPES.get(message.level, "info"),
        )
    )


def main() -> int:
    """Send the message that comes as JSON on the standard input."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    url, title, body, level, timeout_s = json.load(sys.stdin)
    # The default action of SIGALRM ends the process, also when its parent is dead.
    signal.alarm(timeout_s)
    return 0 if accepted(url, Message(title, body, Level(level))) else 1


if __name__ == "__main__":
    sys.exit(main())
