from __future__ import annotations

import pytest

from words import PSEUDO, language, number, plural, separators, speaking, t


def test_english_is_what_the_code_says() -> None:
    assert language() == "en"
    assert t("Shift report") == "Shift report"
    assert plural("{n} reel", "{n} reels", 1) == "1 reel"
    assert plural("{n} reel", "{n} reels", 2100) == "2,100 reels"


@pytest.mark.parametrize(("spoken", "said"), [("de", "Schichtbericht"), ("es", "Parte de turno")])
def test_a_language_is_spoken_within_its_block(spoken: str, said: str) -> None:
    with speaking(spoken):
        assert t("Shift report") == said
    assert t("Shift report") == "Shift report"


def test_what_nobody_has_translated_is_said_in_english() -> None:
    with speaking("de"):
        assert t("Extruder 7b of Anna") == "Extruder 7b of Anna"
        assert t("{name} is new", name="Anna") == "Anna is new"


def test_braces_in_a_name_of_the_plant_are_left_alone() -> None:
    assert t("Line {7}") == "Line {7}"


def test_the_pseudo_language_shows_what_is_marked() -> None:
    with speaking(PSEUDO):
        assert t("Plant") == "⟦Plant⟧"
        assert plural("{n} reel", "{n} reels", 2) == "⟦2 reels⟧"
        assert number(1250.5, 1) == "1,250.5"


@pytest.mark.parametrize(
    ("spoken", "number_said", "signs"),
    [("en", "12,500.5", ".,"), ("de", "12.500,5", ",."), ("es", "12.500,5", ",.")],
)
def test_numbers_are_written_as_in_the_language(spoken: str, number_said: str, signs: str) -> None:
    with speaking(spoken):
        assert number(12500.5, 1) == number_said
        assert separators() == signs
