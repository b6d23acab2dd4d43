"""The release after this one: a copy of it whose schema is one version further."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from data import postgres, sqlite_file
from tests.deploy.environments import copied
from tests.stack import ROOT

#: What a release may add under the feet of processes of the one before.
SQLITE = ["CREATE TABLE added (id INTEGER PRIMARY KEY, what TEXT)"]
SQLITE += ["CREATE INDEX added_to_alarms ON alarm_events (priority)"]
POSTGRES = [*SQLITE, "ALTER TABLE annotations ADD COLUMN added TEXT NOT NULL DEFAULT ''"]
MIGRATION = """from data.schema import run_statements
revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None


def upgrade():
    run_statements({statements!r})
"""


def copy_release(folder: Path) -> Path:
    """This release, without tests and tools."""
    for name in copied():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target)
        else:
            shutil.copy(ROOT / name, target)
    return folder


def next_release(folder: Path) -> Path:
    """The next one, which works with the processes of this one."""
    copy_release(folder)
    number = sqlite_file.SCHEMA_VERSION
    _advance(folder / "data/sqlite_file", str(number), str(number + 1), SQLITE)
    _advance(folder / "data/postgres", f'"{postgres.SCHEMA_VERSION}"', f'"{after()}"', POSTGRES)
    return folder


def after() -> str:
    """PostgreSQL's revision of the next release."""
    return f"{int(postgres.SCHEMA_VERSION) + 1:04}"


def _advance(package: Path, now: str, then: str, statements: list[str]) -> None:
    source = package / "__init__.py"
    line = re.compile(rf"^SCHEMA_VERSION = {re.escape(now)}$", re.MULTILINE)
    text, found = line.subn(f"SCHEMA_VERSION = {then}", source.read_text())
    assert found == 1
    source.write_text(text)
    before, revision = (f"{int(one.strip(chr(34))):04}" for one in (now, then))
    migration = MIGRATION.format(revision=revision, before=before, statements=statements)
    (package / "migrations/versions" / f"{revision}_added.py").write_text(migration)
