"""Sends one message by apprise in a process of its own, so that nothing can outlast its time.

A plugin that hangs, and one whose worker was killed, still end before the row's lease does.
"""

from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from data.alarms.events import Priority

TIMEOUT_S = 10
#: A process that does not even start or end takes this much longer, at most.
GRACE_S = 5
LONGEST_REASON = 300

_ROOT = Path(__file__).parents[2]
#: Shorter parts of an URL are too common to be struck out, or to be a secret.
_SHORTEST_SECRET = 4
#: Schemes whose host is a server's name; in others it may be a token.
_NAMES_HOST = frozenset(("mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms"))
#: What apprise says at debug level about why; its other debug lines are about requests.
_CAUSE = "Socket Exception: "
_FORMAT = "%(levelname)s %(message)s"


@dataclass(frozen=True)
class Message:
    """What is sent: plain text, and the priority that some services show as a colour."""

    title: str
    body: str
    priority: int


def understands(url: str) -> bool:
    """True if apprise can read an URL."""
    import apprise  # noqa: PLC0415  only who has a notifications file pays for it

    _quieten()
    return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None


def send(url: str, message: Message, timeout_s: int = TIMEOUT_S) -> str:
    """Send a message; returns "" once it is accepted, else the reason, without the URL's secrets.

    Takes at most `timeout_s` + GRACE_S.
    """
    order = json.dumps({"url": url, "timeout_s": timeout_s, **asdict(message)})
    command = [sys.executable, "-m", "data.notifier.apprise_send"]
    try:
        done = subprocess.run(
            command,
            input=order,
            capture_output=True,
            text=True,
            cwd=_ROOT,
            timeout=timeout_s + GRACE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"could not be sent: {type(error).__name__}"
    if done.returncode == -signal.SIGALRM:
        return f"no answer in {timeout_s} s"
    if done.returncode:
        return without_secrets(done.stderr.strip() or f"ended with {done.returncode}", url)
    return done.stdout.strip()


def main() -> None:
    """Send the message that comes as JSON on the standard input; print why it failed, if so."""
    order = json.load(sys.stdin)
    # The default action of SIGALRM ends the process, also when its parent is dead.
    signal.alarm(order.pop("timeout_s"))
    url = order.pop("url")
    print(without_secrets(_send(url, Message(**order)), url))


def _send(url: str, message: Message) -> str:
    import apprise  # noqa: PLC0415

    _quieten()
    service = apprise.Apprise()
    if not service.add(url):
        return "apprise cannot read the URL"
    capture = apprise.LogCapture(level=logging.DEBUG, fmt=_FORMAT)  # type: ignore[no-untyped-call]
    with capture as log:
        accepted = service.notify(
            title=message.title,
            body=message.body,
            body_format=apprise.NotifyFormat.TEXT,
            notify_type=_type_of(message.priority),
        )
        return "" if accepted else _reason(log.getvalue())


def _type_of(priority: int) -> str:
    return {Priority.CRITICAL: "failure", Priority.HIGH: "warning"}.get(Priority(priority), "info")


def _reason(log: str) -> str:
    lines = [line.partition(" ") for line in log.splitlines()]
    said = [text for level, _, text in lines if level in {"WARNING", "ERROR", "CRITICAL"}]
    said += [t.removeprefix(_CAUSE) for _, _, t in lines if t.startswith(_CAUSE)]
    return " ".join(said) or "not accepted, no reason given"


def without_secrets(text: str, url: str) -> str:
    """A text on one line in which the parts of an URL that can be secret are struck out."""
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = text.replace(secret, "…")
    return " ".join(text.split())[:LONGEST_REASON]


def _secrets(url: str) -> set[str]:
    scheme, _, rest = url.partition("://")
    split = urlsplit(f"//{rest}")
    user, _, host = split.netloc.rpartition("@")
    names_host = scheme.lower() in _NAMES_HOST
    parts = [*re.split("[:@]", user if names_host else f"{user}:{host}"), *split.path.split("/")]
    parts += [value for _, value in parse_qsl(split.query)]
    return {p for part in parts for p in (part, unquote(part)) if len(p) >= _SHORTEST_SECRET}


def _quieten() -> None:
    """Keep apprise's log out of ours: it may name tokens. LogCapture hears it all the same."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


if __name__ == "__main__":
    main()
