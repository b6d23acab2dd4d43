"""Why a request failed, in words: name, network, port, certificate and HTTP told apart."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN}


def explain(error: BaseException, url: str) -> str:
    """One line about a failed request to `url`; says neither user nor password."""
    host, port = _place(url)
    for cause in _causes(error):
        words = _words(cause, host, port)
        if words:
            return words
    return f"{host} port {port}: {type(error).__name__}: {' '.join(str(error).split())}"


def _place(url: str) -> tuple[str, int]:
    split = urlsplit(url)
    return split.hostname or url, split.port or (443 if split.scheme == "https" else 80)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """From the root to what was raised: the root knows best."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    yield from reversed(chain)


def _words(error: BaseException, host: str, port: int) -> str:  # noqa: PLR0911  a table of cases
    match error:
        case socket.gaierror():
            return f"the name {host} is not found (DNS): {error.strerror}"
        case ssl.SSLCertVerificationError():
            return f"the certificate of {host} is refused: {error.verify_message}"
        case ssl.SSLError():
            return f"{host} port {port} does not speak TLS: {error.reason or error}"
        case ConnectionRefusedError():
            return f"{host} refuses connections on port {port}: nothing listens there"
        case ConnectionResetError() | BrokenPipeError():
            return f"{host} port {port} broke the connection off"
        case OSError() if error.errno in _UNREACHABLE:
            return f"no route to {host}: {error.strerror}"
        case httpx.RemoteProtocolError():
            return f"{host} port {port} gave no proper HTTP answer: {error}"
        case httpx.ConnectTimeout():
            return f"no connection to {host} port {port} in time"
        case httpx.TooManyRedirects():
            return f"{host} sends on from address to address without end"
    return ""
