"""What is kept of secrets that are random: who reads it cannot use it."""

from __future__ import annotations

from hashlib import sha256


def hashed(secret: str) -> str:
    """SHA-256 as hex. Of passwords, which can be guessed, this is not enough: see passwords.py."""
    return sha256(secret.encode()).hexdigest()
