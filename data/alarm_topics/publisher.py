"""Keeps a broker's retained messages equal to the alarms that Redis tells.

It compares, each second, what is and what it published: whatever was away meanwhile, broker, Redis
or this process, nothing is wrong for long. Of several workers one publishes.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from data.alarm_topics.topics import Messages, changes, messages
from data.errors import SettingError, WindowsUnavailable

log = logging.getLogger("meltwatch.alarm_topics")

PORTS = {"mqtt": 1883, "mqtts": 8883}
PREFIX = "meltwatch"
#: What a broker retains comes at once after subscribing; nothing for so long: that was all, s.
_LEARN_S = 1.0
_EVERY_S, _AGAIN_S, _CONNECT_S = 1.0, 5.0, 5.0


def checked(url: str) -> SplitResult:
    """The parts of ALARMS_MQTT. Raises SettingError."""
    expected = "mqtt://user:password@host:1883/prefix or mqtts://…"
    try:
        parts = urlsplit(url)
        good = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise SettingError("ALARMS_MQTT", url, expected) from error
    if not good or "+" in parts.path or "#" in url:
        raise SettingError("ALARMS_MQTT", url, expected)
    return parts


class AlarmPublisher:
    """`alarms` gives what GET /alarms/now is made of (JSON, None: not known), and raises
    WindowsUnavailable; `is_ours` says whether this process is the one that publishes.
    """

    def __init__(
        self, url: str, alarms: Callable[[], bytes | None], is_ours: Callable[[], bool]
    ) -> None:
        self._url, self._alarms, self._is_ours = checked(url), alarms, is_ours
        self._prefix = self._url.path.strip("/") or PREFIX
        self._shown: dict[str, bytes] = {}
        self._heard = self._connected = 0.0
        self._said = self._refused = ""

    def go_on_for_ever(self) -> None:
        """Publish until the process ends. A thread's edge: it goes on whatever happens."""
        while True:
            try:
                if self._is_ours():
                    self._session()
            except (OSError, ValueError, RuntimeError, WindowsUnavailable) as error:
                self._say(f"alarms are not published: {error}; trying again until it works")
            except Exception:
                log.exception("alarms are not published")
            time.sleep(_AGAIN_S)

    def _session(self) -> None:
        """Connected, until the connection is lost or another process publishes."""
        client, self._connected, self._refused = self._client(), 0.0, ""
        client.connect(str(self._url.hostname), self._url.port or PORTS[self._url.scheme], 30)
        client.loop_start()
        try:
            self._learn(client)
            self._say("alarms are published")
            while client.is_connected() and self._is_ours():
                self._publish(client)
                time.sleep(_EVERY_S)
        finally:
            if client.is_connected():  # a will is not told of who leaves in order
                client.publish(f"{self._prefix}/status", '{"online": false}', qos=1, retain=True)
            client.disconnect()
            client.loop_stop()

    def _client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        client.connect_timeout = _CONNECT_S
        if self._url.username:
            password = unquote(self._url.password) if self._url.password else None
            client.username_pw_set(unquote(self._url.username), password)
        if self._url.scheme == "mqtts":
            client.tls_set()
        client.will_set(f"{self._prefix}/status", '{"online": false}', qos=1, retain=True)
        client.on_connect, client.on_message = self._on_connect, self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._refused = f"the broker refuses: {code}"
            return
        self._shown, self._connected = {}, time.monotonic()
        client.subscribe(f"{self._prefix}/alarms/#", qos=1)

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        if message.retain and message.payload:
            self._shown[message.topic] = bytes(message.payload)
            self._heard = time.monotonic()

    def _learn(self, client: mqtt.Client) -> None:
        """What is retained from before; then no more is heard."""
        end = time.monotonic() + _CONNECT_S
        while not self._connected and time.monotonic() < end:
            time.sleep(0.05)
        if not self._connected:
            raise OSError(self._refused or "no answer in time")
        while time.monotonic() - max(self._heard, self._connected) < _LEARN_S:
            time.sleep(0.05)
        client.unsubscribe(f"{self._prefix}/alarms/#")
        client.publish(f"{self._prefix}/status", '{"online": true}', qos=1, retain=True)

    def _publish(self, client: mqtt.Client) -> None:
        """What has changed, all of it confirmed before it counts as shown."""
        told = self._alarms()
        if told is None:  # not known is not over
            return
        wanted: Messages = messages(self._prefix, json.loads(told)["alarms"])
        sent = [
            client.publish(topic, payload, qos=1, retain=retain)
            for topic, payload, retain in changes(self._shown, wanted)
        ]
        for one in sent:
            one.wait_for_publish(_CONNECT_S)
        if all(one.is_published() for one in sent):
            self._shown = dict(wanted)

    def _say(self, what: str) -> None:
        if what != self._said:
            log.info("%s", what)
        self._said = what
