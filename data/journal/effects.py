"""What applied commands leave in the journal besides what they changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from data.commands import Action, Command, command_to_dict
from data.journal.rows import command_of

_ADD_ACTION = """
    INSERT INTO malfunction_actions
        (malfunction, ts, who, action, text, command, attachment_name, attachment)
    SELECT id, ?, ?, ?, ?, ?, ?, ? FROM malfunctions WHERE id = ? ON CONFLICT DO NOTHING"""
_ADD_ANNOTATION = """
    INSERT INTO annotations (id, ts, who, kind, extruder, signal, product, start, "end", text)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""
_REMOVE_ANNOTATION = (
    "UPDATE annotations SET removed = ?, removed_by = ? WHERE id = ? AND removed IS NULL"
)


def effects_of(command: Command) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Statements and their parameters; repeating them changes nothing."""
    c = command
    if c.malfunction:
        text = f"{c.action_taken}\n{c.comment}".strip("\n")
        row = c.ts, c.who, c.action, text, c.id, c.attachment_name, c.attachment, c.malfunction
        yield _ADD_ACTION, row
    elif c.action is Action.ANNOTATE:
        place = c.kind, c.extruder, c.signal, c.product, c.start, c.end
        yield _ADD_ANNOTATION, (c.id, c.ts, c.who, *place, c.comment)
    elif c.action is Action.REMOVE_ANNOTATION:
        yield _REMOVE_ANNOTATION, (c.ts, c.who, c.annotation)


def storable(command: Command) -> Command:
    """The command without what PostgreSQL's texts cannot have: NUL, and halves of letters.

    Kept with it, a command would be refused whenever a tick applies it, and the tick with it.
    """
    return command_of(json.dumps(_clean(command_to_dict(command))))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value
