"""Recording what people ask for: durable in the journal, then on the list of the next tick."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Protocol

from data.commands import command_from_dict, command_to_dict
from data.errors import CommandError
from data.journal import Journal


class Inbox(Protocol):
    """Where the next tick finds commands; a WindowWriter is one."""

    def push_command(self, text: str) -> None:
        """Add one command (JSON)."""


def record_command(journal: Journal, inbox: Inbox, raw: Mapping[str, Any]) -> dict[str, Any]:
    """{"recorded": True, "id": …} once the command is durable, {"error": …} if it has a bad field.

    Repeating it is harmless: what was recorded first counts, and is pushed again only while no
    tick has applied it. Raises StoreError and WindowsUnavailable; the sender then asks again.
    """
    try:
        command = command_from_dict(raw, ts=time.time_ns() // 1_000_000)
    except CommandError as error:
        return {"error": str(error)}
    journal.record_command(command)
    for pending in journal.pending_commands():
        if pending.id == command.id:
            inbox.push_command(json.dumps(command_to_dict(pending)))
    return {"recorded": True, "id": command.id}
