"""`python -m tests.access.provider_process PORT`: a provider of OpenID Connect as a process.

It is oidc-provider-mock, which also checks PKCE here, and lies about signatures when told so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core.grants import code as signing
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from oidc_provider_mock import app as provider

#: How ID tokens are signed; and challenges by the code that they belong to.
lie = "none yet"
challenges: dict[str, str] = {}


class Signing:
    """In place of joserfc.jwt, where Authlib signs ID tokens."""

    def encode(
        self, header: dict[str, Any], claims: dict[str, Any], key: Any, algs: Collection[str]
    ) -> str:
        if lie == "other key":
            key = RSAKey.generate_key(2048)
        if lie == "client secret":  # that others have, too
            key, algs = OctKey.import_key("s" * 40), ["HS256"]
        if lie == "nobody":
            key, algs = OctKey.import_key("s" * 40), ["none"]
        return jwt.encode({**header, "alg": next(iter(algs))}, claims, key, algs)


def main(port: int) -> None:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    signing.jwt = Signing()
    app = provider(require_client_registration=True, require_nonce=True)

    @app.put("/lie/<how>")
    def tell_lies(how: str) -> str:
        global lie  # noqa: PLW0603
        lie = how
        return ""

    @app.after_request
    def remember(answer: flask.Response) -> flask.Response:
        code = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("code")
        if code and flask.request.args["code_challenge_method"] == "S256":
            challenges[code[0]] = flask.request.args["code_challenge"]
        return answer

    @app.before_request
    def check() -> tuple[dict[str, str], int] | None:
        form = flask.request.form
        if flask.request.path != "/oauth2/token":
            return None
        given = create_s256_code_challenge(form["code_verifier"])
        right = challenges.get(form["code"]) == given
        return None if right else ({"error": "invalid_grant"}, 400)

    uvicorn.run(app, interface="wsgi", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
