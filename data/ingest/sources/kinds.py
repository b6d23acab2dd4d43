"""The kinds of source: the module of each has `build(table, about)`, and loads when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, cast

from data.ingest.mapped_extruders import MappedExtruder
from data.ingest.sources import Kind
from data.toml_table import Table

KINDS: Mapping[str, str] = {
    "folder": "data.ingest.sources.folder.kind",
    "http": "data.ingest.sources.append.kind",
    "modbus": "data.ingest.sources.modbus.kind",
    "mqtt": "data.ingest.mqtt",
    "opcua": "data.ingest.opcua",
}


class About(NamedTuple):
    """What is known of a source besides its own keys: its name, a folder of its own to keep what
    must outlive the process (not made yet), and the extruders that sources.toml maps for it.
    """

    name: str
    folder: Path
    mapped: tuple[MappedExtruder, ...]


def build(kind: str, table: Table, about: About) -> Kind:
    """The source that a table of sources.toml describes.

    Raises MappingError naming file, key and value; a key that the kind did not read is found by
    the caller.
    """
    return cast("Kind", import_module(KINDS[kind]).build(table, about))
