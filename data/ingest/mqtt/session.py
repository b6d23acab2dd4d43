"""One connection to the broker: from its beginning until it is lost or closed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

from data.ingest.clock import now_ms
from data.ingest.mqtt.acks import Acks
from data.ingest.mqtt.broker import Broker
from data.ingest.mqtt.client import CONNECT_S, connect, new_client
from data.ingest.mqtt.payloads import Arrived, Outgoing, Payloads
from data.ingest.sources import Desk, Reading

log = logging.getLogger(__name__)

#: What is published before we go is waited for, s.
_LEAVE_S = 2.0


class Session:
    """`over` is set when the connection is lost; `why` says so then."""

    def __init__(self, broker: Broker, payloads: Payloads, desk: Desk) -> None:
        self.over, self.why = Event(), ""
        self._broker, self._payloads, self._desk = broker, payloads, desk
        self._answered, self._is_resumed = Event(), False
        client = new_client(broker, broker.client_id, payloads.will(now_ms()))
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_connect_fail = lambda *_: self._end("the connection failed")
        client.on_subscribe, client.on_message = self._on_subscribe, self._on_message
        self._client = client
        self.acks = Acks(desk, lambda number: client.ack(number, 1))

    @contextmanager
    def open(self) -> Iterator[None]:
        """Connect; raises SourceLost if the broker is not reached."""
        connect(self._client, self._broker, self._broker.session_s)
        self._client.loop_start()
        try:
            if not self._answered.wait(CONNECT_S):
                self._end("no answer in time")
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._client.is_connected():
            for told in [self._publish(one) for one in self._payloads.leaving()]:
                if told.rc == mqtt.MQTT_ERR_SUCCESS:
                    told.wait_for_publish(_LEAVE_S)
        self._client.disconnect()
        self._client.loop_stop()

    # Called by the client's thread.

    def _on_connect(self, client: mqtt.Client, _u: Any, flags: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._end(f"refused: {code}")
            return
        self._is_resumed = bool(flags.session_present)
        client.subscribe([(topic, self._option()) for topic in self._payloads.topics])
        for one in self._payloads.connected(self._is_resumed, now_ms()):
            self._publish(one)

    def _option(self) -> Any:
        """What is retained we want once, and not with every new connection."""
        if self._broker.protocol == "5":
            return SubscribeOptions(1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        return 1

    def _on_subscribe(self, _c: Any, _u: Any, _m: Any, codes: list[Any], _p: Any) -> None:
        refused = [f"subscribing refused: {code}" for code in codes if code.is_failure]
        if refused:
            self._end(refused[0])
        else:
            kept = ", its session kept" if self._is_resumed else ""
            self._desk.connected(f"{self._broker.client_id}{kept}")
            self._answered.set()

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        self._end(f"the connection was lost: {code}")

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        """A thread's edge: whatever a message does, those after it are read."""
        try:
            readings, answers = self._read(message)
        except Exception as error:
            log.exception("a message")
            self._desk.reject(f"{type(error).__name__}", repr(message._topic))
            readings, answers = (), ()
        # Without readings, too: acknowledgements are to go out in the order of arrival.
        if message.qos:
            self._desk.take(readings, self.acks.kept(message.mid))
        elif readings:
            self._desk.take(readings)
        for one in answers:
            self._publish(one)

    def _read(self, message: mqtt.MQTTMessage) -> tuple[Sequence[Reading], Sequence[Outgoing]]:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            self._desk.reject("a topic that is no text", repr(message._topic))
            return (), ()
        arrived = Arrived(
            topic,
            bytes(message.payload),
            now_ms(),
            message.qos,
            message.retain,
            message.dup,
            self._is_resumed,
        )
        return self._payloads.read(arrived, self._desk)

    def _publish(self, one: Outgoing) -> mqtt.MQTTMessageInfo:
        return self._client.publish(one.topic, one.payload, int(one.retain), one.retain)

    def _end(self, why: str) -> None:
        """The first reason is the true one."""
        self.why = self.why or why
        self.over.set()
        self._answered.set()
