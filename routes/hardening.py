"""Around the whole web application: headers that browsers obey, and what is refused at the door.

docs/security.md tells what each header is for.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routes.body_limit import LimitedBody, told_too_large, too_large
from routes.same_site import from_elsewhere

#: Nothing here needs them, and a script that got in must not ask for them.
_NO_DEVICES = ", ".join(
    f"{name}=()"
    for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": _NO_DEVICES,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_HTTPS_ONLY = {"strict-transport-security": "max-age=31536000"}


def content_policy(script_hashes: Iterable[str]) -> str:
    """The Content-Security-Policy: everything from here; inline scripts by their hashes alone."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",  # of the gauges, which set styles inline
            "img-src 'self' data:",  # the icons of the table
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Hardening:
    """ASGI: the headers on every answer; 403 for other sites and 413 before anything is read."""

    def __init__(self, web: ASGIApp, policy: str, https: bool) -> None:
        self._web = web
        named = {"content-security-policy": policy, **_HEADERS, **(_HTTPS_ONLY if https else {})}
        self._headers = [(name.encode(), value.encode()) for name, value in named.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._web(scope, receive, send)
            return

        async def hardened(message: Message) -> None:
            await send(self._with_headers(message))

        refusal = _refusal(scope)
        if refusal is None:
            await self._serve(scope, LimitedBody(scope, receive, hardened))
        else:
            await refusal(scope, receive, hardened)

    async def _serve(self, scope: Scope, body: LimitedBody) -> None:
        try:
            await self._web(scope, body.receive, body.send)
        except Exception:
            if body.refused:  # it was told that the client had left
                return
            if not body.begun:  # the server would answer without the headers
                await Response("Internal Server Error", 500)(scope, body.receive, body.send)
            raise

    def _with_headers(self, message: Message) -> Message:
        if message["type"] != "http.response.start":
            return message
        ours = {name for name, _ in self._headers}
        others = [pair for pair in message.get("headers", ()) if pair[0].lower() not in ours]
        return {**message, "headers": [*others, *self._headers]}


def _refusal(scope: Scope) -> Response | None:
    if from_elsewhere(scope):
        error = {"error": "refused: the request comes from another site"}
        return JSONResponse(error, 403, {"Cache-Control": "no-store"})
    return too_large() if told_too_large(scope) else None
