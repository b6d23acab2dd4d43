"""Every text that the code marks for translation, and every one that is translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FOLDERS = {"pages": ("access", "callbacks", "components", "data", "routes"), "live": ("assets",)}
_METHODS = {".py": "python", ".mjs": "javascript", ".js": "javascript"}
_KEYWORDS = {"t": None, "mark": None, "plural": (1, 2)}
_HOLE = re.compile(r"\{(\w+)[^}]*\}")

#: One text, or singular and plural.
Marked = str | tuple[str, str]


@cache
def marked(side: str) -> frozenset[Marked]:
    return frozenset(
        text
        for folder in FOLDERS[side]
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in _METHODS
        for text in _of_file(path)
    )


def _of_file(path: Path) -> Iterator[Marked]:
    found = extract_from_file(_METHODS[path.suffix], str(path), keywords=_KEYWORDS)
    for _line, text, _comments, _context in found:
        yield text if isinstance(text, str) else (text[0], text[1])


def translated(language: str, side: str) -> Iterator[tuple[Path, Message]]:
    for path in sorted((ROOT / "words" / language / side).glob("*.po")):
        with path.open(encoding="utf-8") as file:
            yield from ((path, one) for one in read_po(file, locale=language) if one.id)


def holes(text: str) -> set[str]:
    """Names that are filled in: "{n} alarms" → {"n"}."""
    return set(_HOLE.findall(text))
