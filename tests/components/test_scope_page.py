"""The frame of the Scope page, and the way to it."""

from __future__ import annotations

from components import ids
from components.scope_page import scope_page
from components.shell import shell
from data.extruders import Catalogue


def test_the_frame_names_the_page_and_its_catalogue() -> None:
    properties = scope_page(Catalogue(7, ())).to_plotly_json()["props"]
    assert properties["id"] == ids.SCOPE_ROOT
    assert properties["data-mw-page"] == "scope"
    assert properties["data-mw-catalogue"] == "7"


def test_every_page_links_to_the_scope() -> None:
    links = [
        part for part in shell("Plant", {})._traverse() if getattr(part, "href", "") == "/scope"
    ]
    assert [link.children for link in links] == ["Scope"]
