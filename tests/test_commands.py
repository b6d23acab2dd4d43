"""Commands of people are checked before anything is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data.commands import Action, command_from_dict, command_to_dict
from data.errors import CommandError

ACK = {"id": "c1", "action": "acknowledge", "who": "Ana", "alarms": ["3|MainDrive.Load|HH"]}
RESOLVE = {
    "id": "c2", "action": "resolve_malfunction", "who": "Ben", "malfunction": "3-17",
    "cause": "bridging", "action_taken": "cleared the throat",
}  # fmt: skip


NOTE = {
    "id": "c3", "action": "note_malfunction", "who": "Cem", "malfunction": "3-17",
    "attachment_name": "log.txt", "attachment": "line 1\nline 2",
}  # fmt: skip
ANNOTATE = {
    "id": "c4", "action": "annotate", "who": "Ana", "kind": "golden", "extruder": 3,
    "product": 1, "start": 1000, "end": 2000, "comment": "steady",
}  # fmt: skip
REMOVE = {"id": "c5", "action": "remove_annotation", "who": "Ana", "annotation": "c4"}


@pytest.mark.parametrize("raw", [ACK, RESOLVE, NOTE, ANNOTATE, REMOVE])
def test_a_good_command_survives_json(raw: dict[str, Any]) -> None:
    command = command_from_dict(raw, ts=17)
    assert command.ts == 17
    assert command_from_dict(json.loads(json.dumps(command_to_dict(command)))) == command


def test_the_senders_clock_is_not_believed() -> None:
    assert command_from_dict({**ACK, "ts": 1}, ts=99).ts == 99


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"who": " "}, "who"),
        ({"who": "x" * 61}, "who"),
        ({"id": 5}, "id"),
        ({"action": "explode"}, "action='explode'"),
        ({"alarms": []}, "alarms"),
        ({"alarms": ["3|x"]}, "alarms='3|x'"),
        ({"alarms": ["3|x|HUGE"]}, "HUGE"),
        ({"comment": 7}, "comment=7"),
        ({"action": "shelve", "minutes": 0}, "minutes=0"),
        ({"action": "shelve", "minutes": 481}, "480"),
        ({"colour": "red"}, "colour='red'"),
        ({"alarms": 5}, "alarms=5"),
        ({"alarms": [5]}, "alarms"),
        ({"extruder": "x"}, "extruder='x'"),
        ({"limits": 5}, "limits=5"),
        ({"limits": {"colour": 1}}, "limits"),
        ({"limits": {"h": "a"}}, "h='a'"),
    ],
)
def test_a_bad_field_is_named_with_its_value(change: dict[str, Any], named: str) -> None:
    with pytest.raises(CommandError, match=named.replace("|", r"\|")):
        command_from_dict({**ACK, **change}, ts=1)


@pytest.mark.parametrize(
    "change", [{"cause": "gremlins"}, {"action_taken": " "}, {"malfunction": ""}]
)
def test_resolving_needs_a_cause_and_an_action(change: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=next(iter(change))):
        command_from_dict({**RESOLVE, **change}, ts=1)


def test_one_shot_shelving_has_no_minutes() -> None:
    command = command_from_dict({**ACK, "action": "shelve", "comment": "known"}, ts=1)
    assert command.action is Action.SHELVE
    assert command.minutes is None


def test_limits_are_changed_with_a_reason_only() -> None:
    raw = {"id": "c3", "action": "set_limits", "who": "Eva", "extruder": 1, "signal": "Load"}
    with pytest.raises(CommandError, match="reason"):
        command_from_dict(raw, ts=1)


@pytest.mark.parametrize(
    ("raw", "change", "named"),
    [
        (NOTE, {"malfunction": ""}, "malfunction"),
        (NOTE, {"attachment": "", "attachment_name": ""}, "comment"),
        (NOTE, {"attachment_name": ""}, "attachment_name"),
        (NOTE, {"attachment": "x" * (32 * 1024 + 1)}, "attachment='32769 letters'"),
        (ANNOTATE, {"kind": "silver"}, "kind='silver'"),
        (ANNOTATE, {"end": 999}, "end=999"),
        (ANNOTATE, {"extruder": 0}, "extruder=0"),
        (ANNOTATE, {"kind": "note", "comment": " "}, "comment"),
        (ANNOTATE, {"start": -1}, "start=-1"),
        (REMOVE, {"annotation": ""}, "annotation"),
    ],
)
def test_notes_and_annotations_are_checked(
    raw: dict[str, Any], change: dict[str, Any], named: str
) -> None:
    with pytest.raises(CommandError, match=named):
        command_from_dict({**raw, **change}, ts=1)
