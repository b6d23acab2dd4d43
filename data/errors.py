"""The exception family: every error says whether trying again can help."""

from __future__ import annotations

from data.masking import masked


class MeltwatchError(Exception):
    """Base of all errors that Meltwatch raises on purpose."""

    retryable = False


class SettingError(MeltwatchError):
    """A setting is missing or has a bad value; the text names both, but tells no secret."""

    def __init__(self, key: str, value: object, expected: str) -> None:
        super().__init__(masked(f"setting {key}={value!r}") + f": expected {expected}")


class MappingError(MeltwatchError):
    """A mapping file is wrong; the text names the file, the key and the value."""


class MalformedFile(MeltwatchError):
    """An input file cannot be read as declared; the text names line and column."""


class StoreError(MeltwatchError):
    """The telemetry store refused or timed out; the caller may try again."""

    retryable = True


class CatalogueConflict(StoreError):
    """A catalogue would change the meaning of stored rows; trying again cannot help."""

    retryable = False


class CopyRefused(MeltwatchError):
    """A store is not copied from here to there; the text says why, and what to do."""


class BackupRefused(MeltwatchError):
    """A backup cannot be made or brought back so; the text says why, and what to do."""


class JobRefused(MeltwatchError):
    """A job in the queue is none of those that a worker does."""


class WindowsUnavailable(MeltwatchError):
    """Redis does not answer; the caller shows what it has and says so."""

    retryable = True


class UnknownExtruder(MeltwatchError):
    """No extruder has this number."""


class UnknownSignal(MeltwatchError):
    """No extruder has a signal of this name."""


class CommandError(MeltwatchError):
    """A command has a bad field; the text names field, value and what is expected."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        super().__init__(f"{field}={value!r}: expected {expected}")

    @classmethod
    def told(cls, text: str) -> CommandError:
        """The same error from the text that another process told of it."""
        return cls.__new__(cls, text)


class NoWorker(MeltwatchError):
    """No worker has recorded what was asked; asking again with the same id is harmless."""

    retryable = True


class HistoryTooSlow(MeltwatchError):
    """A question took longer than it may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"This takes longer than {seconds:g} s: choose a shorter time or fewer extruders"
        )


class HistoryTooLarge(MeltwatchError):
    """A question found more than it may."""

    def __init__(self, cap: int) -> None:
        super().__init__(
            f"This has more than {cap:,} rows: choose a shorter time or fewer extruders"
        )


class HistoryBusy(MeltwatchError):
    """Too many questions at once; the same one may be asked again in a moment."""

    retryable = True

    def __init__(self) -> None:
        super().__init__("The history is busy: try again in a few seconds")


class SignInRefused(MeltwatchError):
    """Login or password are wrong, or the account is disabled: never said which."""


class ProviderAway(MeltwatchError):
    """The provider that people sign in with does not answer as it should."""

    retryable = True


class LockedOut(MeltwatchError):
    """Too many wrong passwords in a row; trying again helps after `retry_after_s`."""

    retryable = True

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many wrong passwords: wait {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class PeopleRefused(MeltwatchError):
    """An account or a token is not changed so; the text says why."""
