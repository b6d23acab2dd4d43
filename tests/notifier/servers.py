"""Real receivers on free ports: a mail server and a web server that take notifications."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What a mail server has taken. `url` sends to it."""

    def __init__(self, port: int) -> None:
        self.url = (
            f"mailto://127.0.0.1:{port}?from=meltwatch@plant.example&to=shift@plant.example"
            "&mode=insecure&format=text"
        )
        self.mails: list[Message] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content))
        return "250 taken"

    @property
    def subjects(self) -> list[str]:
        return [str(make_header(decode_header(mail["Subject"]))) for mail in self.mails]

    @contextmanager
    def open(self, port: int) -> Iterator[None]:
        controller = Controller(self, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()


class Webhook:
    """A web server that refuses the first requests, then takes all. `url` sends to it."""

    def __init__(self, refuse: int = 0, takes_s: float = 0.0) -> None:
        self.asked = 0
        self.taken: list[dict[str, Any]] = []
        self._refuse, self._takes_s = refuse, takes_s
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"json://127.0.0.1:{self._server.server_port}/hook"

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.taken]

    def __enter__(self) -> Webhook:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: bytes) -> int:
        with self._lock:
            self.asked += 1
            refused = self.asked <= self._refuse
        time.sleep(self._takes_s)
        with self._lock:
            if not refused:
                self.taken.append(json.loads(body))
        return 500 if refused else 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(hook.answer(body))
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
