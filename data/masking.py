"""What must never be printed: passwords and tokens, known ones and what looks like one. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

HIDDEN = "***"
#: Shorter parts of a URL are too common to be struck out of every line.
SHORTEST = 6
#: A part of a path that is so long is no word.
LIKE_A_TOKEN = 16
#: Names of fields and headers whose values are secret, also as parts of longer names.
NAMES = r"passw(?:or)?d|passwd|passphrase|token|secret|authorization|cookie|api[_-]?key"

_FIELD = re.compile(NAMES, re.IGNORECASE)
# The last @ of an authority ends the account: passwords are not always quoted.
_ACCOUNT = re.compile(r"(?<=://)[^\s'\"]*@|(?<![\w:/])[\w.+-]*:(?!//)[^\s'\"]+@")
_PAIR = re.compile(
    rf"(?P<name>[\w-]*(?:{NAMES})[\w-]*['\"]?\s*[=:]\s*)"
    r"(?P<value>(?:(?:Bearer|Basic|Digest)\s+)?(?:'[^']*'|\"[^\"]*\"|[^\s&,;'\"]+))",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{6,}")

_known: set[str] = set()


def hide(url: str) -> None:
    """Strike the secret parts of this URL out of everything that `masked` sees from now on."""
    _known.update(_secret_parts(url))


def hide_all(secret: str) -> None:
    """The same, for a secret that is no URL."""
    if len(secret) >= SHORTEST:
        _known.add(secret)


def hide_path(url: str) -> None:
    """The same, for a URL whose path is a secret: services tell their customers apart by it."""
    hide(url)
    _known.update(part for part in url.split("/")[3:] if len(part) >= LIKE_A_TOKEN)


def masked(text: str) -> str:
    """The text without secrets."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _ACCOUNT.sub(f"{HIDDEN}@", text)
    text = _PAIR.sub(rf"\g<name>{HIDDEN}", text)
    return _SCHEME.sub(rf"\1 {HIDDEN}", text)


def masked_value(name: str, value: object) -> object:
    """A field's value without secrets, whatever it nests; all of it if its name says so."""
    if _FIELD.search(name) and value is not None:
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: masked_value(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value("", one) for one in value]
    return value if isinstance(value, bool | int | float | None) else masked(str(value))


def _secret_parts(url: str) -> set[str]:
    """The account's password as written and as meant, its pieces, and values such as ?token=."""
    rest = url.partition("://")[2] or url
    account, found, _ = rest.rpartition("@")
    password = account.partition(":")[2] if found else ""
    pieces = {password, unquote(password), *re.split(r"[/#?@:]", password)}
    pieces |= {match["value"] for match in _PAIR.finditer(_query(url))}
    return {piece for piece in pieces if len(piece) >= SHORTEST}


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:  # a URL that cannot be read has secrets all the same
        return url
