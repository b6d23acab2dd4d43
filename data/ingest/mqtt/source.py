"""A broker as a source: a durable session whose messages are acknowledged once they are kept."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any

import paho.mqtt.client as mqtt

from data.ingest.clock import now_ms
from data.ingest.mqtt.broker import Broker
from data.ingest.mqtt.client import CONNECT_S, connect, new_client
from data.ingest.mqtt.payloads import Payloads
from data.ingest.mqtt.session import Session
from data.ingest.sources import Desk, SourceLost, Tested

#: A test listens for so long, s, and tells of so many topics.
_LISTEN_S, _MOST_TOPICS = 3.0, 20
#: Acknowledgements that wait for room are looked at so often, s.
_FLUSH_S = 0.1


class MqttSource:
    """See Kind."""

    def __init__(self, broker: Broker, payloads: Payloads) -> None:
        self.address = broker.url
        self._broker, self._payloads = broker, payloads

    def receive(self, desk: Desk, stop: Event) -> None:
        """See Kind."""
        session = Session(self._broker, self._payloads, desk)
        with session.open():
            while not stop.is_set() and not session.over.wait(_FLUSH_S):
                session.acks.flush()
            if session.over.is_set() and not stop.is_set():
                raise SourceLost(f"{self.address}: {session.why}")

    def test(self) -> Tested:
        """Listen for a moment beside the session, as a client of another name and no session."""
        topics: Counter[str] = Counter()
        with self._listening(topics):
            time.sleep(_LISTEN_S)
        seen = f"{topics.total()} messages of {len(topics)} topics in {_LISTEN_S:g} s"
        lines = [f"{topic}: {count}" for topic, count in topics.most_common(_MOST_TOPICS)]
        return Tested(f"connected to {self.address}; {seen}", tuple(lines))

    @contextmanager
    def _listening(self, topics: Counter[str]) -> Iterator[None]:
        """Raises SourceLost if it cannot."""
        broker = replace(self._broker, session_s=0)
        client = new_client(broker, f"{broker.client_id}-test-{now_ms()}")
        answered, refused = Event(), list[str]()

        def on_connect(client: mqtt.Client, _u: Any, _f: Any, code: Any, _p: Any) -> None:
            if code.is_failure:
                refused.append(f"refused: {code}")
                answered.set()
            client.subscribe([(topic, 0) for topic in self._payloads.topics])

        def on_subscribe(_c: Any, _u: Any, _m: Any, codes: list[Any], _p: Any) -> None:
            refused.extend(f"subscribing refused: {code}" for code in codes if code.is_failure)
            answered.set()

        def on_message(_c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
            topics[_printable(message)] += 1

        client.on_connect, client.on_subscribe = on_connect, on_subscribe
        client.on_message = on_message
        connect(client, broker, 0)
        client.loop_start()
        try:
            if not answered.wait(CONNECT_S):
                refused.append("no answer in time")
            if refused:
                raise SourceLost(f"{self.address}: {refused[0]}")
            yield
        finally:
            client.disconnect()
            client.loop_stop()


def _printable(message: mqtt.MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return repr(message._topic)
