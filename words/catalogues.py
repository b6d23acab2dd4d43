"""Translations as they lie in words/<language>/, read once by each process: the server's (pages/),
the scripts' (live/) and the names in the data that both show (names.po).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
#: Of English and of most others: one, and more.
_TWO_FORMS = "(n != 1)"


@dataclass(frozen=True)
class Words:
    """Texts by English text, forms by English singular, and the rule for the form (C, as in PO)."""

    one: dict[str, str] = field(default_factory=dict)
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rule: str = _TWO_FORMS

    @property
    def form(self) -> Callable[[int], int]:
        """Which form a number takes."""
        return _form(self.rule)


@cache
def read(language: str, side: str) -> Words:
    """What is known in a language, on the server ("pages") or in the browser ("live").

    Raises ValueError for a file that is no PO file.
    """
    words = Words()
    for catalog in _catalogs(language, side):
        words = Words(words.one, words.several, catalog.plural_expr)
        for message in catalog:
            _take(words, message)
    return words


def _catalogs(language: str, side: str) -> Iterator[Catalog]:
    folder = FOLDER / language
    for path in (*sorted((folder / side).glob("*.po")), *folder.glob("names.po")):
        with path.open(encoding="utf-8") as file:
            yield read_po(file, locale=language, abort_invalid=True)


def _take(words: Words, message: Message) -> None:
    if not message.id or not message.string or message.fuzzy:
        return
    if message.pluralizable:
        words.several[message.id[0]] = tuple(message.string)
    else:
        words.one[str(message.id)] = str(message.string)


@cache
def _form(rule: str) -> Callable[[int], int]:
    found: Callable[[int], int] = c2py(rule)
    return found
