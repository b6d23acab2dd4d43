"""Settings: read once, bad ones named, all of them documented."""

from __future__ import annotations

import tomllib
from dataclasses import fields

import pytest

from access.settings import AccessSettings
from data.errors import SettingError
from data.settings import Settings
from docs import make_settings
from docs.make_settings import FILE, MEANINGS, table, whole

READ = make_settings.read_settings()


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


def test_the_table_is_what_the_code_says() -> None:
    assert FILE.read_text() == whole(FILE.read_text()), "run python -m docs.make_settings"


def test_what_is_told_is_of_settings_that_exist() -> None:
    known = {field.name.upper() for kind in (Settings, AccessSettings) for field in fields(kind)}
    assert set(tomllib.loads(MEANINGS.read_text())) == known


def test_the_table_follows_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = table().splitlines()
    assert "| `PORT` | `8050` | 1 to 65535 | its port |" in lines
    assert any(one.startswith("| `HISTORY_CACHE` | `process` | `process`, `redis`, `none` |")
               for one in lines)  # fmt: skip
    monkeypatch.setattr(
        make_settings, "read_settings", lambda: {**READ, "PORT": ("whole", (1, 2, 3))}
    )
    assert "| `PORT` | `1` | 2 to 3 | its port |" in table().splitlines()
