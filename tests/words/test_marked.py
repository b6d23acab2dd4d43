from __future__ import annotations

from tests.words.marked import in_python, in_script


def test_texts_of_python_are_found_wherever_they_stand() -> None:
    source = """f"{t('within')}: {plural('{n} reel', '{n} reels', n)}"; t("A {b}", b=t("inner"))"""
    assert set(in_python(source)) == {"within", ("{n} reel", "{n} reels"), "A {b}", "inner"}
    assert not list(in_python("t(label); print('x'); me.t('x')"))


def test_texts_of_scripts_are_found_wherever_they_stand() -> None:
    source = """`✕ ${t("within")}: ${plural("{n} \\"reel\\"", "{n} reels", n, { a: 1 })}`;
    t("A {b}", { b: on ? t("inner") : mark("kept") })"""
    found = {"within", ('{n} "reel"', "{n} reels"), "A {b}", "inner", "kept"}
    assert set(in_script(source)) == found
    assert not list(in_script('t(label); start("x"); it.t("x")'))
