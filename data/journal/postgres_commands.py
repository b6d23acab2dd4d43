"""What applied commands leave in the journal on PostgreSQL, told in SQL from those recorded."""

from __future__ import annotations

import json
from typing import Any

from data.commands import Command, command_to_dict
from data.journal.sqlite_rows import command_of

# A command on alarms names no malfunction, so it finds none here.
_ADD_ACTION = r"""
    INSERT INTO malfunction_actions
        (malfunction, ts, who, action, text, command, attachment_name, attachment)
    SELECT m.id, c.ts, c.who, c.body::json ->> 'action',
        btrim(coalesce(c.body::json ->> 'action_taken', '') || E'\n'
            || coalesce(c.body::json ->> 'comment', ''), E'\n'),
        c.id,
        coalesce(c.body::json ->> 'attachment_name', ''),
        coalesce(c.body::json ->> 'attachment', '')
    FROM commands c JOIN malfunctions m ON m.id = c.body::json ->> 'malfunction'
    WHERE c.id = ? ON CONFLICT DO NOTHING"""
_ADD_ANNOTATION = """
    INSERT INTO annotations
        (id, ts, who, kind, extruder, signal, product, start, "end", text)
    SELECT c.id, c.ts, c.who,
        c.body::json ->> 'kind', (c.body::json ->> 'extruder')::bigint,
        c.body::json ->> 'signal', (c.body::json ->> 'product')::bigint,
        (c.body::json ->> 'start')::bigint, (c.body::json ->> 'end')::bigint,
        c.body::json ->> 'comment'
    FROM commands c WHERE c.id = ? AND c.body::json ->> 'action' = 'annotate'
    ON CONFLICT DO NOTHING"""
_REMOVE_ANNOTATION = """
    UPDATE annotations SET removed = c.ts, removed_by = c.who
    FROM commands c
    WHERE c.id = ? AND c.body::json ->> 'action' = 'remove_annotation'
        AND annotations.id = c.body::json ->> 'annotation'
        AND annotations.removed IS NULL"""

#: Each takes the id of an applied command; of a command that it is not about it changes nothing.
EFFECTS_OF_COMMANDS = (_ADD_ACTION, _ADD_ANNOTATION, _REMOVE_ANNOTATION)


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
