"""docs/mapping.md names every key that a mapping may have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.errors import MappingError
from data.ingest.mapping import load_mapping
from tests.ingest.made_files import mapping_text

DOCS = Path(__file__).parents[2] / "docs" / "mapping.md"


@pytest.mark.parametrize("place", ["[file]\n", "id = 1\n", 'column = "a", '])
def test_every_key_is_documented(tmp_path: Path, place: str) -> None:
    """A mapping with an unknown key is refused with the list of known ones."""
    path = tmp_path / "mapping.toml"
    extra = "unknown = 1, " if place.endswith(", ") else "unknown = 1\n"
    path.write_text(mapping_text().replace(place, place + extra, 1))
    with pytest.raises(MappingError, match="known keys: ") as caught:
        load_mapping(path)
    known = str(caught.value).partition("known keys: ")[2].split(", ")
    documented = re.findall(r"`(\w+)", DOCS.read_text())
    assert set(known) - set(documented) == set()
