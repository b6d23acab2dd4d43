"""Translations as they lie in words/<language>/, read once by each process: the server's (pages/),
the scripts' (live/) and the names in the data that both show (names.po).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
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
    catalogs = list(_catalogs(language, side))
    known = [one for catalog in catalogs for one in catalog if one.string and not one.fuzzy]
    return Words(
        {str(one.id): str(one.string) for one in known if one.id and not one.pluralizable},
        {one.id[0]: tuple(one.string or ()) for one in known if one.pluralizable},
        next((catalog.plural_expr for catalog in catalogs), _TWO_FORMS),
    )


def _catalogs(language: str, side: str) -> Iterator[Catalog]:
    folder = FOLDER / language
    for path in (*sorted((folder / side).glob("*.po")), *folder.glob("names.po")):
        with path.open(encoding="utf-8") as file:
            yield read_po(file, locale=language, abort_invalid=True)


@cache
def _form(rule: str) -> Callable[[int], int]:
    found: Callable[[int], int] = c2py(rule)
    return found
