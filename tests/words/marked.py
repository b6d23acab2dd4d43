"""Every text that the code marks for translation, and every one that is translated.

Babel's own extraction does not see a `t` within an f-string, a template or another `t` of a script.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FOLDERS = {"pages": ("access", "callbacks", "components", "data", "routes"), "live": ("assets",)}
#: How many texts each takes.
_TAKES = {"t": 1, "mark": 1, "plural": 2}
_TEXT = r'\s*("(?:[^"\\\n]|\\.)*")'
_CALL = re.compile(rf"(?<![\w.])(?:(?:t|mark)\({_TEXT}|plural\({_TEXT},{_TEXT})")
_HOLE = re.compile(r"\{(\w+)[^}]*\}")

#: One text, or singular and plural.
Marked = str | tuple[str, str]


@cache
def marked(side: str) -> frozenset[Marked]:
    return frozenset(
        text
        for folder in FOLDERS[side]
        for path in (*sorted((ROOT / folder).rglob("*")), ROOT / "words" / "names.py")
        for text in _of_file(path)
    )


def _of_file(path: Path) -> Iterator[Marked]:
    if path.suffix == ".py":
        yield from in_python(path.read_text(encoding="utf-8"))
    elif path.suffix in {".mjs", ".js"}:
        yield from in_script(path.read_text(encoding="utf-8"))


def in_python(source: str) -> Iterator[Marked]:
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        texts = [
            one.value
            for one in node.args[: _TAKES.get(node.func.id, 0)]
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if texts:
            yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def in_script(source: str) -> Iterator[Marked]:
    for one, singular, several in _CALL.findall(source):
        yield json.loads(one) if one else (json.loads(singular), json.loads(several))


def translated(language: str, side: str) -> Iterator[tuple[Path, Message]]:
    folder = ROOT / "words" / language
    for path in (*sorted((folder / side).glob("*.po")), folder / "names.po"):
        with path.open(encoding="utf-8") as file:
            yield from ((path, one) for one in read_po(file, locale=language) if one.id)


def holes(text: str) -> set[str]:
    """Names that are filled in: "{n} alarms" → {"n"}."""
    return set(_HOLE.findall(text))
