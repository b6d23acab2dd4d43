"""Settings: read once, bad ones named, all of them documented."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from access.settings import AccessSettings
from data.errors import SettingError
from data.settings import Settings

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


def test_defaults_need_no_environment() -> None:
    settings = Settings.from_env({})
    assert (settings.window_s, settings.step_ms, settings.extruders) == (900, 1000, 8)
    assert settings.queue_url == settings.redis_url


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("EXTRUDERS", "0"),
        ("SPEED", "fast"),
        ("PLANT_TZ", "Mars/Olympus"),
        ("PLANT_TZ", "../etc"),
        ("REDIS_URL", "localhost:6379"),
        ("SHIFTS", "Early 6 am"),
        ("SHIFTS", "A 06:00, A 14:00"),
        ("HISTORY_CACHE", "disk"),
        ("RETAIN_RAW_DAYS", "-1"),
    ],
)
def test_a_bad_value_is_named_in_one_line(key: str, value: str) -> None:
    with pytest.raises(SettingError) as error:
        Settings.from_env({key: value})
    assert f"setting {key}='{value}': expected" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_replay_has_a_store_of_its_own() -> None:
    assert Settings.from_env({"REPLAY": "x/line.csv"}).database_url.endswith("/replay-line.sqlite")
    assert Settings.from_env({"REPLAY": "x.csv", "DATABASE_URL": "sqlite:///y"}).database_url == (
        "sqlite:///y"
    )


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)`", DOCS.read_text(), re.MULTILINE))
    known = [*fields(Settings), *fields(AccessSettings)]
    assert documented == {field.name.upper() for field in known}
