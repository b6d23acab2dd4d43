"""A session with a server: the channel protected as configured, its limits read."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from asyncua import Client, ua
from asyncua.common.utils import Buffer
from asyncua.crypto import security_policies
from asyncua.crypto.uacrypto import x509_from_der
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from data.ingest.opcua import certificates
from data.ingest.opcua.settings import Settings
from data.ingest.sources import SourceLost

# What it logs, with tracebacks, is raised as well, and told in one line.
logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)

#: Nodes in one request, at most; many servers take no more than they say themselves.
_MOST = {"browse": 200, "read": 500, "monitor": 500, "history": 50}
_LIMITS = {
    "browse": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
    "read": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    "monitor": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
    "history": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerHistoryReadData,
}


class Session(NamedTuple):
    """A session that is open. `lost` is set with the reason when the connection is gone."""

    client: Client
    server: str
    namespaces: tuple[str, ...]
    most: dict[str, int]
    lost: asyncio.Future[None]

    async def send(self, request: Any, timeout: float | None = None) -> Buffer:
        """The answer to a request as bytes, which asyncua would decode slowly. Timeout 0: none."""
        return await self.client.uaclient.session._send_request(request, timeout)

    async def read(
        self, nodes: list[ua.NodeId], attribute: ua.AttributeIds = ua.AttributeIds.Value
    ) -> list[ua.DataValue]:
        """An attribute of many nodes, in requests as large as the server takes."""
        found: list[ua.DataValue] = []
        for at in range(0, len(nodes), self.most["read"]):
            part = nodes[at : at + self.most["read"]]
            found += await self.client.uaclient.read_attributes(part, attribute)
        return found


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Session]:
    """Raises SourceLost, or one of PROBLEMS, when the server cannot be reached or refuses."""
    # Asked for state every `timeout_s`, with as long to answer: a hang is known in twice that.
    client = Client(settings.url, settings.timeout_s, watchdog_intervall=settings.timeout_s)
    client.name = client.description = "Meltwatch"
    client.application_uri = f"urn:{socket.gethostname()}:meltwatch"
    await _protect(client, settings)
    await _sign_in(client, settings)
    await client.connect()
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    client.connection_lost_callback = _telling(lost)
    try:
        yield await _opened(client, lost)
    finally:
        lost.cancel()
        with suppress(Exception):
            await asyncio.wait_for(client.disconnect(), 2)
        client.disconnect_socket()


def _telling(lost: asyncio.Future[None]) -> Callable[[Exception], Awaitable[None]]:
    async def tell(error: Exception) -> None:
        if not lost.done():
            lost.set_exception(error)

    return tell


async def _protect(client: Client, settings: Settings) -> None:
    security = settings.security
    if security.policy == "None":
        return
    if security.own:
        certificates.made_once(security.certificate, security.private_key)
    own = certificates.load(security.certificate)
    certificates.check_own(own, security.certificate)
    client.application_uri = certificates.application_uri(own) or client.application_uri
    offered = await _offered(settings)
    certificates.check_server(offered, security.trusted, security.rejected)
    await client.set_security(
        getattr(security_policies, f"SecurityPolicy{security.policy}"),
        security.certificate,
        security.private_key,
        security.private_key_password or None,
        offered.public_bytes(serialization.Encoding.DER),
        ua.MessageSecurityMode[security.mode],
    )


async def _offered(settings: Settings) -> x509.Certificate:
    """The certificate that the server shows for this security. It is asked without any."""
    asking = Client(settings.url, settings.timeout_s)
    endpoints = await asking.connect_and_get_server_endpoints()
    uri = getattr(security_policies, f"SecurityPolicy{settings.security.policy}").URI
    mode = ua.MessageSecurityMode[settings.security.mode]
    endpoint = Client.find_endpoint(endpoints, mode, uri)
    found: x509.Certificate | None = x509_from_der(endpoint.ServerCertificate)
    if found is None:
        raise SourceLost("the server shows no certificate")
    return found


async def _sign_in(client: Client, settings: Settings) -> None:
    user = settings.user
    if user.name:
        client.set_user(user.name)
        client.set_password(user.password)
    elif user.certificate and user.private_key:
        await client.load_client_certificate(str(user.certificate))
        await client.load_private_key(user.private_key)


async def _opened(client: Client, lost: asyncio.Future[None]) -> Session:
    namespaces = await client.get_namespace_array()
    limits = await client.uaclient.read_attributes(
        [ua.NodeId(one) for one in _LIMITS.values()], ua.AttributeIds.Value
    )
    most = dict(_MOST)
    for name, value in zip(_LIMITS, limits, strict=True):
        told = value.Value.Value if value.Value else None
        if isinstance(told, int) and told > 0:
            most[name] = min(most[name], told)
    return Session(client, await _server(client), tuple(namespaces), most, lost)


async def _server(client: Client) -> str:
    product, uris = await client.uaclient.read_attributes(
        [
            ua.NodeId(ua.ObjectIds.Server_ServerStatus_BuildInfo_ProductName),
            ua.NodeId(ua.ObjectIds.Server_ServerArray),
        ],
        ua.AttributeIds.Value,
    )
    name = product.Value.Value if product.Value else None
    urns = uris.Value.Value if uris.Value else None
    return str(name or (urns[0] if urns else "") or "OPC UA server")
