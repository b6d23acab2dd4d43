"""deploy/: two environments from one set of settings, and nothing in it that does not exist."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from access.settings import AccessSettings
from data.redis_urls import behind_sentinels, is_sentinel, what_is_wrong
from data.settings import Settings
from tests.deploy.environments import DEPLOY, ENVIRONMENTS, copied, lines, settings
from tests.deploy.next_release import copy_release
from tests.stack import ROOT, Stack, wait_until

PLAIN = re.compile(r"[A-Z][A-Z0-9_]*=[^\s\"'$\\#][^\"'$\\#]*(?<! )")
SECRET = re.compile(r"_URL$|SECRET|PASSWORD|TOKEN")


@pytest.mark.parametrize("name", ["common", *ENVIRONMENTS])
def test_settings_are_so_plain_that_every_tool_reads_them_alike(name: str) -> None:
    assert [line for line in lines(name) if not PLAIN.fullmatch(line)] == []


def test_the_environments_say_the_same_things_differently() -> None:
    staging, production = ({line.split("=")[0] for line in lines(one)} for one in ENVIRONMENTS)
    assert staging == production
    assert not staging & {line.split("=")[0] for line in lines("common")}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_settings_exist_and_are_good(environment: str, tmp_path: Path) -> None:
    given = settings(environment)
    known = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.M))
    own = {name for name in given if not name.startswith("DEPLOY_")}
    assert own <= known
    assert {name for name in given if SECRET.search(name)} == {"BASE_URL"}
    env = {**given, "HOST": "0.0.0.0", "VAR_DIR": str(tmp_path)}
    assert Settings.from_env(env).base_url == f"https://{given['DEPLOY_SITE']}"
    assert AccessSettings.from_env(env).auth == "local"


def test_the_build_is_sent_what_it_copies_and_no_more() -> None:
    sent = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(sent) == sorted(copied())


def test_the_procfile_alone_runs_in_production(postgres_url: str, tmp_path: Path) -> None:
    """PORT, DATABASE_URL and REDIS_URL are all that a platform gives."""
    stack = Stack(tmp_path, DATABASE_URL=postgres_url)
    given = ("PATH", "PORT", "DATABASE_URL", "REDIS_URL")
    try:
        stack.start_redis()
        stack.env = {"HOME": str(tmp_path)} | {name: stack.env[name] for name in given}
        stack.cwd = copy_release(tmp_path / "release")
        for line in ("ingest", "worker", "web"):
            stack._start(line, ["deploy/procfile_line.sh", line])
        wait_until(lambda: stack._web_answers(stack.port), 30, "the web process answers")
        stack.wait_ready(60)
    finally:
        stack.stop()


def test_a_line_that_the_procfile_lacks_is_refused() -> None:
    done = subprocess.run(
        [DEPLOY / "procfile_line.sh", "none"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (64, "no line 'none' in the Procfile\n")


SENTINELS = "redis+sentinel://a:26379,b:26379,c:26379/meltwatch"


@pytest.mark.parametrize("redis", ["redis://redis:6379/0", SENTINELS])
def test_secrets_are_made_once_and_fit_together(tmp_path: Path, redis: str) -> None:
    folder = tmp_path / "secrets"
    made = []
    for _ in range(2):
        command = [DEPLOY / "make_secrets.sh", folder]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "REDIS": redis})
        made.append({p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()})
    assert made[0] == made[1]
    assert folder.stat().st_mode & 0o777 == 0o700
    acl = (folder / "users.acl").read_text()
    assert "_PASSWORD" not in acl
    for user in ("web", "worker", "ingest"):
        url, password = (folder / f"{user}_redis_url").read_text().strip(), f"{user}_redis_password"
        assert what_is_wrong(url) == ""
        secret = (folder / password).read_text()
        assert f"user {user} on >{secret} " in acl and f"{user}:{secret}@" in url
        assert not is_sentinel(url) or behind_sentinels(url)[2]["password"] == secret
    assert (folder / "postgres_password").read_text() in (folder / "database_url").read_text()
