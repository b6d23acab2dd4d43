"""Price tables: presets that say where they come from, and errors in one line."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from data.cost.prices import PRESETS, PriceTable, load_prices
from data.errors import SettingError
from data.meter import Tally

GOOD = 'name = "Ours"\ncurrency = "EUR"\n[reads]\nper_million = 2.0\n[cpu]\nper_hour = 0.5\n'


def table(**changes: float) -> PriceTable:
    values = {"per_million_reads": 0.0, "read_bytes": 0, "per_cpu_hour": 0.0, **changes}
    return PriceTable(name="x", currency="EUR", note="", source="", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_load_and_say_that_they_are_to_be_checked(preset: str) -> None:
    loaded = load_prices(preset)
    assert "check" in loaded.note or "example" in loaded.note
    assert loaded.source.startswith("https://") or preset == "self-hosted"


def test_every_file_is_a_preset() -> None:
    folder = files("data.cost").joinpath("prices")
    assert {file.name.removesuffix(".toml") for file in folder.iterdir()} == set(PRESETS)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(GOOD)
    assert load_prices(str(file)) == table(per_million_reads=2.0, per_cpu_hour=0.5).__class__(
        "Ours", "EUR", 2.0, 0, 0.5, "", ""
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "Invalid value"),
        (GOOD.replace("EUR", "euro"), "currency = 'euro': expected three capitals"),
        (GOOD.replace("2.0", "-2.0"), "reads.per_million = -2.0: expected a price from 0"),
        (GOOD.replace("2.0", '"2"'), "reads.per_million = '2': expected a number"),
        (GOOD.replace("per_hour", "per_day"), "cpu.per_day = 0.5: expected no such key"),
    ],
)
def test_a_bad_file_is_named_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(SettingError) as error:
        load_prices(str(file))
    told = str(error.value)
    assert told.startswith("setting PRICES=") and words in told and str(file) in told
    assert "\n" not in told


def test_an_unknown_name_is_told_with_those_that_are_known() -> None:
    with pytest.raises(SettingError, match=r"PRICES='aws'.*self-hosted, aws-aurora"):
        load_prices("aws")


def test_reads_are_priced_by_the_million_and_cpu_by_the_hour() -> None:
    assert table(per_million_reads=2.0).of(Tally(reads=500_000), 0) == pytest.approx(1.0)
    assert table(per_cpu_hour=0.5).of(Tally(), 7200) == pytest.approx(1.0)


def test_a_large_answer_is_several_reads() -> None:
    priced = table(per_million_reads=1e6, read_bytes=4096)
    assert priced.of(Tally(reads=1, bytes=8192), 0) == pytest.approx(3.0)


def test_writing_is_not_priced() -> None:
    assert table(per_million_reads=1e6, read_bytes=4096).of(Tally(statements=5), 0) == 0
