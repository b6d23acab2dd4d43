"""Keep one command running: start it again when it dies, stop it when told to, never outlive it.

    python -m keep_running COMMAND [ARGUMENT …]

honcho ends everything when one process ends; with this a killed worker is back in a moment. A
command that exits with EX_CONFIG has a bad setting: starting it again cannot help.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

FIRST_DELAY_S, LONGEST_DELAY_S = 0.2, 5.0
#: A command that ran this long had started well; the next delay is the first again.
GOOD_RUN_S = 10.0
STOP_WAIT_S = 4.0
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Keeper:
    """Runs a command again and again until a signal asks to stop."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler: end the child and do not start another."""
        self._stopping = True
        if self._child is not None:
            self._child.terminate()

    def run(self) -> int:
        """Run until stopped; the exit code to end with."""
        delay = FIRST_DELAY_S
        while not self._stopping:
            started = time.monotonic()
            code = self._once()
            if self._stopping or code == os.EX_CONFIG:
                return 0 if self._stopping else code
            if time.monotonic() - started > GOOD_RUN_S:
                delay = FIRST_DELAY_S
            print(f"ended with {code}; starting again in {delay:.1f} s", flush=True)
            time.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_S)
        return 0

    def _once(self) -> int:
        # A session of its own: a signal to our group must reach the child once, through stop().
        self._child = subprocess.Popen(
            self._command,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  this process has one thread
        )
        while True:
            try:
                return self._child.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                if self._stopping:
                    self._child.kill()


def main() -> int:
    """Run the command of the command line."""
    keeper = Keeper(sys.argv[1:])
    signal.signal(signal.SIGTERM, keeper.stop)
    signal.signal(signal.SIGINT, keeper.stop)
    return keeper.run()


if __name__ == "__main__":
    sys.exit(main())
