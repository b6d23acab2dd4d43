"""`python -m data.people`: accounts and tokens by the command line of the plant's own machine.

Passwords are asked for, or read from a pipe; they are never arguments, which others can see.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import time
from contextlib import closing

from data.errors import MeltwatchError, SettingError, WindowsUnavailable
from data.people.account import Token, TokenKind
from data.people.roles import Role
from data.people.signing_out import sign_out
from data.people.store import People, open_people
from data.scopes import scope_of, told
from data.settings import Settings
from data.window_cache.clients import connect

#: After these nobody stays signed in as they were.
_ENDS = frozenset({"role", "scope", "password", "disable", "erase"})
DAY_MS = 86_400_000
_SEE = "a site, or 'site/line'; without any: the whole plant"


def main(arguments: list[str]) -> int:
    """Do one thing; the exit code."""
    asked = _parser().parse_args(arguments)
    settings = Settings.from_env()
    with closing(open_people(settings.database_url)) as people:
        person = _id_of(people, asked) if asked.what in _ENDS else ""
        _do(people, asked, f"cli:{getpass.getuser()}")
        if asked.what in _ENDS:
            _sign_out(settings.queue_url, person)
    return 0


def _do(people: People, asked: argparse.Namespace, by: str) -> None:
    if asked.what in {"list", "tokens", "add", "token", "revoke"}:
        _without_person(people, asked, by)
        return
    if _is_elsewhere(people, asked):
        _elsewhere(people, asked, by)
        return
    person = people.by_login(asked.login)
    match asked.what:
        case "role":
            people.set_role(person, Role(asked.role), by)
        case "scope":
            people.set_scope(person, scope_of(asked.see), by)
        case "password":
            people.set_password(person, _password(), by)
        case "disable" | "enable":
            people.disable(person, by, asked.what == "disable")
        case "erase":
            people.erase(person, by)
        case "export":
            print(json.dumps(people.export(person), indent=2))


def _id_of(people: People, asked: argparse.Namespace) -> str:
    found = _is_elsewhere(people, asked)
    return str(asked.login) if found else people.by_login(asked.login).id


def _is_elsewhere(people: People, asked: argparse.Namespace) -> bool:
    """Whether this can be done, and is meant, for somebody whom a provider signs in."""
    return asked.what in {"erase", "export"} and people.is_elsewhere(asked.login)


def _elsewhere(people: People, asked: argparse.Namespace, by: str) -> None:
    if asked.what == "erase":
        people.erase_elsewhere(asked.login, by)
    else:
        print(json.dumps(people.export_elsewhere(asked.login), indent=2))


def _without_person(people: People, asked: argparse.Namespace, by: str) -> None:
    match asked.what:
        case "list":
            for one in people.everyone():
                state = "disabled" if one.disabled else ""
                print(
                    f"{one.id}  {one.login:20} {one.role:12} {one.name}  "
                    f"{told(one.scope)}  {state}".rstrip()
                )
        case "add":
            role = Role(asked.role)
            person = people.add(asked.login, asked.name, role, _password(), by, _now())
            print(f"added {person.login}, {person.role}, {person.id}")
        case "tokens":
            print("\n".join(_line(token) for token in people.tokens()))
        case "token":
            expires = _now() + asked.days * DAY_MS if asked.days else None
            token, plain = people.new_token(
                TokenKind(asked.kind), asked.label, by, _now(), expires, scope_of(asked.see)
            )
            print(f"{token.id}: {plain}\nKeep it now: it is not told again.")
        case "revoke":
            people.revoke(asked.id, by, _now())
            print(f"revoked {asked.id}")


def _line(token: Token) -> str:
    state = "revoked" if token.revoked else "ended" if _has_ended(token) else ""
    return f"{token.id}  {token.kind:8} {token.label}  {told(token.scope)}  {state}".rstrip()


def _has_ended(token: Token) -> bool:
    return token.expires is not None and token.expires < _now()


def _sign_out(queue_url: str, person: str) -> None:
    try:
        with connect(queue_url) as client:
            print(f"signed out: {sign_out(client, person)} browsers")
    except WindowsUnavailable as error:
        print(f"NOT signed out, try again once Redis answers: {error}", file=sys.stderr)


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise SettingError("password", "***", "the same text twice")
    return first


def _now() -> int:
    return int(time.time() * 1000)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("meltwatch people", description="Who may do what.")
    commands = parser.add_subparsers(dest="what", required=True)
    roles = [role.value for role in Role]
    add = commands.add_parser("add", help="a new account; asks for its password")
    add.add_argument("login")
    add.add_argument("--role", choices=roles, default=Role.VIEWER.value)
    add.add_argument("--name", default="")
    for what in ("password", "disable", "enable"):
        commands.add_parser(what).add_argument("login")
    for what in ("erase", "export"):
        commands.add_parser(what).add_argument("login", help="or p-… of whom a provider signs in")
    role = commands.add_parser("role")
    role.add_argument("login")
    role.add_argument("role", choices=roles)
    scope = commands.add_parser("scope", help="which extruders somebody sees")
    scope.add_argument("login")
    scope.add_argument("see", nargs="*", help=_SEE)
    commands.add_parser("list")
    commands.add_parser("tokens")
    token = commands.add_parser("token", help="a key for what is no person")
    token.add_argument("kind", choices=[kind.value for kind in TokenKind])
    token.add_argument("label")
    token.add_argument("--days", type=int, default=0, help="it ends after so many; 0: never")
    token.add_argument("--see", action="append", default=[], help=_SEE)
    commands.add_parser("revoke").add_argument("id")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MeltwatchError as problem:
        print(f"meltwatch people: {problem}", file=sys.stderr)
        sys.exit(os.EX_DATAERR)
