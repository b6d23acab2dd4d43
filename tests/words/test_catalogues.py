"""Every marked text is translated into every language, once, with the same {names} in it."""

from __future__ import annotations

from collections import defaultdict

import pytest

from data.ingest.simulator.plant import SIGNALS
from data.malfunctions.signatures import SIGNATURES
from tests.words.marked import holes, marked, translated
from words import ENGLISH, LANGUAGES
from words.names import NAMES

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
SIDES = ["pages", "live"]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("language", OTHERS)
def test_every_marked_text_is_translated(language: str, side: str) -> None:
    known = {one.id for _, one in translated(language, side) if one.string and not one.fuzzy}
    missing = sorted(map(str, marked(side) - known))
    assert not missing, f"without a translation in words/{language}/{side}/*.po: {missing}"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_nobody_says(language: str, side: str) -> None:
    unsaid = [
        f"{path.name}: {one.id!r}"
        for path, one in translated(language, side)
        if one.id not in marked(side)
    ]
    assert not unsaid


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_is_translated_alike_everywhere(language: str) -> None:
    said = defaultdict(set)
    for side in SIDES:
        for _, one in translated(language, side):
            said[one.id].add(one.string)
    assert not {text: forms for text, forms in said.items() if len(forms) > 1}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("language", OTHERS)
def test_translations_take_the_same_values(language: str, side: str) -> None:
    """Of a singular, {n} may be left out: "one alarm"."""
    for path, one in translated(language, side):
        if one.pluralizable:
            wanted = holes(one.id[1])
            assert all(holes(form) | {"n"} == wanted | {"n"} for form in one.string), one.id
        else:
            assert holes(str(one.string)) == holes(str(one.id)), f"{path.name}: {one.id!r}"


def test_names_of_the_standard_signals_and_causes_are_translated() -> None:
    said = {signal.label for signal in SIGNALS} | {signal.group for signal in SIGNALS}
    said |= {text for one in SIGNATURES.values() for text in (one.label, one.check)}
    assert not said - set(NAMES)
