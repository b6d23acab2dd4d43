"""What people can ask for: acknowledge, shelve, resolve … as checked values, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from data.alarms.events import AlarmKey
from data.errors import CommandError
from data.extruders import Limits
from data.malfunctions.malfunction import CANNOT_TELL
from data.malfunctions.signatures import SIGNATURES

#: Longest shelving that is allowed, in minutes (MaxTimeShelved of OPC UA Part 9): one shift.
MAX_SHELVE_MIN = 480
#: Longest name of a person and longest comment or note.
MAX_NAME, MAX_TEXT = 60, 2000


class Action(StrEnum):
    """The actions, by the name that a request carries."""

    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    OUT_OF_SERVICE = "out_of_service"
    IN_SERVICE = "in_service"
    RESET = "reset"
    ACKNOWLEDGE_MALFUNCTION = "acknowledge_malfunction"
    RESOLVE_MALFUNCTION = "resolve_malfunction"
    SET_LIMITS = "set_limits"


ON_ALARMS = frozenset(
    {
        Action.ACKNOWLEDGE,
        Action.SHELVE,
        Action.UNSHELVE,
        Action.OUT_OF_SERVICE,
        Action.IN_SERVICE,
        Action.RESET,
    }
)
ON_MALFUNCTIONS = frozenset({Action.ACKNOWLEDGE_MALFUNCTION, Action.RESOLVE_MALFUNCTION})


@dataclass(frozen=True)
class Command:
    """One action of one person. `id` is chosen by the browser, so that repeating it is harmless.

    `alarms` are texts of `AlarmKey`; `minutes` of shelving, None is one-shot; `cause`, `text_of`
    `action_taken` and `comment` (the note) belong to resolving; `extruder`, `product`, `signal`
    and `limits` (fields of `Limits`) to setting limits, whose reason is the comment.
    """

    id: str
    action: Action
    who: str
    ts: int
    comment: str = ""
    alarms: tuple[str, ...] = ()
    minutes: float | None = None
    malfunction: str = ""
    cause: str = ""
    action_taken: str = ""
    extruder: int = 0
    product: int = 0
    signal: str = ""
    limits: Mapping[str, float | bool | None] = field(default_factory=dict)


def command_to_dict(command: Command) -> dict[str, Any]:
    """As plain JSON values."""
    return asdict(command)


def command_from_dict(raw: Mapping[str, Any], ts: int | None = None) -> Command:
    """A command that came as JSON, checked; `ts` (ms) replaces the sender's clock.

    Raises CommandError that names the field, its value and what is expected.
    """
    given = {**raw} if ts is None else {**raw, "ts": ts}
    _check_kinds(given)
    unknown = set(given) - set(Command.__dataclass_fields__)
    if unknown:
        raise CommandError(min(unknown), given[min(unknown)], "no such field")
    _check_texts(given)
    try:
        action = Action(given.get("action", ""))
    except ValueError as error:
        raise CommandError("action", given.get("action"), ", ".join(Action)) from error
    fields = {**given, "action": action, "alarms": tuple(given.get("alarms") or ())}
    return _checked(Command(**fields))


def _check_texts(given: Mapping[str, Any]) -> None:
    for name in ("id", "who"):
        value = given.get(name)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_NAME:
            raise CommandError(name, value, f"1 to {MAX_NAME} letters")
    for name in ("comment", "cause", "action_taken", "malfunction", "signal"):
        value = given.get(name, "")
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise CommandError(name, value, f"at most {MAX_TEXT} letters")


def _check_kinds(given: Mapping[str, Any]) -> None:
    """What a tick could stumble over must never become durable."""
    alarms, limits = given.get("alarms") or [], given.get("limits") or {}
    if not isinstance(alarms, list | tuple) or not all(isinstance(one, str) for one in alarms):
        raise CommandError("alarms", alarms, "a list of alarms")
    for name in ("extruder", "product"):
        value = given.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise CommandError(name, value, "a whole number from 0")
    check_limits(limits)


def check_limits(limits: object) -> None:
    """Raises CommandError unless these are fields of `Limits` with numbers, yes, no or nothing."""
    names = set(Limits.__dataclass_fields__)
    if not isinstance(limits, Mapping) or not set(limits) <= names:
        raise CommandError("limits", limits, ", ".join(sorted(names)))
    for name, value in limits.items():
        if not isinstance(value, int | float | None) or value != value:  # noqa: PLR0124  NaN
            raise CommandError(name, value, "a number")


def _checked(command: Command) -> Command:
    if command.action in ON_ALARMS:
        _check_alarms(command)
    if command.action in ON_MALFUNCTIONS and not command.malfunction:
        raise CommandError("malfunction", "", "the malfunction's id")
    if command.action is Action.RESOLVE_MALFUNCTION:
        _check_resolution(command)
    if command.action is Action.SET_LIMITS and not (command.signal and command.comment.strip()):
        raise CommandError("comment", command.comment, "a signal, and the reason of the change")
    return command


def _check_alarms(command: Command) -> None:
    if not command.alarms:
        raise CommandError("alarms", [], "at least one alarm")
    for text in command.alarms:
        try:
            AlarmKey.parse(text)
        except (ValueError, AttributeError) as error:
            raise CommandError("alarms", text, "extruder|source|condition") from error
    minutes = command.minutes
    if minutes is not None and not (
        isinstance(minutes, int | float) and 0 < minutes <= MAX_SHELVE_MIN
    ):
        raise CommandError("minutes", minutes, f"more than 0, at most {MAX_SHELVE_MIN}, or none")


def _check_resolution(command: Command) -> None:
    if command.cause not in {CANNOT_TELL, "other", *SIGNATURES}:
        raise CommandError("cause", command.cause, ", ".join(SIGNATURES))
    if not command.action_taken.strip():
        raise CommandError("action_taken", command.action_taken, "what was done")
