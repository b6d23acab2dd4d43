"""`python -m data.notifier test FILE`: a test message to every route, a line for each."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from data.alarms.events import Priority
from data.errors import MeltwatchError
from data.notifier.apprise_send import Message, send
from data.notifier.routes_file import load_routes


def main() -> int:
    """Run the command; 0 if every route accepted its message."""
    parser = argparse.ArgumentParser(prog="python -m data.notifier", description=__doc__)
    parser.add_argument("command", choices=["test"])
    parser.add_argument("file", type=Path, help="the notifications file")
    given = parser.parse_args()
    try:
        return _test(given.file)
    except MeltwatchError as error:
        print(f"meltwatch notifier: {error}", file=sys.stderr)
        return os.EX_CONFIG


def _test(path: Path) -> int:
    failed = 0
    plant = os.environ.get("PLANT_NAME") or "Meltwatch"
    for target, url in load_routes(path).urls().items():
        body = f"A test of the route {target}. No alarm: nothing is to be done."
        reason = send(url, Message(f"{plant}: test message", body, Priority.LOW))
        failed += reason != ""
        print(f"{target}: {reason or 'ok'}", flush=True)
    return 1 if failed else os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
