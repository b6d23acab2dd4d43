"""Who may append: the tokens of a file, one a line, which may change while it is used."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from data.masking import hide_all

#: A shorter one could be guessed.
SHORTEST = 16


class Tokens:
    """The tokens of a file; `#` begins a comment. Without a file, whoever comes may append.

    While the file cannot be read, nobody may.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._state: object = None
        self._digests: list[bytes] = []

    def count(self) -> int:
        """How many there are. Raises OSError or ValueError for a file that is not one of tokens."""
        if self._path is None:
            return 0
        tokens = [line.partition("#")[0].strip() for line in self._path.read_text().splitlines()]
        tokens = [token for token in tokens if token]
        for token in tokens:
            hide_all(token)
        if any(len(token) < SHORTEST for token in tokens):
            raise ValueError(f"a token has fewer than {SHORTEST} characters")
        self._digests = [_digest(token) for token in tokens]
        return len(tokens)

    def refuse(self, authorization: str, query: Mapping[str, str]) -> int:
        """0 if the request may append; 401 if it brings no token, 403 if it brings a wrong one."""
        if self._path is None:
            return 0
        given = _given(authorization, query)
        if not given:
            return 401
        self._look()
        # Each is compared, and takes as long whether it is equal or not.
        found = [hmac.compare_digest(_digest(given), one) for one in self._digests]
        return 0 if any(found) else 403

    def _look(self) -> None:
        try:
            told = self._path.stat() if self._path else None
            state = told and (told.st_mtime_ns, told.st_size, told.st_ino)
            if state != self._state:
                self.count()
                self._state = state
        except (OSError, ValueError):
            self._digests, self._state = [], None


def _given(authorization: str, query: Mapping[str, str]) -> str:
    """The token of `Token …`, `Bearer …`, `Basic …` (version 1: its password) or ?p=…"""
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() in {"token", "bearer"}:
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return query.get("p", "")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
