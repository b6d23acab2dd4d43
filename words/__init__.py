"""What people read, in the language of whoever looks (docs/decisions/0030).

The code says English; `t` finds the same in the language of this request, which routes/language.py
says once (`speaking`). Pure but for that. The scripts have the same three words: live/words.mjs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from words.catalogues import Words, read

#: Languages by their own names, in the order of the choice in the header.
LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}
ENGLISH = "en"
#: Shows what nobody has marked for translation: every marked text stands in ⟦…⟧.
PSEUDO = "en-XA"

_spoken: ContextVar[str] = ContextVar("meltwatch.language", default=ENGLISH)


def language() -> str:
    """What is spoken here: a key of LANGUAGES, or PSEUDO."""
    return _spoken.get()


@contextmanager
def speaking(spoken: str) -> Iterator[None]:
    """Everything within is said in this language, a key of LANGUAGES or PSEUDO."""
    before = _spoken.set(spoken)
    try:
        yield
    finally:
        _spoken.reset(before)


def t(text: str, /, **values: object) -> str:
    """The text in the language spoken, its {names} replaced by `values`.

    A text without a translation stays as it is: names that a plant has given are just passed.
    """
    return _filled(_words().one.get(text) or _as_it_is(text), values)


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """`one` or `many` in the language spoken, by its own rule; {n} is the number, grouped."""
    words = _words()
    forms = words.several.get(one)
    text = forms[words.form(n)] if forms else _as_it_is(one if n == 1 else many)
    return _filled(text, {"n": number(n), **values})


def mark(text: str) -> str:
    """The text itself, where a constant is made that is translated where it is shown."""
    return text


def number(value: float, decimals: int = 0) -> str:
    """A number with fixed decimals and groups of thousands, e.g. "1,250.5" or "1.250,5"."""
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return format_decimal(value, format=pattern, locale=locale())


def fixed(value: float, decimals: int) -> str:
    """A reading with fixed decimals and no groups, e.g. "1250.5" or "1250,5"."""
    return f"{value:.{decimals}f}".replace(".", get_decimal_symbol(locale()))


def weekday(day: date) -> str:
    """Its short name, e.g. "Mon", "Mo." or "lun"."""
    return format_date(day, "EEE", locale=locale())


def separators() -> str:
    """Decimal sign and sign between thousands, as Plotly's `layout.separators`, e.g. ".,"."""
    return get_decimal_symbol(locale()) + get_group_symbol(locale())


def locale() -> str:
    """Whose numbers, days and money are written: a key of LANGUAGES."""
    return ENGLISH if language() == PSEUDO else language()


def _words() -> Words:
    return read(language(), "pages")


def _as_it_is(text: str) -> str:
    return f"⟦{text}⟧" if language() == PSEUDO else text


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
