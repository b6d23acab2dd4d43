"""Events carry ids; screens show names, until the person is erased."""

from __future__ import annotations

import pytest

from access.names import Names
from access.people_door import PeopleDoor
from data.people.store import People
from data.settings import Settings

pytestmark = pytest.mark.anyio


async def test_names_stand_in_place_of_ids(settings: Settings, people: People) -> None:
    anna = people.by_login("operator")
    text = f'{{"who":"{anna.id}","comment":"p-0 by {anna.id}","by":"p-000000000000"}}'.encode()
    door = PeopleDoor(settings.database_url)
    shown = await Names(door).put_into(text)
    assert shown == text.replace(f'"{anna.id}"'.encode(), b'"Operator One"')
    people.erase(anna, "cli")
    assert await Names(door).put_into(text) == text


async def test_names_cannot_break_out_of_the_text(settings: Settings, people: People) -> None:
    from data.people.roles import Role

    bob = people.add("bob", 'Bo"b\\', Role.VIEWER, "correct horse", "cli", 1)
    shown = await Names(PeopleDoor(settings.database_url)).put_into(f'"{bob.id}"'.encode())
    assert shown == b'"Bo\\"b\\\\"'


async def test_without_accounts_and_without_a_store_ids_stay(settings: Settings) -> None:
    text = b'"p-0123456789ab"'
    assert await Names(None).put_into(text) == text
    away = PeopleDoor("postgresql://nobody@127.0.0.1:1/none")
    assert await Names(away).put_into(text) == text
