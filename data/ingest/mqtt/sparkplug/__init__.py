"""Sparkplug B: births say what there is, data come by alias, deaths say that nothing comes."""

from __future__ import annotations

from pathlib import Path

from data.ingest.mqtt.sparkplug.births import Births
from data.ingest.mqtt.sparkplug.host import Host
from data.ingest.mqtt.sparkplug.payloads import SparkplugPayloads
from data.toml_table import Table

_NO_WILDCARD = set("+#/")


def read_sparkplug(table: Table, folder: Path) -> SparkplugPayloads:
    """The keys of a source with payload = "sparkplug". Raises MappingError."""
    groups = table.texts("groups") if table.has("groups") else ["+"]
    host_id = table.text("host_id") if table.has("host_id") else ""
    if _NO_WILDCARD & set(host_id):
        table.fail("host_id", host_id, "a text without '+', '#' and '/'")
    host = Host(host_id)
    return SparkplugPayloads(groups, host, Births(folder / "births"), table.flag("rebirth", True))
