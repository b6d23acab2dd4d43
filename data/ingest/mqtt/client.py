"""A paho client of a broker, and what is wrong with a connection in one line."""

from __future__ import annotations

import socket
import ssl

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from data.ingest.mqtt.broker import Broker
from data.ingest.mqtt.payloads import Outgoing
from data.ingest.sources import SourceLost

#: To reach the broker, and to be answered by it, s.
CONNECT_S = 5.0
_PROTOCOLS = {"5": mqtt.MQTTv5, "3.1.1": mqtt.MQTTv311}


def new_client(broker: Broker, client_id: str, will: Outgoing | None = None) -> mqtt.Client:
    """A client that is not connected yet; raises SourceLost if its certificates cannot be used.

    It acknowledges by hand, and does not connect again by itself.
    """
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if broker.protocol == "5" else not broker.session_s,
        protocol=_PROTOCOLS[broker.protocol],
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.connect_timeout = CONNECT_S
    if broker.user:
        client.username_pw_set(broker.user, broker.password or None)
    if broker.tls:
        client.tls_set_context(_context(broker))
    if will:
        client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
    return client


def connect(client: mqtt.Client, broker: Broker, session_s: int) -> None:
    """Open the connection; the answer comes to on_connect. Raises SourceLost."""
    try:
        if broker.protocol == "5":
            client.connect(
                broker.host,
                broker.port,
                broker.keepalive_s,
                clean_start=not session_s,
                properties=_properties(broker.in_flight, session_s),
            )
        else:
            client.connect(broker.host, broker.port, broker.keepalive_s)
    except (OSError, ValueError) as error:
        raise SourceLost(f"{broker.url}: {_told(error)}") from error


def _properties(in_flight: int, session_s: int) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = in_flight
    properties.SessionExpiryInterval = session_s
    return properties


def _context(broker: Broker) -> ssl.SSLContext:
    """Certificates and host names are always verified."""
    tls = broker.tls
    assert tls
    try:
        context = ssl.create_default_context(cafile=tls.ca or None)
        if tls.certificate:
            context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ValueError) as error:
        raise SourceLost(f"{broker.url}: certificates cannot be used: {error}") from error
    return context


def _told(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            told = f"the broker's certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            told = f"no TLS with the broker: {error.reason or error}"
        case socket.gaierror():
            told = "unknown host"
        case ConnectionRefusedError():
            told = "connection refused: no broker there"
        case TimeoutError():
            told = "no answer in time"
        case _:
            told = getattr(error, "strerror", None) or str(error)
    return told
