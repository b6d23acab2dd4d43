"""Source `mqtt`: Sparkplug B, or plain JSON by mapping, from a broker (docs/sources.md#mqtt)."""

from __future__ import annotations

from data.ingest.mqtt.broker import read_broker
from data.ingest.mqtt.json_payloads import read_json_payloads
from data.ingest.mqtt.payloads import Payloads
from data.ingest.mqtt.source import MqttSource
from data.ingest.mqtt.sparkplug import read_sparkplug
from data.ingest.sources.kinds import About
from data.toml_table import REQUIRED, Table


def build(table: Table, about: About) -> MqttSource:
    """See data.ingest.sources.kinds."""
    broker = read_broker(table, about.name)
    return MqttSource(broker, _payloads(table, about))


def _payloads(table: Table, about: About) -> Payloads:
    if table.choice("payload", REQUIRED, ("sparkplug", "json")) == "json":
        return read_json_payloads(table)
    return read_sparkplug(table, about.folder)
