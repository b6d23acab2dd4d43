"""A real nginx with the files of deploy/nginx on a free port, ended by its process id."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from tests.stack import ROOT, free_port, wait_until

FILES = ROOT / "deploy" / "nginx"
HOW_TO_INSTALL = "no nginx here: install it with 'apt-get install nginx'"
_PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def installed() -> str | None:
    """Path of the program; Debian keeps it out of a normal user's PATH."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def need_nginx() -> None:
    """Skip where there is none; CI must have it."""
    if installed() is None:
        assert "CI" not in os.environ, HOW_TO_INSTALL
        pytest.skip(HOW_TO_INSTALL)


def rendered(folder: Path, port: int, web_ports: Sequence[int], token: str = "") -> Path:
    """The main file with everything below `folder`. The two files are those that are deployed."""
    filled = {
        "LISTEN": f"127.0.0.1:{port}",
        "WEB": " ".join(f"127.0.0.1:{one}" for one in web_ports),
        "CACHE": str(folder / "cache"),
        "TOKEN": token,
    }
    env = {**os.environ, **{f"MELTWATCH_{name}": value for name, value in filled.items()}}
    with (folder / "meltwatch.conf").open("wb") as site:
        subprocess.run([FILES / "render.sh"], env=env, stdout=site, check=True)
    own = "\n".join(f"{place}_temp_path {folder / place};" for place in _PLACES)
    main = (FILES / "nginx.conf").read_text()
    main = main.replace("/etc/nginx/conf.d/meltwatch.conf", str(folder / "meltwatch.conf"))
    path = folder / "nginx.conf"
    path.write_text(main.replace("http {", f"http {{\n{own}\naccess_log off;"))
    return path


class Nginx:
    """Runs until `stop`."""

    def __init__(self, folder: Path, *web_ports: int, token: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        conf = rendered(folder, self.port, web_ports, token)
        # As root its workers would be another user, who may not enter a test's folder.
        user = "user root; " if os.getuid() == 0 else ""
        command = [
            *(installed() or "nginx", "-e", str(folder / "error.log"), "-c", str(conf)),
            *("-g", f"{user}daemon off; pid {folder / 'nginx.pid'};"),
        ]
        self.process = subprocess.Popen(command)
        wait_until(self._answers, 10, "nginx answers")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _answers(self) -> bool:
        try:
            return bool(httpx.get(f"{self.url}/healthz").status_code)
        except httpx.HTTPError:
            return False

    def workers(self) -> list[int]:
        """Process ids of the processes that answer requests."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
