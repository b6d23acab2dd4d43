"""Tokens for what is no person: made, recognised, revoked. Only their hashes are kept."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from data.audit import journal as audit
from data.errors import PeopleRefused
from data.people.account import Token, TokenKind
from data.people.hashed import hashed
from data.scopes import WHOLE, Scope
from data.session import Session

_TOKEN = "SELECT id, kind, label, created, expires, revoked, scope FROM access_tokens"
#: So a token that was published by mistake is found by scanners.
PREFIX = "mwt_"


class Tokens:
    """Tokens in the store. All methods raise StoreError."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def note(self, event: str, actor: str, subject: str, detail: Mapping[str, str]) -> None:
        """Write into the audit journal what has happened elsewhere."""
        with self._session.transaction():
            audit.append(self._session, actor, event, subject, detail)

    def new_token(
        self, kind: TokenKind, label: str, by: str, now: int, expires: int | None,
        scope: Scope = WHOLE,
    ) -> tuple[Token, str]:  # fmt: skip
        """A token, and its text, which is never told again; times in ms."""
        id_, plain = f"t-{secrets.token_hex(6)}", PREFIX + secrets.token_urlsafe(32)
        text = json.dumps(sorted(scope))
        told = {"kind": kind, "label": label, "scope": text}
        with self._changing(by, "token_made", id_, told):
            self._session.run(
                "INSERT INTO access_tokens"
                " (id, hash, kind, label, created_by, created, expires, scope)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                id_, hashed(plain), kind.value, label, by, now, expires, text,
            )  # fmt: skip
        return Token(id_, kind, label, now, expires, None, tuple(sorted(scope))), plain

    def token_of(self, plain: str, now: int) -> Token | None:
        """The token with this text, if it is neither revoked nor has ended."""
        found = self._session.all(
            f"{_TOKEN} WHERE hash = ? AND revoked IS NULL AND coalesce(expires, ?) >= ?",
            hashed(plain), now, now,
        )  # fmt: skip
        return _token(found[0]) if found else None

    def tokens(self) -> list[Token]:
        """All that there ever were, the newest first."""
        return [_token(row) for row in self._session.all(f"{_TOKEN} ORDER BY created DESC, id")]

    def revoke(self, id_: str, by: str, now: int) -> None:
        """End a token. Raises PeopleRefused if there is none to end."""
        with self._changing(by, "token_revoked", id_, {}):
            changed = self._session.run(
                "UPDATE access_tokens SET revoked = ? WHERE id = ? AND revoked IS NULL", now, id_
            )
            if not changed:
                raise PeopleRefused(f"no token {id_!r} that could be revoked")

    @contextmanager
    def _changing(
        self, by: str, event: str, subject: str, detail: Mapping[str, str]
    ) -> Iterator[None]:
        """A change with its line in the audit journal, both or none."""
        with self._session.transaction():
            yield
            audit.append(self._session, by, event, subject, detail)


def _token(row: tuple[Any, ...]) -> Token:
    id_, kind, label, created, expires, revoked, scope = row
    seen = tuple(json.loads(scope))
    return Token(id_, TokenKind(kind), label, created, expires, revoked, seen)
