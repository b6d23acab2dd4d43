"""A notifications file says who is told; each mistake is one line that shows no secret."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from data.alarms.events import Priority
from data.notifier.routes import Shift
from data.notifier.routes_file import RoutesError, load_routes

ROOT = Path(__file__).parents[2]
SECRET = "T0PSECRET99"
GOOD = f"""
[[route]]
name = "shift"
urls = ["json://hooks.plant.example/{SECRET}", "env:PAGER"]
priorities = ["critical", "high"]
extruders = [1, 2]
events = ["alarm"]
cleared = true
shifts = [{{ days = ["fri"], from = "22:00", to = "06:00" }}]

[[route]]
name = "boss"
urls = ["env:PAGER"]
escalate_after_min = 10
"""
ENV = {"PAGER": f"slack://{SECRET}/bad"}
GOOD_ENV = {"PAGER": f"mailto://me:{SECRET}@plant.example"}


def refusal(folder: Path, text: str, env: dict[str, str] | None = None) -> str:
    path = folder / "notifications.toml"
    path.write_text(text)
    with pytest.raises(RoutesError) as caught:
        load_routes(path, GOOD_ENV if env is None else env)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert SECRET not in message
    return message.removeprefix(f"{path}: ")


def test_a_file_gives_routes_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "notifications.toml"
    path.write_text(GOOD)
    shift, boss = load_routes(path, GOOD_ENV)
    assert shift.priorities == {Priority.CRITICAL, Priority.HIGH}
    assert shift.shifts == (Shift(frozenset({4}), time(22), time(6)),)
    assert (shift.extruders, shift.events, shift.cleared) == ({1, 2}, {"alarm"}, True)
    assert shift.targets == ("shift #1", "shift #2")
    assert boss.urls == (GOOD_ENV["PAGER"],)
    assert (boss.priorities, boss.shifts, boss.extruders) == (set(Priority), (), frozenset())
    assert boss.escalate_after_min == 10


def test_routes_do_not_show_their_urls(tmp_path: Path) -> None:
    path = tmp_path / "notifications.toml"
    path.write_text(GOOD)
    assert SECRET not in repr(load_routes(path, GOOD_ENV))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"shift"', '"a|b"'), "route[1].name = 'a|b': expected up to 40 letters"),
        (('"boss"', '"shift"'), "route[2].name = 'shift': expected a name that no other"),
        (('name = "boss"', ""), "route[2].name = (missing): expected a text"),
        (('["critical", "high"]', '["urgent"]'), "route[1].priorities = ['urgent']: expected a li"),
        (('["critical", "high"]', "[]"), "route[1].priorities = []: expected a list of 'critical'"),
        (("[1, 2]", "[0]"), "route[1].extruders = [0]: expected a list of whole numbers from 1"),
        (('["alarm"]', '"alarm"'), "route[1].events = 'alarm': expected a list of 'alarm', 'malf"),
        (("cleared = true", "cleared = 1"), "route[1].cleared = 1: expected true or false"),
        (('["fri"]', '["Fr"]'), "route[1].shifts[1].days = ['Fr']: expected a list of 'mon'"),
        (('"22:00"', '"22"'), "route[1].shifts[1].from = '22': expected a time of the plant's"),
        (('to = "06:00"', 'till = "06:00"'), "route[1].shifts[1].to = (missing): expected a text"),
        (("= 10", "= 0"), "route[2].escalate_after_min = 0.0: expected minutes, more than 0"),
        (("= 10", "= 10\ncleared = true"), "route[2].cleared = True: expected no escalate_after"),
    ],
)
def test_a_mistake_is_named_in_one_line(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    assert refusal(tmp_path, GOOD.replace(*change, 1)).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'[[route]]\nname = "a"\nurl = "x://{SECRET}"', "route[1].urls = (missing): expected"),
        (f'[[route]]\nname = "a"\nurls = "x://{SECRET}"', "route[1].urls = (not shown): expected"),
        (f'{GOOD}\npassword = "{SECRET}"', "route[2].password = (not shown): expected no such key"),
        (f'route = "{SECRET}"', "route = (not shown): expected a list of tables"),
        (f"[[route]]\nurls = [{SECRET}", "cannot be read as TOML: "),
        ("", "route = (missing): expected at least one [[route]]"),
    ],
)
def test_no_mistake_shows_what_may_be_secret(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text).startswith(message)


def test_an_url_that_apprise_cannot_read_is_named_by_its_route(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    message = refusal(tmp_path, GOOD, ENV)
    assert message == (
        "route[1].urls = (not shown): expected URLs that apprise can read:"
        " number 2 of route 'shift' is none"
    )
    assert SECRET not in caplog.text + "".join(capfd.readouterr())


def test_a_secret_that_the_environment_lacks_is_named_by_its_variable(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD, {})
    assert "the environment variable PAGER to be set: number 2 of route 'shift'" in message


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RoutesError, match=r"absent\.toml: cannot be read as TOML: .*No such file"):
        load_routes(tmp_path / "absent.toml")


def test_the_example_can_be_read() -> None:
    example = ROOT / "notifications.example.toml"
    variables = re.findall(r'"env:(\w+)"', example.read_text())
    assert load_routes(example, dict.fromkeys(variables, "json://plant.example/x"))


@pytest.mark.parametrize("place", ["cleared = true", 'to = "06:00"'])
def test_every_key_is_documented(tmp_path: Path, place: str) -> None:
    """A file with an unknown key is refused with the list of known ones."""
    comma = "," if place.startswith("to") else "\n"
    message = refusal(tmp_path, GOOD.replace(place, f"{place}{comma} unknown = 1"))
    documented = re.findall(r"`(\w+)`", (ROOT / "docs" / "notifications.md").read_text())
    known = message.partition("known keys: ")[2].split(", ")
    assert len(known) >= 3
    assert set(known) - set(documented) == set()


def test_a_route_gets_reports_only_if_it_asks_for_them(tmp_path: Path) -> None:
    path = tmp_path / "notifications.toml"
    path.write_text(GOOD.replace('["alarm"]', '["shift_report", "alarm"]'))
    shift, boss = load_routes(path, GOOD_ENV)
    assert shift.events == {"alarm", "shift_report"}
    assert boss.events == {"alarm", "malfunction"}


def test_the_store_is_for_those_who_are_there_for_the_whole_plant(tmp_path: Path) -> None:
    path = tmp_path / "notifications.toml"
    path.write_text(GOOD.replace('events = ["alarm"]', "").replace("escalate_after_min = 10", ""))
    shift, boss = load_routes(path, GOOD_ENV)
    assert "store_guard" not in shift.events  # it is for extruders 1 and 2
    assert "store_guard" in boss.events
    path.write_text(GOOD.replace('["alarm"]', '["store_guard"]'))
    shift, boss = load_routes(path, GOOD_ENV)
    assert shift.events == {"store_guard"}
    assert "store_guard" not in boss.events  # an escalation route


def test_nobody_acknowledges_a_finding_about_the_store(tmp_path: Path) -> None:
    wrong = GOOD.replace('name = "boss"', 'name = "boss"\nevents = ["store_guard"]')
    assert "expected no 'store_guard' beside" in refusal(tmp_path, wrong)


def test_nobody_acknowledges_a_report(tmp_path: Path) -> None:
    wrong = GOOD.replace('name = "boss"', 'name = "boss"\nevents = ["shift_report"]')
    said = refusal(tmp_path, wrong)
    assert "route[2].events = ['shift_report']: expected no 'shift_report' beside" in said
