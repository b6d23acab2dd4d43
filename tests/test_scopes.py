"""What a scope covers."""

from __future__ import annotations

import pytest

from data.errors import SettingError
from data.extruders import Catalogue, Extruder
from data.scopes import covers, from_header, part_of, scope_of, seeing, seen, to_header


@pytest.mark.parametrize(
    ("scope", "site", "line", "sees"),
    [
        ((), "", "", True),
        (("North",), "North", "", True),
        (("North",), "North", "Line 1", True),
        (("North",), "North ", "Line 1", False),
        (("North/Line 1",), "North", "Line 1", True),
        (("North/Line 1",), "North", "Line 10", False),
        (("North/Line 1",), "North", "", False),
        (("North/A/B",), "North", "A/B", True),
        (("North/Line 1", "South"), "South", "Line 7", True),
        (("North",), "", "", False),
        (("/Line 1",), "", "Line 1", False),
    ],
)
def test_a_scope_covers_sites_and_lines(
    scope: tuple[str, ...], site: str, line: str, sees: bool
) -> None:
    assert covers(scope, site, line) is sees


def test_a_part_of_the_catalogue_keeps_its_version() -> None:
    plant = Catalogue(7, (Extruder(1, "A", (), {}, "N", "1"), Extruder(2, "B", (), {}, "N", "2")))
    assert part_of(plant, ()) is plant
    part = part_of(plant, ("N/2",))
    assert (part.version, [one.id for one in part.extruders]) == (7, [2])


def test_a_header_tells_a_scope() -> None:
    for scope in [(), ("Nord",), ('Łódź/Linie, "1"', "x")]:
        assert from_header(to_header(scope)) == tuple(sorted(scope))
        assert to_header(scope).isascii()
    for text in ["x", "%5B", "%5B%5D", "%5B1%5D", "%5B%22%22%5D", "{}", "%22a%22"]:
        with pytest.raises(SettingError):
            from_header(text)


def test_what_is_no_place_is_refused() -> None:
    assert scope_of([" North ", "A/B"]) == ("A/B", "North")
    for entries in [[""], ["/Line 1"], ["a\nb"], ["x" * 121], [str(n) for n in range(51)]]:
        with pytest.raises(SettingError):
            scope_of(entries)


def test_what_is_seen_ends_with_the_request() -> None:
    with seeing(("North",)):
        assert seen() == ("North",)
    assert seen() == ()
