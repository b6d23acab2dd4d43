"""sources.toml: what is wrong with it is said in one line that names file, key and value."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import MappingError, SettingError
from data.ingest.sources.config import read_sources_file
from data.ingest.sources.kinds import KINDS
from data.ingest.sources.running import refuse_shared_extruders
from data.masking import masked
from tests.ingest.sources_made import EXTRUDER, InHand, running

GOOD = '[[source]]\nname = "hall-1"\nkind = "made"\nurl = "x://host"\n'


@pytest.fixture(autouse=True)
def made_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "made", "tests.ingest.sources_made")  # type: ignore[arg-type]


def read(folder: Path, text: str) -> object:
    path = folder / "sources.toml"
    path.write_text(text)
    return read_sources_file(path, folder / "var")


def test_a_source_has_what_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("swordfish\n")
    more = f'password_file = "{tmp_path}/pw"\n'
    nested = EXTRUDER.replace("[[extruder", "[[source.extruder")
    path = tmp_path / "sources.toml"
    path.write_text(GOOD + more + nested + GOOD.replace("hall-1", "hall-2"))
    one, two = read_sources_file(path, tmp_path)
    assert one.source.address == "x://host swordfish 1"
    assert masked(one.source.address) == "x://host *** 1"
    assert (one.align_ms, one.silent_after_s, one.first_extruder) == (100, 60.0, 1001)
    assert (two.name, two.source.address, two.first_extruder) == ("hall-2", "x://host  0", 2001)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "source = (missing)"),
        ("[[source", "cannot be read as TOML"),
        (GOOD.replace("hall-1", "a/b"), "source[1].name = 'a/b'"),
        (GOOD.replace('"made"', '"fax"'), "source[1].kind = 'fax': expected"),
        (GOOD + "align_ms = 0", "source[1].align_ms = 0"),
        (GOOD + 'adress = "x"', "source[1].adress = 'x': expected no such key here"),
        (GOOD + GOOD, "source[2].name = 'hall-1': expected another name"),
        (GOOD + 'password_file = "/nowhere"', "source[1].password_file = '/nowhere'"),
        (GOOD + 'password = "a"\npassword_file = "/nowhere"', "since password is set"),
        (GOOD.replace("url", "#url"), "source[1].url = (missing)"),
        (
            (GOOD + EXTRUDER.replace("[[extruder", "[[source.extruder")) * 2,
            "source[2].name = 'hall-1'",
        ),
        (
            GOOD + EXTRUDER.replace("[[extruder", "[[source.extruder").replace('"t"\n', '"p"\n', 1),
            "source[1].extruder = 'p': expected each address mapped once",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(MappingError) as error:
        read(tmp_path, text)
    assert told in str(error.value)
    assert str(tmp_path / "sources.toml") in str(error.value)
    assert "\n" not in str(error.value)


def test_two_sources_with_one_extruder_are_refused(tmp_path: Path) -> None:
    text = GOOD + EXTRUDER.replace("[[extruder", "[[source.extruder")
    with pytest.raises(MappingError, match="a number that no extruder of another source has"):
        read(tmp_path, text + text.replace("hall-1", "hall-2"))
    one, two = (running(tmp_path / n, InHand()) for n in "ab")
    with pytest.raises(SettingError, match="SOURCES"):
        two.live.name = "other"
        refuse_shared_extruders([one, two])
    one.close()
    two.close()


def test_a_damaged_memory_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sources" / "made" / "known.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(MappingError, match=r"known\.json: cannot be read"):
        running(tmp_path, InHand())
