"""No request brings more than MAX_BYTES, whether it says so before or not."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

MAX_BYTES = 1024 * 1024


def told_too_large(scope: Scope) -> bool:
    """Whether a request itself says that its body is too large."""
    told = Headers(scope=scope).get("content-length", "")
    # Python refuses to read thousands of digits.
    return told.isdecimal() and (len(told) > len(str(MAX_BYTES)) or int(told) > MAX_BYTES)


def too_large() -> Response:
    """413; the rest of the body is not waited for."""
    headers = {"Cache-Control": "no-store", "Connection": "close"}
    return JSONResponse({"error": f"expected at most {MAX_BYTES} bytes"}, 413, headers)


class LimitedBody:
    """The two ends of a request, which counts the body as it comes.

    What is too much is answered here and ends for the application as if the client had left; an
    exception would be answered as an error of ours on its way out.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._left = MAX_BYTES
        self.begun = False
        self.refused = False

    async def receive(self) -> Message:
        """The next part of the body, or that there will be none."""
        if self._left >= 0:
            message = await self._receive()
            self._left -= len(message.get("body", b""))
            if self._left >= 0:
                return message
            await self._refuse()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass on what the application answers, unless the answer was given here."""
        if not self.refused:
            self.begun = True
            await self._send(message)

    async def _refuse(self) -> None:
        if not self.begun:
            self.begun = self.refused = True
            await too_large()(self._scope, self._receive, self._send)
