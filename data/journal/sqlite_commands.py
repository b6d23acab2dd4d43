"""What applied commands leave in the journal, told in SQL from the commands that were recorded."""

from __future__ import annotations

# A command on alarms names no malfunction, so it finds none here.
_ADD_ACTION = """
    INSERT INTO malfunction_actions
        (malfunction, ts, who, action, text, command, attachment_name, attachment)
    SELECT m.id, c.ts, c.who, json_extract(c.body, '$.action'),
        trim(json_extract(c.body, '$.action_taken') || char(10)
            || json_extract(c.body, '$.comment'), char(10)),
        c.id,
        coalesce(json_extract(c.body, '$.attachment_name'), ''),
        coalesce(json_extract(c.body, '$.attachment'), '')
    FROM commands c JOIN malfunctions m ON m.id = json_extract(c.body, '$.malfunction')
    WHERE c.id = ? ON CONFLICT DO NOTHING"""
_ADD_ANNOTATION = """
    INSERT INTO annotations
        (id, ts, who, kind, extruder, signal, product, start, "end", text)
    SELECT c.id, c.ts, c.who,
        json_extract(c.body, '$.kind'), json_extract(c.body, '$.extruder'),
        json_extract(c.body, '$.signal'), json_extract(c.body, '$.product'),
        json_extract(c.body, '$.start'), json_extract(c.body, '$.end'),
        json_extract(c.body, '$.comment')
    FROM commands c WHERE c.id = ? AND json_extract(c.body, '$.action') = 'annotate'
    ON CONFLICT DO NOTHING"""
_REMOVE_ANNOTATION = """
    UPDATE annotations SET removed = c.ts, removed_by = c.who
    FROM commands c
    WHERE c.id = ? AND json_extract(c.body, '$.action') = 'remove_annotation'
        AND annotations.id = json_extract(c.body, '$.annotation')
        AND annotations.removed IS NULL"""

#: Each takes the id of an applied command; of a command that it is not about it changes nothing.
EFFECTS_OF_COMMANDS = (_ADD_ACTION, _ADD_ANNOTATION, _REMOVE_ANNOTATION)
