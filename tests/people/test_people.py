"""Accounts in real stores: signing in, locks, roles, the last admin, erasing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from data.audit.chain import first_fault
from data.audit.journal import rows
from data.errors import LockedOut, PeopleRefused, SettingError, SignInRefused, StoreError
from data.people.account import Person, TokenKind
from data.people.passwords import Passwords
from data.people.roles import Role
from data.people.store import LOCKED_MS, TRIES, People
from data.session import open_session

pytestmark = pytest.mark.both_stores
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD, NOW = "correct horse", 1_000_000


@pytest.fixture
def people(store_url: str) -> Iterator[People]:
    with closing(People(open_session(store_url), Passwords(CHEAP))) as opened:
        yield opened


@pytest.fixture
def anna(people: People) -> Person:
    return people.add("Anna", "Anna Berg", Role.OPERATOR, GOOD, "cli", NOW)


def command(url: str, *arguments: str, given: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DATABASE_URL": url}
    line = [sys.executable, "-m", "data.people", *arguments]
    return subprocess.run(
        line, env=env, input=f"{given}\n", capture_output=True, text=True, check=False
    )


def events(people: People) -> list[str]:
    kept = list(rows(people._session))
    assert first_fault(kept) == ""
    return [row.event for row in kept]


def test_who_has_an_account_signs_in(people: People, anna: Person) -> None:
    assert people.sign_in(" ANNA ", GOOD, NOW) == anna
    assert (anna.login, anna.name, anna.role, anna.scope) == ("anna", "Anna Berg", "operator", ())
    assert events(people) == ["account_added", "sign_in"]


def test_every_refusal_is_told_in_the_same_words(people: People, anna: Person) -> None:
    people.disable(people.add("bo", "", Role.VIEWER, GOOD, "cli", NOW), "cli")
    told = set()
    for login, password in [("anna", "wrong horse"), ("nobody", GOOD), ("bo", GOOD), ("", "")]:
        with pytest.raises(SignInRefused) as refused:
            people.sign_in(login, password, NOW)
        told.add(str(refused.value))
    assert len(told) == 1


def test_wrong_passwords_lock_an_account_for_a_while(people: People, anna: Person) -> None:
    for _ in range(TRIES):
        with pytest.raises(SignInRefused):
            people.sign_in("anna", "wrong horse", NOW)
    with pytest.raises(LockedOut) as locked:
        people.sign_in("anna", GOOD, NOW + 1)
    assert locked.value.retry_after_s == 60
    after = NOW + LOCKED_MS + 1
    with pytest.raises(SignInRefused):
        people.sign_in("anna", "wrong horse", after)
    with pytest.raises(LockedOut) as locked:
        people.sign_in("anna", GOOD, after)
    assert locked.value.retry_after_s == 120
    assert people.sign_in("anna", GOOD, after + 2 * LOCKED_MS) == anna
    assert events(people)[-3:] == ["locked_out", "locked_out", "sign_in"]


def test_many_wrong_passwords_at_once_are_all_counted(store_url: str, people: People) -> None:
    people.add("anna", "", Role.VIEWER, GOOD, "cli", NOW)

    def guess(_: int) -> None:
        with (
            closing(People(open_session(store_url), Passwords(CHEAP))) as other,
            pytest.raises((SignInRefused, LockedOut)),
        ):
            other.sign_in("anna", "wrong horse", NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(guess, range(8)))
    with pytest.raises(LockedOut):
        people.sign_in("anna", GOOD, NOW + 1)


class Meanwhile(Passwords):
    """Something happens while a password is checked."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__(CHEAP)
        self._act = act

    def matches(self, kept: str, plain: str) -> bool:
        self._act()
        return super().matches(kept, plain)


def test_what_changes_during_a_sign_in_counts(store_url: str, people: People, anna: Person) -> None:
    for act in (
        lambda: people.disable(anna, "cli"),
        lambda: (people.disable(anna, "cli", False), people.set_password(anna, "other horse", "")),
    ):
        with (
            closing(People(open_session(store_url), Meanwhile(act))) as other,
            pytest.raises(SignInRefused),
        ):
            other.sign_in("anna", GOOD, NOW)
    assert people.sign_in("anna", "other horse", NOW) == anna


def test_two_admins_cannot_remove_each_other(store_url: str, people: People) -> None:
    both = [people.add(login, "", Role.ADMIN, GOOD, "cli", NOW) for login in ("a", "b")]
    started = Barrier(2)

    def remove(person: Person) -> bool:
        with closing(People(open_session(store_url), Passwords(CHEAP))) as other:
            started.wait()
            try:
                other.disable(person, "cli")
            except (PeopleRefused, StoreError):
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(remove, both)) == 1
    assert [one.disabled for one in people.everyone()].count(False) == 1


@pytest.mark.parametrize("password", ["short", "x" * 129, "annaanna"])
def test_a_password_that_is_none_is_refused(people: People, password: str) -> None:
    with pytest.raises(SettingError, match="setting password"):
        people.add("anna", "", Role.VIEWER, password, "cli", NOW)
    assert people.everyone() == []


def test_the_last_admin_stays(people: People, anna: Person) -> None:
    admin = people.add("root", "", Role.ADMIN, GOOD, "cli", NOW)
    for act in (
        lambda: people.disable(admin, "cli"),
        lambda: people.erase(admin, "cli"),
        lambda: people.set_role(admin, Role.VIEWER, "cli"),
    ):
        with pytest.raises(PeopleRefused, match="last admin"):
            act()
    assert people.by_login("root") == admin
    people.set_role(anna, Role.ADMIN, "cli")
    people.set_role(admin, Role.VIEWER, "cli")
    assert people.by_login("root").role == Role.VIEWER


def test_who_is_erased_stays_an_id(people: People, anna: Person) -> None:
    people.set_scope(anna, ["Ulm/2"], anna.id)
    note = "INSERT INTO annotations VALUES ('a', 1, ?, 'note', 0, '', 0, 1, 1, 'seen', NULL, '')"
    with people._session.transaction():
        people._session.run(note, anna.id)
    told = people.export(people.person(anna.id))
    assert told["account"]["scope"] == ("Ulm/2",)
    assert [entry["event"] for entry in told["audit"]] == ["account_added", "scope_set"]
    assert told["annotations"] == [{"ts": 1, "kind": "note", "text": "seen"}]
    people.erase(anna, "cli")
    gone = people.person(anna.id)
    assert (gone.name, gone.login, gone.disabled) == ("", f"erased {anna.id}", True)
    assert people.names() == {}
    assert events(people)[-1] == "account_erased"
    with pytest.raises(SignInRefused):
        people.sign_in(gone.login, "", NOW)
    with pytest.raises(PeopleRefused, match="was erased"):
        people.disable(gone, "cli", False)


def test_who_is_known_elsewhere_is_exported_and_erased(store_url: str, people: People) -> None:
    id_ = "p-0123456789ab"
    people.remember(id_, "Bo")
    people.remember(id_, "Bo Lind")
    people.note("sign_in", id_, id_, {})
    told = json.loads(command(store_url, "export", id_, given="").stdout)
    assert told["account"] == {"id": id_, "name": "Bo Lind"}
    assert [entry["event"] for entry in told["audit"]] == ["sign_in"]
    done = command(store_url, "erase", id_, given="")
    assert done.returncode == 0, done.stderr
    assert people.names() == {}
    assert events(people) == ["sign_in", "account_erased"]
    assert people.export_elsewhere(id_)["account"]["name"] == ""


def test_nobody_else_is_known_elsewhere(store_url: str, people: People, anna: Person) -> None:
    assert not people.is_elsewhere(anna.id)
    unknown = command(store_url, "erase", "p-0123456789ab", given="")
    assert unknown.returncode != 0
    assert "nobody has the login 'p-0123456789ab'" in unknown.stderr


def test_a_token_is_known_until_it_is_revoked_or_ends(people: People) -> None:
    made, plain = people.new_token(TokenKind.KIOSK, "hall 1", "cli", NOW, NOW + 10)
    assert people.token_of(plain, NOW + 10) == made
    assert people.token_of(plain, NOW + 11) is None
    assert people.token_of(plain + "x", NOW) is None
    people.revoke(made.id, "cli", NOW)
    assert people.token_of(plain, NOW) is None
    with pytest.raises(PeopleRefused):
        people.revoke(made.id, "cli", NOW)
    stored = str(people._session.all("SELECT * FROM access_tokens"))
    assert plain not in stored


def test_the_command_line_adds_people(store_url: str) -> None:
    done = command(store_url, "add", "anna", "--role", "operator", given=GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    bad = command(store_url, "add", "bo", given="x")
    assert bad.returncode != 0
    assert bad.stderr == ("meltwatch people: setting password=***: expected 10 to 128 characters\n")
    with closing(People(open_session(store_url), Passwords(CHEAP))) as people:
        assert people.sign_in("anna", GOOD, NOW).role == Role.OPERATOR
        kept = people._session.all("SELECT password_hash FROM people")
    assert not CHEAP.check_needs_rehash(kept[0][0]), "hashed anew as it is done now"
