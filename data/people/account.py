"""What an account and a token are, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.people.roles import Role


@dataclass(frozen=True)
class Person:
    """Somebody who signs in. `id` says nothing and stands in every event; the name is kept apart.

    `scope` names sites, or "site/line"; none is the whole plant.
    """

    id: str
    login: str
    name: str
    role: Role
    scope: tuple[str, ...]
    disabled: bool


class TokenKind(StrEnum):
    """What a token is for: a wall display, a script that reads, Prometheus."""

    KIOSK = "kiosk"
    API = "api"
    METRICS = "metrics"


@dataclass(frozen=True)
class Token:
    """A key for what is no person. Times in ms, None: never."""

    id: str
    kind: TokenKind
    label: str
    created: int
    expires: int | None
    revoked: int | None
