"""A web site on a free port that answers as a test wants: whole, broken, slow, over TLS."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = """<html><head><title>Meltwatch</title>
<link rel="stylesheet" href="/assets/a.css?m=1&amp;n=2">
<script src="/assets/b.mjs" type="module"></script><script src="https://elsewhere.example/x.js">
</script></head><body><div id="react-entry-point"></div></body></html>"""

#: Status, type and body by path.
Answers = dict[str, tuple[int, str, str]]


def whole_site() -> Answers:
    """What Meltwatch answers when all is well."""
    return {
        "/": (200, "text/html", PAGE),
        "/_dash-layout": (200, "application/json", "{}"),
        "/assets/a.css": (200, "text/css", "a"),
        "/assets/b.mjs": (200, "text/javascript", "b"),
        "/readyz": (200, "application/json", '{"status": "ready"}'),
        "/plant": plant(500),
    }


def plant(age_ms: int) -> tuple[int, str, str]:
    """Served an hour ahead of this machine's clock: ages are the site's own business."""
    served = int(time.time() * 1000) + 3_600_000
    cards = [{"id": 1, "head": served - age_ms}, {"id": 2, "head": served - age_ms - 60_000}]
    return 200, "application/json", json.dumps({"served": served, "cards": cards})


class Site:
    """Serves `answers`, which a test may change; `takes_s` seconds each for some paths."""

    def __init__(self, answers: Answers, certificate: Path | None = None, port: int = 0) -> None:
        self.answers = answers
        self.takes_s: dict[str, float] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Site:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                time.sleep(site.takes_s.get(path, 0.0))
                # Dash answers what it does not know with its page.
                status, kind, body = site.answers.get(path, site.answers["/"])
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    with suppress(OSError):  # whoever asked has given up
                        self.wfile.write(body.encode())

            do_HEAD = do_GET

            def log_message(self, *_args: object) -> None:
                pass

        return Handler


def make_certificate(folder: Path, days: int) -> Path:
    """A certificate of 127.0.0.1 signed by itself, with its key, in one file."""
    file = folder / f"{days}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days)]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command, "-keyout", file, "-out", f"{file}.crt"], check=True, capture_output=True
    )
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file
