"""A mapping file says what a CSV file means, and each mistake in it is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import MappingError
from data.extruders import Limits, Product
from data.ingest.mapping import SHIPPED, load_mapping
from data.ingest.recorded import shipped_mapping_for
from tests.ingest.made_files import made_csv, made_mapping, mapping_text


def refusal(folder: Path, text: str) -> str:
    path = folder / "mapping.toml"
    path.write_text(text)
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_a_mapping_gives_extruders_with_signals_in_the_order_of_the_file(tmp_path: Path) -> None:
    (mapped,) = made_mapping(tmp_path, signals=(", gauge = 1", ", scale = 10")).extruders
    assert [signal.name for signal in mapped.extruder.signals] == ["A", "B"]
    assert mapped.extruder.signals[0].gauge == 1
    assert [column.scale for column in mapped.columns] == [1, 10]


def test_limits_and_a_product_of_the_mapping_reach_the_catalogue(tmp_path: Path) -> None:
    product = 'product = { code = 7, name = "HDPE pipe" }'
    mapping = made_mapping(tmp_path, signals=(", set = 5, h = 8, hh = 9", ""), extruder=product)
    catalogue = mapping.catalogue()
    assert catalogue.products == (Product(7, "HDPE pipe"),)
    assert catalogue.extruders[0].limits_for(7) == {"A": Limits(5, h=8, hh=9)}


def test_a_mapping_says_where_an_extruder_stands(tmp_path: Path) -> None:
    stands = 'site = "North"\nline = "A/B"'
    extruder = made_mapping(tmp_path, extruder=stands).catalogue().extruders[0]
    assert (extruder.site, extruder.line) == ("North", "A/B")


def test_a_mapping_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    text = mapping_text().replace('timezone = "UTC"', "")
    assert refusal(tmp_path, text).startswith("file.timezone = (missing): expected a time zone")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('timezone = "UTC"', 'timezone = "Mars/One"'), "file.timezone = 'Mars/One': expected a"),
        (('timezone = "UTC"', "timezone = 2"), "file.timezone = 2: expected a text"),
        (('time_column = "t"', ""), "file.time_column = (missing): expected a text"),
        (("%Y-%m-%d %H:%M:%S", "%H:%M"), "file.time_format = '%H:%M': expected 'iso', or date"),
        (("%Y-%m-%d %H:%M:%S", "%Q"), "file.time_format = '%Q': expected 'iso', or date"),
        (("[file]", "[file]\nzeros = true"), "file.zeros = True: expected no such key here"),
        (("[file]", '[file]\ndelimiter = ";;"'), "file.delimiter = ';;': expected one character"),
        (("[file]", '[file]\ndecimal = ","'), "file.decimal = ',': expected another character"),
        (("[file]", '[file]\nbad_cell = "x"'), "file.bad_cell = 'x': expected 'fail' or 'reject'"),
        (("[file]", "[files]\n[file]"), "files = {}: expected no such key here"),
        (("id = 1", "id = 0"), "extruder[1].id = 0: expected a whole number from 1"),
        (("id = 1", "id = true"), "extruder[1].id = True: expected a whole number from 1"),
        (("high = 10", "high = 0"), "extruder[1].signal[1].high = 0.0: expected a number above"),
        (("high = 10", "high = nan"), "extruder[1].signal[1].high = nan: expected a number"),
        (("high = 10", "high = 10, h = 5, hh = 4"), "extruder[1].signal[1].hh = 4.0: expected"),
        (("high = 10", "high = 10, scale = 0"), "extruder[1].signal[1].scale = 0.0: expected"),
        (("high = 10", "high = 10, gauge = 9"), "extruder[1].signal[1].gauge = 9: expected a"),
        (('name = "B"', 'name = "A"'), "extruder[1].signal[2].name = 'A': expected another name"),
        (('name = "One"', 'name = "One"\ntemplate = "x"'), "extruder[1].template = 'x': expected"),
        (('column = "b", ', ""), "extruder[1].signal[2].column = (missing): expected a text"),
    ],
)
def test_a_mistake_is_named_by_key_and_value(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    assert refusal(tmp_path, mapping_text().replace(*change)).startswith(message)


def test_a_file_that_is_no_toml_is_refused_by_name_and_line(tmp_path: Path) -> None:
    assert "line 1" in refusal(tmp_path, "[file\n")


def test_two_extruders_may_not_share_a_number(tmp_path: Path) -> None:
    text = mapping_text()
    twice = text + "\n" + text[text.index("[[extruder]]") :].replace('"One"', '"Two"')
    assert refusal(tmp_path, twice).startswith("extruder[2].id = 1: expected another id")


def test_a_template_is_numbered_and_overridden_for_each_extruder() -> None:
    mapping = load_mapping(SHIPPED / "liveline.toml")
    assert [mapped.extruder.name for mapped in mapping.extruders] == [
        "Machine 1",
        "Machine 2",
        "Machine 3",
    ]
    third = mapping.extruders[2]
    slot = third.extruder.slot("MainDrive.ElectricalCurrent.ActualValue")
    assert slot is not None
    assert third.columns[slot].name == "Machine3.MotorAmperage.U.Actual"
    assert third.extruder.signals[slot].high == 400
    assert mapping.extruders[0].extruder.signals[slot].high == 100


def test_an_override_of_an_unknown_signal_is_refused(tmp_path: Path) -> None:
    text = (SHIPPED / "liveline.toml").read_text().replace("override.", "override.X", 1)
    text = text.replace('X"', '"X', 1)
    assert "extruder[1].override = 'XFeeder.Parameter.ActualValue'" in refusal(tmp_path, text)


def test_every_shipped_mapping_can_be_read() -> None:
    names = {path.name for path in SHIPPED.glob("*.toml") if load_mapping(path).columns}
    assert {"liveline.toml", "skab.toml"} <= names


def test_the_shipped_mapping_that_fits_a_file_is_found(recorded: Path) -> None:
    (csv,) = (recorded / "liveline").glob("*.csv")
    assert shipped_mapping_for(csv).path == SHIPPED / "liveline.toml"


def test_a_file_that_no_shipped_mapping_fits_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"made\.csv: no mapping in .* fits .*--mapping"):
        shipped_mapping_for(made_csv(tmp_path, "1,2,3"))
