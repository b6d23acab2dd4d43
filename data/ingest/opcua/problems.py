"""What goes wrong with an OPC UA server, in one line that says what a person can do."""

from __future__ import annotations

import asyncio
import errno
import socket

from asyncua import ua
from asyncua.ua import uaerrors

from data.ingest.opcua.settings import Settings
from data.ingest.sources import SourceLost

#: What asyncua or the network raise when a server cannot be reached or used.
PROBLEMS = (ua.UaError, OSError, asyncio.TimeoutError, ValueError)

_ACCOUNT = (
    uaerrors.BadUserAccessDenied,
    uaerrors.BadIdentityTokenRejected,
    uaerrors.BadIdentityTokenInvalid,
)
_OURS = (
    uaerrors.BadCertificateUntrusted,
    uaerrors.BadSecurityChecksFailed,
    uaerrors.BadCertificateInvalid,
    uaerrors.BadCertificateUseNotAllowed,
    uaerrors.BadCertificateTimeInvalid,
    uaerrors.BadCertificateUriInvalid,
)


def told(error: BaseException, settings: Settings) -> SourceLost:
    """The error for people."""
    if isinstance(error, SourceLost):
        return error
    return SourceLost(_account(error, settings) or _channel(error, settings) or _network(error))


def _account(error: BaseException, settings: Settings) -> str:
    user = settings.user
    if not isinstance(error, _ACCOUNT):
        return ""
    name = type(error).__name__
    if user.name:
        return f"the server refuses user {user.name!r} or the password ({name})"
    if user.certificate:
        return f"the server refuses the user certificate {user.certificate} ({name})"
    return f"the server refuses who does not sign in ({name}): set user and password"


def _channel(error: BaseException, settings: Settings) -> str:
    security = settings.security
    if isinstance(error, _OURS):
        what = type(error).__name__
        return (
            f"the server refuses our certificate {security.certificate} ({what}): "
            "accept it at the server"
        )
    text = str(error)
    if "No matching endpoints" in text or isinstance(error, uaerrors.BadSecurityPolicyRejected):
        mode = "" if security.policy == "None" else f" with {security.mode}"
        return f"the server does not offer security {security.policy}{mode}"
    if "certificate mismatch" in text:
        return "the server's certificate has changed while connecting"
    return ""


def _network(error: BaseException) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "the server does not answer"
    if isinstance(error, socket.gaierror):
        return "no such host"
    if isinstance(error, ConnectionRefusedError) or _number(error) == errno.ECONNREFUSED:
        return "nobody listens there: is the server running?"
    if isinstance(error, ua.UaStatusCodeError):
        return f"the server says {type(error).__name__}"
    if isinstance(error, ConnectionError):
        return "the server has closed the connection"
    return f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")


def _number(error: BaseException) -> int | None:
    """Of several addresses that all refuse, asyncio raises one OSError without a number."""
    if isinstance(error, OSError):
        return errno.ECONNREFUSED if "Connect call failed" in str(error) else error.errno
    return None
