"""What the docs point to is there: links, headings, make targets, commands, files."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")])
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_MAKE = re.compile(r"(?:^|`|\$ )make ([a-z][a-z-]+)\b", re.MULTILINE)
_MODULE = re.compile(r"python -m ((?:data|watcher|docs|tests|benchmarks|access)[\w.]*)")
#: A path in code spans, of a folder that we have.
_PATH = re.compile(
    r"(?:access|assets|benchmarks|callbacks|components|data|deploy|docs|mappings|routes|tests|watcher)/[\w./-]*"
)

#: Made by people, and ignored by git.
MADE = ("deploy/secrets/",)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", path.read_text()), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", one.lower()) for one in headings)
    return {one.strip().replace(" ", "-") for one in kept}


def broken_links(path: Path) -> Iterator[str]:
    for target in _LINK.findall(_FENCE.sub("", path.read_text())):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        if not found.exists() or (
            anchor and found.suffix == ".md" and anchor not in anchors(found)
        ):
            yield target


def missing_paths(path: Path) -> Iterator[str]:
    for code in _CODE.findall(_FENCE.sub("", path.read_text())):
        if _PATH.fullmatch(code) and not code.startswith(MADE) and not (ROOT / code).exists():
            yield code


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert list(broken_links(path)) == []


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_every_file_that_is_named_is_there(path: Path) -> None:
    assert list(missing_paths(path)) == []


def test_every_make_target_that_is_named_is_there() -> None:
    told = subprocess.run(
        ["make", "-pRrq", "-C", ROOT, ":"], capture_output=True, text=True, check=False
    ).stdout
    targets = set(re.findall(r"^([a-z][a-z-]*):", told, re.MULTILINE))
    for path in DOCS:
        assert set(_MAKE.findall(path.read_text())) <= targets, path


def test_every_module_that_is_to_be_run_is_there() -> None:
    for path in DOCS:
        for module in _MODULE.findall(path.read_text()):
            assert importlib.util.find_spec(module), f"{path}: {module}"
