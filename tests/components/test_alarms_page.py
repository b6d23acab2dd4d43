"""The frame of the Alarms page, the alarm bar of every page, and the way to both."""

from __future__ import annotations

import json
from typing import Any

from components import ids
from components.alarm_bar import PRIORITIES, alarm_bar, causes
from components.alarms_page import alarms_page
from components.extruder_page import extruder_page
from components.plant_page import card
from components.shell import shell
from data.alarms.events import Priority
from data.commands import command_from_dict
from data.extruders import Catalogue, Extruder

PLANT = Catalogue(7, (Extruder(1, "Extruder 1", ()), Extruder(2, "Pipe <2>", ())))


def parts(tree: Any, name: str) -> list[Any]:
    return [one for one in tree._traverse() if getattr(one, "data-mw-part", None) == name]


def test_the_frame_names_the_page_its_catalogue_and_its_extruders() -> None:
    properties = alarms_page(PLANT).to_plotly_json()["props"]
    assert properties["id"] == ids.ALARMS_ROOT
    assert properties["data-mw-page"] == "alarms"
    assert properties["data-mw-catalogue"] == "7"
    assert json.loads(properties["data-mw-extruders"]) == [[1, "Extruder 1"], [2, "Pipe <2>"]]


def test_every_page_has_the_bar_between_header_and_banner() -> None:
    order = [getattr(part, "id", None) for part in shell("Plant", {}).children]
    assert order.index(ids.ALARM_BAR) == order.index(ids.BANNER) - 1


def test_every_page_links_to_the_alarms() -> None:
    links = [part for part in shell("Plant", {})._traverse() if hasattr(part, "href")]
    assert [one.children for one in links if one.href == ids.ALARMS_PATH] == ["Alarms"]


def test_every_priority_has_a_count_with_a_sign_and_a_word_of_its_own() -> None:
    assert set(PRIORITIES) == {int(priority) for priority in Priority}
    assert len({sign for sign, _ in PRIORITIES.values()}) == len(PRIORITIES)
    for priority in PRIORITIES:
        assert [one.children for one in parts(alarm_bar(), f"count-{priority}")] == ["–"]


def test_every_cause_on_offer_can_be_recorded() -> None:
    for cause, label in causes():
        assert label
        command_from_dict(
            {
                "id": "1",
                "action": "resolve_malfunction",
                "who": "A. Weber",
                "malfunction": "3-1700000000000",
                "cause": cause,
                "action_taken": "cleaned",
            },
            ts=0,
        )


def test_a_card_keeps_a_place_for_alarms_and_for_what_is_wrong() -> None:
    for name in ("alarms", "fault", "cause", "cost", "check"):
        assert len(parts(card(PLANT.extruders[0]), name)) == 1


def test_the_page_of_an_extruder_keeps_a_place_for_its_alarms() -> None:
    page = extruder_page(PLANT.extruders[0], PLANT)
    assert ids.EXTRUDER_ALARMS in [getattr(part, "id", None) for part in page._traverse()]
