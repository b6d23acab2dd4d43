"""The cookies of a session: names, and what keeps others from reading and sending them."""

from __future__ import annotations

from starlette.responses import Response

from access.gate import CSRF_COOKIE

SESSION, KIOSK, STARTED = "meltwatch", "meltwatch-kiosk", "meltwatch-started"
#: A wall display stays until its token is revoked; browsers keep no cookie longer than this.
KIOSK_AGE_S = 400 * 86_400


class Cookies:
    """Cookies of a site that is reached by https, or by http in a plant's own network.

    By https the names begin with __Host-, so that no other host of the domain can set them.
    """

    def __init__(self, https: bool) -> None:
        self._https = https
        prefix = "__Host-" if https else ""
        self.session, self.kiosk = prefix + SESSION, prefix + KIOSK
        self.started = prefix + STARTED

    def sign_in(self, response: Response, cookie: str, csrf: str, age_s: int) -> None:
        """The session's cookie, which no script can read, and the token that ours must."""
        self._set(response, self.session, cookie, age_s, hidden=True)
        self._set(response, CSRF_COOKIE, csrf, age_s, hidden=False)

    def show(self, response: Response, token: str) -> None:
        """The cookie of a wall display."""
        self._set(response, self.kiosk, token, KIOSK_AGE_S, hidden=True)

    def start(self, response: Response, browser: str, age_s: int) -> None:
        """The cookie of a browser that was sent to the provider; no age: it is back."""
        self._set(response, self.started, browser, age_s, hidden=True)

    def sign_out(self, response: Response) -> None:
        """None of them any more."""
        for name in (self.session, self.kiosk, CSRF_COOKIE):
            self._set(response, name, "", 0, hidden=True)

    def _set(self, response: Response, name: str, value: str, age_s: int, hidden: bool) -> None:
        # Lax: who follows a link to an alarm from a mail is signed in; posts of others are not.
        response.set_cookie(
            name, value, max_age=age_s, httponly=hidden, secure=self._https, samesite="lax"
        )
