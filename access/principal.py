"""Who a request comes from, as every route may know."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from data.people.roles import ALLOWED, Permission, Role

#: Where the gate leaves it in an ASGI scope.
_KEY = "meltwatch.principal"


@dataclass(frozen=True)
class Principal:
    """A person, a token or whoever sits at this machine. `id` goes into the journal; empty means
    that a person's name is asked for on the screen (AUTH=none). `scope`: see Person."""

    id: str
    name: str
    role: Role
    scope: tuple[str, ...] = ()
    only: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether their role allows it; a token may do what it was made for, and no more."""
        return permission in (ALLOWED[self.role] if self.only is None else self.only)


#: With AUTH=none whoever reaches this machine may do everything, as before there was a login.
LOCAL = Principal("", "", Role.ADMIN)


def principal_of(scope: Mapping[str, Any]) -> Principal | None:
    """Who the gate let in; None on what is public."""
    found = scope.get(_KEY)
    return found if isinstance(found, Principal) else None


def enter(scope: MutableMapping[str, Any], principal: Principal | None) -> None:
    """Leave it in the scope: of the same dictionary the router tells the route to those outside."""
    scope[_KEY] = principal
