"""What the web process asks of the accounts in the store: one indexed row each time.

The store is opened for each question and only then: with AUTH=none nothing of it is loaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import anyio
from anyio import CapacityLimiter

from access.principal import Principal
from data.people.roles import Permission, Role

if TYPE_CHECKING:
    from data.people.account import Person
    from data.people.passwords import Passwords
    from data.people.store import People

_T = TypeVar("_T")
#: A password takes a core for a while and memory: so many at once, others wait.
_AT_ONCE = 2
_ONLY = {"metrics": frozenset({Permission.METRICS})}
_READ_ONLY = frozenset({Permission.VIEW})


class PeopleDoor:
    """All methods raise StoreError if the store refuses."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._limit: CapacityLimiter | None = None
        self._passwords: Passwords | None = None

    async def sign_in(self, login: str, password: str) -> Principal:
        """Who it is. Raises SignInRefused and LockedOut."""

        def work(people: People) -> Principal:
            return _principal(people.sign_in(login, password, _now()))

        return await self._ask(work)

    async def is_still(self, who: Principal) -> bool:
        """Whether the account is as it was, and not disabled."""

        def work(people: People) -> bool:
            person = people.person(who.id)
            return not person.disabled and _principal(person) == who

        return await self._ask(work)

    async def token_of(self, plain: str) -> Principal | None:
        """Who a token is; it may do what its kind is for."""

        def work(people: People) -> Principal | None:
            token = people.token_of(plain, _now())
            if token is None:
                return None
            only = _ONLY.get(token.kind, _READ_ONLY)
            return Principal(token.id, token.label, Role.VIEWER, token.scope, only)

        return await self._ask(work)

    async def met(self, who: Principal) -> None:
        """Somebody of another system has signed in: keep the name, and write it down."""

        def work(people: People) -> None:
            people.remember(who.id, who.name)
            people.note("sign_in", who.id, who.id, {"role": who.role.value})

        await self._ask(work)

    async def names(self) -> dict[str, str]:
        """Names by id."""

        def work(people: People) -> dict[str, str]:
            return people.names()

        return await self._ask(work)

    async def note(self, event: str, actor: str, subject: str, detail: dict[str, str]) -> None:
        """Write into the audit journal."""

        def work(people: People) -> None:
            people.note(event, actor, subject, detail)

        await self._ask(work)

    async def _ask(self, work: Callable[[People], _T]) -> _T:
        self._limit = self._limit or CapacityLimiter(_AT_ONCE)
        return await anyio.to_thread.run_sync(self._opened, work, limiter=self._limit)

    def _opened(self, work: Callable[[People], _T]) -> _T:
        from data.people.passwords import Passwords  # noqa: PLC0415
        from data.people.store import open_people  # noqa: PLC0415

        self._passwords = self._passwords or Passwords()  # takes 25 ms
        people = open_people(self._url, self._passwords)
        try:
            return work(people)
        finally:
            people.close()


def _principal(person: Person) -> Principal:
    return Principal(person.id, person.name, person.role, person.scope)


def _now() -> int:
    return int(time.time() * 1000)
