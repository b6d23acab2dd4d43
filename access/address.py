"""The address that a request comes from, also through a proxy that is trusted."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.requests import Request

from access.settings import Network, is_loopback


def address_of(request: Request, trusted: Iterable[Network] = ()) -> str:
    """The caller's address: of a proxy on this machine, or a trusted one, what it tells.

    Only the last entry of X-Forwarded-For is the proxy's own word.
    """
    peer = request.client.host if request.client else ""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told if told and (is_loopback(peer) or is_among(peer, trusted)) else peer


def is_among(address: str, networks: Iterable[Network]) -> bool:
    """Whether it is in one of these networks."""
    try:
        client = ip_address(address)
    except ValueError:
        return False
    return any(client in network for network in networks)
