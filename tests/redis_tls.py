"""A real Redis server that speaks TLS only, with a CA of its own, on a free port."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.stack import free_port, wait_until

PASSWORD = "tls-server-password"


def need_server() -> str:
    """The program; the embedded Valkey is built without TLS."""
    if found := shutil.which("redis-server"):
        return found
    pytest.skip("no redis-server: see tests/install_servers.sh")


class TlsRedis:
    """The certificate is for `localhost`, not for 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self.ca, self.other_ca = made_ca(folder, "ca"), made_ca(folder, "other")
        self._process = self._server(*signed(folder, "ca", "localhost"))
        wait_until(self._answers, 10, "the TLS server answers")

    def url(self, host: str = "localhost") -> str:
        return f"rediss://:{PASSWORD}@{host}:{self.port}/0"

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def _server(self, certificate: Path, key: Path) -> subprocess.Popen[bytes]:
        options = {"port": 0, "tls-port": self.port, "bind": "127.0.0.1", "save": ""}
        options |= {"tls-cert-file": certificate, "tls-key-file": key, "tls-auth-clients": "no"}
        options |= {"tls-ca-cert-file": self.ca, "requirepass": PASSWORD, "dir": self._folder}
        options |= {"logfile": "log"}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        return subprocess.Popen([need_server(), *words])

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url(), ssl_ca_certs=str(self.ca)) as client:
                return bool(client.ping())
        except RedisError:
            return False


def made_ca(folder: Path, name: str) -> Path:
    """A certificate that signs others; its key is beside it."""
    ca = folder / f"{name}.crt"
    _new_key(folder, name, "-x509", "-days", "2", "-subj", f"/CN={name}", "-out", str(ca))
    return ca


def signed(folder: Path, ca: str, host: str) -> tuple[Path, Path]:
    """Certificate and key of a host."""
    _new_key(folder, host, "-subj", f"/CN={host}", "-out", str(folder / "request"))
    (folder / "names").write_text(f"subjectAltName=DNS:{host}\n")
    by = ["-CA", f"{ca}.crt", "-CAkey", f"{ca}.key", "-CAcreateserial", "-extfile", "names"]
    _openssl(folder, "x509", "-req", "-in", "request", "-days", "2", "-out", f"{host}.crt", *by)
    return folder / f"{host}.crt", folder / f"{host}.key"


def _new_key(folder: Path, name: str, *more: str) -> None:
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl(folder, "req", *kind, "-keyout", f"{name}.key", *more)


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
