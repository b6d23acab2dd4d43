"""Many modules in one: none is left out (tests/browser/test_joined.py runs such a one)."""

from __future__ import annotations

from pathlib import Path

import pytest

from routes.joined import joined_modules, joined_styles

ASSETS = Path(__file__).parents[2] / "assets"


def folder(tmp_path: Path, **modules: str) -> Path:
    for name, source in modules.items():
        (tmp_path / f"{name}.mjs").write_text(source)
    return tmp_path / "entry.mjs"


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('import all from "./base.mjs";\n', "import all"),
        ('import * as all from "./base.mjs";\n', r"import \*"),
        ("export default 3;\n", "export default"),
        ("export let x = 3;\n", "export let"),
        ('export * from "./base.mjs";\n', r"export \*"),
    ],
)
def test_a_form_that_is_not_known_is_named_and_refused(
    tmp_path: Path, source: str, word: str
) -> None:
    entry = folder(tmp_path, entry=source, base="export const x = 1;\n")
    with pytest.raises(ValueError, match=rf"entry\.mjs: cannot join: {word}"):
        joined_modules(entry)


def test_a_ring_is_named_and_refused(tmp_path: Path) -> None:
    entry = folder(
        tmp_path,
        entry='import { a } from "./other.mjs";\nexport const b = 1;\n',
        other='import { b } from "./entry.mjs";\nexport const a = 1;\n',
    )
    with pytest.raises(ValueError, match=r"entry\.mjs imports itself by way of other\.mjs"):
        joined_modules(entry)


def test_every_module_of_ours_is_in_the_script_once() -> None:
    script = "\n" + joined_modules(ASSETS / "meltwatch.mjs")
    names = [path.name for path in ASSETS.rglob("*.mjs")]
    assert len(names) > 100
    assert [name for name in names if script.count(f"\n// {name}\nconst $") != 1] == []


def test_styles_come_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.css").write_text("b {}")
    (tmp_path / "a.css").write_text("a {}")
    assert joined_styles(tmp_path) == "a {}\nb {}"
