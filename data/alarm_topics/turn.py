"""Whose turn it is to publish: one worker's, until it has been silent for some seconds."""

from __future__ import annotations

from redis import Redis

from data.redis_errors import translated

KEY = "mw:alarms:publisher"
HELD_MS = 8_000


def hold(client: Redis, name: str) -> bool:
    """Whether it is `name`'s turn, which this call makes longer. Raises WindowsUnavailable.

    Two may hold it for a moment after a pause of one: both publish the same.
    """
    with translated():
        if client.set(KEY, name, nx=True, px=HELD_MS):
            return True
        if client.get(KEY) != name.encode():
            return False
        client.pexpire(KEY, HELD_MS)
        return True
