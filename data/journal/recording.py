"""Recording what people ask for: durable in the journal, then on the list of the next tick."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from data.commands import by_shard, command_from_dict, command_to_dict
from data.errors import CommandError
from data.journal import Journal


class Inbox(Protocol):
    """Where the next tick of a shard finds commands; a WindowWriter is one."""

    def push_command(self, text: str) -> None:
        """Add one command (JSON)."""


def record_command(
    journal: Journal, inboxes: Sequence[Inbox], raw: Mapping[str, Any]
) -> dict[str, Any]:
    """{"recorded": True, "id": …} once the command is durable, {"error": …} if it has a bad field.

    `inboxes` are those of all shards. A command on alarms of several becomes one for each.

    Repeating it is harmless: what was recorded first counts, and is pushed again only while no
    tick has applied it. Raises StoreError and WindowsUnavailable; the sender then asks again.
    """
    try:
        command = command_from_dict(raw, ts=time.time_ns() // 1_000_000)
    except CommandError as error:
        return {"error": str(error)}
    parts = by_shard(command, len(inboxes))
    for _shard, part in parts:
        journal.record_command(part)
    pending = {one.id: one for one in journal.pending_commands()}
    for shard, part in parts:
        if part.id in pending:
            text = json.dumps(command_to_dict(pending[part.id]))
            inboxes[shard.number].push_command(text)
    return {"recorded": True, "id": command.id}
