"""Settings come from a file and the environment; bad ones are named in one line."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from tests.stack import ROOT
from watcher.post import FIRST_RETRY_S
from watcher.send import GRACE_S, TIMEOUT_S
from watcher.settings import SettingError, Settings

URL = {"WATCH_URL": "https://meltwatch.example/"}
DOCS = ROOT / "docs" / "watcher.md"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "watcher.toml"
    file.write_text('url = "http://a.example"\nevery_s = 5\ntell = ["json://127.0.0.1/x"]\n')
    settings = Settings.read({"WATCH_EVERY_S": "7"}, file)
    assert (settings.url, settings.every_s) == ("http://a.example", 7)
    assert settings.tell == ("json://127.0.0.1/x",)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("WATCH_URL", "meltwatch.example"),
        ("WATCH_URL", "http://[::1"),
        ("WATCH_URL", "http://host:99999"),
        ("WATCH_EVERY_S", "often"),
        ("WATCH_FAILS", "0"),
        ("WATCH_FAILS", "2.5"),
        ("WATCH_PORT", "80600"),
        ("WATCH_TZ", "Mars/Olympus"),
        ("WATCH_HEARTBEAT_URL", "ftp://x"),
    ],
)
def test_a_bad_value_is_named_in_one_line(key: str, value: str) -> None:
    with pytest.raises(SettingError) as error:
        Settings.read({**URL, key: value})
    assert str(error.value).startswith(f"setting {key}='{value}': expected ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('url = "http://a"\nevry_s = 5', "evry_s=5: expected one of cert_days, "),
        ('url = "http://a"\nfails = "many"', "fails='many': expected a whole number from 1 to 100"),
        ("url = ", "watcher.toml: "),
        ("", "setting WATCH_URL='(missing)': expected a value"),
    ],
)
def test_a_mistake_in_the_file_names_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "watcher.toml"
    file.write_text(text)
    with pytest.raises(SettingError) as error:
        Settings.read({}, file)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_target_that_cannot_be_read_is_named_without_its_secret() -> None:
    with pytest.raises(SettingError) as error:
        Settings.read({**URL, "WATCH_TELL": "json://127.0.0.1/x nope://s3cret"})
    assert str(error.value).startswith("setting WATCH_TELL[2]='nope://…'")


def test_people_do_not_see_the_password_of_the_site() -> None:
    assert Settings.read({"WATCH_URL": "https://me:secret@a.example:444/x"}).site == (
        "https://a.example:444/x"
    )


def test_by_default_both_are_told_within_90_seconds_even_if_the_first_attempt_fails() -> None:
    settings = Settings.read(URL)
    second_attempt_s = TIMEOUT_S + GRACE_S + FIRST_RETRY_S
    assert settings.known_within_s == 3 * 10 + 8
    assert settings.known_within_s + second_attempt_s <= 90
    assert settings.silence_known_within_s + second_attempt_s <= 90


def test_a_reference_that_must_be_asked_first_leaves_it_within_90_seconds() -> None:
    settings = Settings.read({**URL, "WATCH_REFERENCE_URL": "https://up.example"})
    second_attempt_s = TIMEOUT_S + GRACE_S + FIRST_RETRY_S
    assert settings.known_within_s + second_attempt_s <= 90


def test_a_bad_setting_ends_the_process_with_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "watcher"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 78
    assert done.stdout == "meltwatch watcher: setting WATCH_URL='(missing)': expected a value\n"


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"^\| `WATCH_([A-Z_]+)`", DOCS.read_text(), re.MULTILINE))
    assert documented == {field.name.upper() for field in fields(Settings)}


def test_the_watcher_is_installed_with_the_same_versions_as_the_rest() -> None:
    pins = [
        line.split()[0]
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if "==" in line
    ]
    own = (ROOT / "watcher" / "requirements.txt").read_text().splitlines()
    assert {line.split()[0] for line in own if "==" in line} <= set(pins)


def test_the_example_file_is_a_good_one() -> None:
    settings = Settings.read({}, ROOT / "deploy" / "watcher" / "watcher.example.toml")
    assert (settings.tz, len(settings.tell)) == ("Europe/Berlin", 2)
