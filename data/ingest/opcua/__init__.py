"""Sources of kind opcua: OPC UA servers, by OPC 40084-3 or by addresses (docs/sources.md)."""

from __future__ import annotations

from data.ingest.opcua.settings import read_settings
from data.ingest.opcua.source import OpcUa
from data.ingest.sources.kinds import About
from data.toml_table import Table


def build(table: Table, about: About) -> OpcUa:
    """The source that a table of sources.toml describes. Raises MappingError."""
    return OpcUa(read_settings(table, about.folder, bool(about.mapped)), about)
