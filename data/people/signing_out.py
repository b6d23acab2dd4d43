"""Ends the sessions of a person in Redis: their keys, for the web process and the command line."""

from __future__ import annotations

from redis import Redis

from data.redis_errors import translated

#: Session by the hash of its cookie; hashes of a person's sessions.
SESSION, OF_PERSON = "mw:session:", "mw:sessions:"


def sign_out(client: Redis, person: str) -> int:
    """Sign out every browser of a person; how many. Raises WindowsUnavailable."""
    with translated():
        keys: set[bytes] = client.smembers(OF_PERSON + person)  # type: ignore[assignment]
        ended = [client.delete(SESSION + key.decode()) for key in keys]
        client.delete(OF_PERSON + person)
    return sum(map(int, ended))
