"""Accounts in the store of either kind: signing in, and changing who may do what.

Each change writes its own line of the audit journal in the same transaction.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from data.audit import journal as audit
from data.errors import LockedOut, PeopleRefused, SettingError, SignInRefused
from data.people.account import Person
from data.people.passwords import Passwords
from data.people.roles import Role
from data.people.tokens import Tokens
from data.scopes import Scope
from data.session import Session, open_session

#: Wrong passwords in a row until an account is locked, for how long (ms), doubling up to the last.
TRIES, LOCKED_MS, LOCKED_MOST_MS = 5, 60_000, 900_000
_WRONG = "Login or password is wrong."
_PERSON = """
    SELECT p.id, p.login, coalesce(n.name, ''), p.role, p.scope, p.disabled
    FROM people p LEFT JOIN names n ON n.person = p.id"""
_SIGNED_IN = """
    UPDATE people SET failed = 0, locked_until = 0, password_hash = ?
    WHERE id = ? AND password_hash = ? AND disabled = 0"""
#: Where the id of a person stands, and what is told of it.
_DID: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "commands": ("who", ("ts", "body")),
    "alarm_events": ("who", ("ts", "extruder", "source", "condition", "kind", "comment")),
    "malfunction_actions": ("who", ("ts", "malfunction", "action", "text")),
    "annotations": ("who", ("ts", "kind", "text")),
    "limit_sets": ("author", ("ts", "extruder", "reason")),
}
#: Of a person, here or elsewhere.
_ID = re.compile(r"p-[0-9a-f]{12}")
_ADD = "INSERT INTO people VALUES (?, ?, ?, ?, ?, 0, 0, 0, ?) ON CONFLICT DO NOTHING"
_NAME = (
    "INSERT INTO names VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET name = excluded.name"
    " WHERE names.name <> excluded.name"
)


class People(Tokens):
    """Accounts and tokens. One thread at a time. All methods raise StoreError."""

    def __init__(self, session: Session, passwords: Passwords) -> None:
        super().__init__(session)
        self._passwords = passwords

    def sign_in(self, login: str, password: str, now: int) -> Person:
        """Who it is; `now` in ms. Raises SignInRefused and LockedOut."""
        found = self._session.all(
            "SELECT id, password_hash, disabled, locked_until FROM people WHERE login = ?",
            login.strip().casefold(),
        )
        id_, kept, disabled, until = found[0] if found else ("", "", 0, 0)
        if until > now:
            raise LockedOut(-(-(until - now) // 1000))
        if not self._passwords.matches("" if disabled else kept, password):
            self._wrong(id_, now)
            raise SignInRefused(_WRONG)
        with self._session.transaction():
            # What was changed meanwhile counts: another password, or an account that is disabled.
            still = self._session.run(_SIGNED_IN, self._passwords.again(kept, password), id_, kept)
            if not still:
                raise SignInRefused(_WRONG)
            audit.append(self._session, id_, "sign_in", id_, {})
        return self.person(id_)

    def person(self, id_: str) -> Person:
        """One account. Raises PeopleRefused if there is none."""
        found = self._session.all(f"{_PERSON} WHERE p.id = ?", id_)
        if not found:
            raise PeopleRefused(f"nobody has the id {id_!r}")
        return _person(found[0])

    def by_login(self, login: str) -> Person:
        """One account. Raises PeopleRefused if there is none."""
        found = self._session.all(f"{_PERSON} WHERE p.login = ?", login.strip().casefold())
        if not found:
            raise PeopleRefused(f"nobody has the login {login!r}")
        return _person(found[0])

    def everyone(self) -> list[Person]:
        """All accounts, by login."""
        return [_person(row) for row in self._session.all(f"{_PERSON} ORDER BY p.login")]

    def names(self) -> dict[str, str]:
        """Names by id."""
        return dict(self._session.all("SELECT person, name FROM names"))

    def remember(self, id_: str, name: str) -> None:
        """The name of somebody whose account another system keeps."""
        with self._session.transaction():
            self._session.run(_NAME, id_, name)

    def add(self, login: str, name: str, role: Role, password: str, by: str, now: int) -> Person:
        """A new account. Raises PeopleRefused if the login is taken, SettingError if it is none."""
        login = login.strip().casefold()
        if not login or len(login) > 60 or not login.isprintable() or " " in login:
            raise SettingError("login", login, "1 to 60 characters without spaces")
        id_, kept = f"p-{secrets.token_hex(6)}", self._passwords.hashed(login, password)
        with self._changing(by, "account_added", id_, {"role": role}):
            if not self._session.run(_ADD, id_, login, role.value, "[]", kept, now):
                raise PeopleRefused(f"the login {login!r} is taken")
            self._session.run(_NAME, id_, name or login)
        return self.person(id_)

    def set_password(self, person: Person, password: str, by: str) -> None:
        """Another password; a lock ends. Raises SettingError if it is none to be used."""
        self._check_not_erased(person)
        kept = self._passwords.hashed(person.login, password)
        with self._changing(by, "password_set", person.id, {}):
            self._session.run(
                "UPDATE people SET password_hash = ?, failed = 0, locked_until = 0 WHERE id = ?",
                kept,
                person.id,
            )

    def set_role(self, person: Person, role: Role, by: str) -> None:
        """Another role. Raises PeopleRefused for the last admin."""
        with self._changing(by, "role_set", person.id, {"role": role}):
            self._session.run("UPDATE people SET role = ? WHERE id = ?", role.value, person.id)
            self._keep_an_admin(person)

    def set_scope(self, person: Person, scope: Scope, by: str) -> None:
        """Which extruders a person sees: data.scopes."""
        text = json.dumps(sorted(scope))
        with self._changing(by, "scope_set", person.id, {"scope": text}):
            self._session.run("UPDATE people SET scope = ? WHERE id = ?", text, person.id)

    def disable(self, person: Person, by: str, disabled: bool = True) -> None:
        """No more signing in, or again. Raises PeopleRefused for the last admin."""
        event = "account_disabled" if disabled else "account_enabled"
        if not disabled:
            self._check_not_erased(person)
        with self._changing(by, event, person.id, {}):
            self._session.run(
                "UPDATE people SET disabled = ? WHERE id = ?", int(disabled), person.id
            )
            self._keep_an_admin(person)

    def _check_not_erased(self, person: Person) -> None:
        found = self._session.all("SELECT password_hash FROM people WHERE id = ?", person.id)
        if not (found and found[0][0]):
            raise PeopleRefused("this account was erased: add a new one")

    def erase(self, person: Person, by: str) -> None:
        """Forget who it was: name, login and password. What they did stays, under the id.

        Raises PeopleRefused for the last admin.
        """
        with self._changing(by, "account_erased", person.id, {}):
            self._session.run("DELETE FROM names WHERE person = ?", person.id)
            self._session.run(
                "UPDATE people SET login = ?, password_hash = '', disabled = 1 WHERE id = ?",
                f"erased {person.id}",
                person.id,
            )
            self._keep_an_admin(person)

    def export(self, person: Person) -> dict[str, Any]:
        """All that is kept about a person, as plain values (GDPR article 15)."""
        account = {**vars(person), "role": person.role.value}
        return {"account": account, **self._done_by(person.id)}

    def is_elsewhere(self, id_: str) -> bool:
        """Whether this is the id of somebody who was here, and whose account others keep."""
        if not _ID.fullmatch(id_) or self._session.all("SELECT 1 FROM people WHERE id = ?", id_):
            return False
        named = self._session.all("SELECT 1 FROM names WHERE person = ?", id_)
        return bool(named or self._done_by(id_)["audit"])

    def export_elsewhere(self, id_: str) -> dict[str, Any]:
        """All that is kept about somebody whose account others keep."""
        found = self._session.all("SELECT name FROM names WHERE person = ?", id_)
        account = {"id": id_, "name": found[0][0] if found else ""}
        return {"account": account, **self._done_by(id_)}

    def erase_elsewhere(self, id_: str, by: str) -> None:
        """Forget the name of such a person, until they sign in again."""
        with self._changing(by, "account_erased", id_, {}):
            self._session.run("DELETE FROM names WHERE person = ?", id_)

    def _done_by(self, id_: str) -> dict[str, Any]:
        kept = [vars(row) for row in audit.rows(self._session) if id_ in (row.actor, row.subject)]
        did = {
            table: [
                dict(zip(columns, row, strict=True))
                for row in self._session.all(_did(table, who, columns), id_)
            ]
            for table, (who, columns) in _DID.items()
        }
        return {"audit": kept, **did}

    def _wrong(self, id_: str, now: int) -> None:
        """Count a wrong password, each of many at once; what is unknown is only written down."""
        with self._session.transaction():
            self._session.run("UPDATE people SET failed = failed + 1 WHERE id = ?", id_)
            found = self._session.all("SELECT failed FROM people WHERE id = ?", id_)
            over = found[0][0] - TRIES if found else -1
            if over >= 0:
                until = now + min(LOCKED_MS * 2 ** min(over, 9), LOCKED_MOST_MS)
                self._session.run("UPDATE people SET locked_until = ? WHERE id = ?", until, id_)
            event = "locked_out" if over >= 0 else "sign_in_failed"
            audit.append(self._session, "", event, id_, {})

    def _keep_an_admin(self, before: Person) -> None:
        """Nobody could mend it. Two who change each other's account wait for one another."""
        if before.role is not Role.ADMIN or before.disabled:
            return
        left = "UPDATE people SET role = role WHERE role = ? AND disabled = 0"
        if not self._session.run(left, Role.ADMIN.value):
            raise PeopleRefused("this is the last admin: make another one first")


def open_people(url: str, passwords: Passwords | None = None) -> People:
    """The people in the store that DATABASE_URL names; it is created or upgraded."""
    return People(open_session(url), passwords or Passwords())


def _did(table: str, who: str, columns: Iterable[str]) -> str:
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {who} = ? ORDER BY ts"


def _person(row: tuple[Any, ...]) -> Person:
    id_, login, name, role, scope, disabled = row
    return Person(id_, login, name, Role(role), tuple(json.loads(scope)), bool(disabled))
