"""What an account and a token are, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.people.roles import Role
from data.scopes import WHOLE, Scope


@dataclass(frozen=True)
class Person:
    """Somebody who signs in. `id` says nothing and stands in every event; the name is kept apart.

    `scope` says which extruders they see: data.scopes.
    """

    id: str
    login: str
    name: str
    role: Role
    scope: Scope
    disabled: bool


class TokenKind(StrEnum):
    """What a token is for: a wall display, a script that reads, Prometheus."""

    KIOSK = "kiosk"
    API = "api"
    METRICS = "metrics"


@dataclass(frozen=True)
class Token:
    """A key for what is no person; `scope` as of a person. Times in ms, None: never."""

    id: str
    kind: TokenKind
    label: str
    created: int
    expires: int | None
    revoked: int | None
    scope: Scope = WHOLE
