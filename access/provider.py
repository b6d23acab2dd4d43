"""What is asked of a provider of OpenID Connect, and what of its answers is believed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from access.journeys import Journey
from access.settings import AccessSettings, is_safe_url
from data.errors import ProviderAway, SignInRefused
from words import mark

with warnings.catch_warnings():
    # It announces httpx2; the rest of Meltwatch speaks httpx, and the version is pinned.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

#: Each connecting, sending and receiving may take so long (s).
TIMEOUT_S = 5.0
#: Of keys that only the provider has: with others everybody who can check could also sign.
ALGORITHMS = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)]
#: Two clocks may differ (s).
_LEEWAY_S = 60
_AWAY = mark("The sign-in of your company does not answer: try again in a moment.")
_WRONG = mark("The sign-in of your company gave an answer that cannot be trusted.")
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """The provider of these settings. All methods raise ProviderAway and SignInRefused."""

    def __init__(self, settings: AccessSettings) -> None:
        self._settings = settings
        self._trusted = httpx.create_ssl_context()  # reading it each time holds up all others

    async def address(self, state: str, journey: Journey) -> str:
        """Where a browser goes to sign in."""
        about = await self._about()
        async with self._client(about, journey) as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=state,
                nonce=journey.nonce,
                code_verifier=journey.verifier,
            )
        return str(url)

    async def claims(self, code: str, journey: Journey) -> Mapping[str, Any]:
        """What the provider says about who came back with this code."""
        about = await self._about()
        with _translated():
            async with self._client(about, journey) as client:
                told = await client.fetch_token(
                    about["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=journey.verifier,
                )
        token = told.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused(_WRONG) from ValueError("no ID token")
        return self._believed(token, await self._document(about["jwks_uri"]), journey.nonce)

    async def _about(self) -> Mapping[str, Any]:
        """The discovery document; asked each time, so that what changes there counts here."""
        issuer = self._settings.oidc_issuer
        about = await self._document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if (told := about.get("issuer")) != issuer:
            raise SignInRefused(_WRONG) from ValueError(f"it calls itself {told!r}")
        for name in _ENDPOINTS:
            if not is_safe_url(str(about.get(name, ""))):
                raise SignInRefused(_WRONG) from ValueError(f"{name} is no https address")
        return about

    def _client(self, about: Mapping[str, Any], journey: Journey) -> Any:
        # What a provider that says nothing takes.
        methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = "client_secret_basic" in methods
        return AsyncOAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope="openid profile email",
            redirect_uri=journey.back,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            verify=self._trusted,
        )

    async def _document(self, url: str) -> Mapping[str, Any]:
        with _translated():
            async with httpx.AsyncClient(timeout=TIMEOUT_S, verify=self._trusted) as client:
                answer = await client.get(url)
            told = answer.raise_for_status().json()
        if not isinstance(told, dict):
            raise ProviderAway(_AWAY)
        return told

    def _believed(self, token: str, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token after OpenID Connect Core 3.1.3.7."""
        client_id = self._settings.oidc_client_id
        asked = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = jwt.decode(token, _signing(keys), ALGORITHMS).claims
            asked.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SignInRefused(_WRONG) from error
        alone = claims["aud"] in (client_id, [client_id])
        if claims.get("azp", client_id if alone else "") != client_id:
            raise SignInRefused(_WRONG) from ValueError("azp is another client")
        return claims


def _signing(keys: Mapping[str, Any]) -> KeySet:
    usable = [
        key
        for key in keys["keys"]
        if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"
    ]
    return KeySet.import_key_set({"keys": usable})


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OAuthError as error:
        raise SignInRefused(_WRONG) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderAway(_AWAY) from error
