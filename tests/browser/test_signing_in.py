"""Signing in on a real page: to the screen that was asked for, acting by name, and out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect
from redis import Redis

from data.people.roles import Role
from data.people.signing_out import sign_out
from data.people.store import open_people
from tests.browser.plants import live_plant
from tests.stack import Stack

pytestmark = pytest.mark.browser
GOOD = "correct horse"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("locked")
    with live_plant(folder, EXTRUDERS="2", AUTH="local") as stack:
        with closing(open_people(stack.settings.database_url)) as people:
            people.add("anna", "Anna Berg", Role.OPERATOR, GOOD, "cli", 1)
            people.add("vera", "Vera Klein", Role.VIEWER, GOOD, "cli", 1)
        yield stack


def sign_in(page: Page, login: str, password: str = GOOD) -> None:
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_who_signs_in_comes_to_the_page_they_asked_for(
    page: Page, plant: Stack, console: list[str]
) -> None:
    page.goto(f"{plant.url}/extruder/2")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, "anna", "wrong horse")
    expect(page.get_by_role("alert")).to_contain_text("Login or password is wrong.")
    expect(page.get_by_label("Login")).to_have_value("anna")
    console.clear()  # the browser tells of the answer 401
    sign_in(page, "anna")
    expect(page).to_have_url(f"{plant.url}/extruder/2")
    expect(page.get_by_role("button", name="Anna Berg · sign out")).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()


def test_screens_live_behind_the_gate(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/")
    sign_in(page, "vera")
    expect(page.locator(".card").first).to_be_visible()
    page.get_by_role("link", name="Alarms").first.click()
    expect(page).to_have_url(re.compile("/alarms$"))
    expect(page.get_by_role("button", name="Acting: Vera Klein")).to_be_disabled()


def test_who_is_signed_out_elsewhere_is_told(page: Page, plant: Stack, console: list[str]) -> None:
    page.goto(f"{plant.url}/")
    sign_in(page, "anna")
    # Its scripts are there: else the rest of them would be refused below, too.
    expect(page.locator(".card:not(.card--loading)").first).to_be_visible()
    with closing(open_people(plant.settings.database_url)) as people:
        id_ = people.by_login("anna").id
    with Redis.from_url(plant.settings.queue_url) as client:
        assert sign_out(client, id_) >= 1
    page.wait_for_timeout(2500)  # the session is believed so long
    page.evaluate("dispatchEvent(new Event('focus'))")
    told = page.locator(".signed-out")
    expect(told).to_contain_text("You are signed out.")
    console.clear()  # of answers 401
    told.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    console.clear()


def test_signing_out_leads_to_the_login(page: Page, plant: Stack, console: list[str]) -> None:
    page.goto(f"{plant.url}/")
    sign_in(page, "anna")
    page.get_by_role("button", name="Anna Berg · sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    console.clear()  # of answers 401, if the page asked once more before it left
    page.goto(f"{plant.url}/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
