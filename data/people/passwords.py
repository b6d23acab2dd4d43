"""Passwords, kept as Argon2id; parameters of OWASP's cheat sheet (19 MiB, 2 passes)."""

from __future__ import annotations

from contextlib import suppress

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from data.errors import SettingError

#: NIST SP 800-63B asks for 8 at least; long ones cost nothing, up to a limit for our own sake.
SHORTEST, LONGEST = 10, 128
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    """Hashes and checks. Tests give a cheaper hasher."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._nobody = hasher.hash("nobody's")

    def hashed(self, login: str, plain: str) -> str:
        """What is kept of a new password. Raises SettingError if it is none to be used."""
        if not SHORTEST <= len(plain) <= LONGEST:
            raise SettingError("password", "***", f"{SHORTEST} to {LONGEST} characters")
        if plain.casefold() in {login.casefold(), login.casefold() * 2, "meltwatch" * 2}:
            raise SettingError("password", "***", "another text than the login")
        return self._hasher.hash(plain)

    def matches(self, kept: str, plain: str) -> bool:
        """Whether it is the one; for nobody ("") it takes as long, and it is not."""
        with suppress(VerificationError, InvalidHashError):
            return self._hasher.verify(kept or self._nobody, plain[: LONGEST + 1]) and bool(kept)
        return False

    def again(self, kept: str, plain: str) -> str:
        """What is kept, or made anew if it was made with other parameters than today's."""
        return self._hasher.hash(plain) if self._hasher.check_needs_rehash(kept) else kept
