"""What people can ask for: acknowledge, shelve, resolve … as checked values, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from data.alarms.events import AlarmKey
from data.errors import CommandError
from data.extruders import Limits
from data.malfunctions.malfunction import CANNOT_TELL
from data.malfunctions.signatures import SIGNATURES
from data.shards import Shard, shards

#: Longest shelving that is allowed, in minutes (MaxTimeShelved of OPC UA Part 9): one shift.
MAX_SHELVE_MIN = 480
#: Longest name of a person and longest comment or note.
MAX_NAME, MAX_TEXT = 60, 2000
#: Longest id: that of a browser (60) with a shard.
MAX_ID = 63
#: Longest text that can be attached to a note.
MAX_ATTACHMENT = 32 * 1024
#: What an annotation can be: a remark, or a run that others are compared with.
ANNOTATION_KINDS = ("note", "golden")


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
    NOTE_MALFUNCTION = "note_malfunction"
    SET_LIMITS = "set_limits"
    ANNOTATE = "annotate"
    REMOVE_ANNOTATION = "remove_annotation"


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
#: They change the malfunction; a note is only added to what people did about it.
ON_MALFUNCTIONS = frozenset({Action.ACKNOWLEDGE_MALFUNCTION, Action.RESOLVE_MALFUNCTION})


#: They name an extruder by its number; who removes an annotation does not.
_BY_NUMBER = (Action.SET_LIMITS, Action.ANNOTATE)


@dataclass(frozen=True)
class Command:
    """One action of one person. `id` is chosen by the browser, so that repeating it is harmless.

    `alarms` are texts of `AlarmKey`; `minutes` of shelving, None is one-shot; `cause`, `text_of`
    `action_taken` and `comment` (the note) belong to resolving; `extruder`, `product`, `signal`
    and `limits` (fields of `Limits`) to setting limits, whose reason is the comment. A note has
    an `attachment` of text, if any. An annotation (its text is the comment) has a `kind`, the
    time from `start` to `end` in ms, an extruder (0: the plant) and a signal ("": all);
    `annotation` is the one to remove.
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
    attachment_name: str = ""
    attachment: str = ""
    kind: str = ""
    start: int = 0
    end: int = 0
    annotation: str = ""


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


def extruders_of(command: Command) -> set[int]:
    """Numbers of the extruders that a command is about; 0 is the plant."""
    if command.action in ON_ALARMS:
        return {AlarmKey.parse(text).extruder for text in command.alarms}
    if command.malfunction:
        number, _, _ = command.malfunction.partition("-")
        return {int(number) if number.isdecimal() else 0}
    return {command.extruder}


def touched_by(raw: Mapping[str, Any]) -> set[int]:
    """All extruders that what somebody sent could be about, before it is checked; 0 is the plant,
    and all that cannot be told."""
    alarms = raw.get("alarms") or ()
    found = {_number(one) for one in alarms} if isinstance(alarms, list | tuple) else {0}
    malfunction, extruder = raw.get("malfunction"), raw.get("extruder")
    if malfunction:
        found.add(_number(malfunction, "-"))
    if extruder or raw.get("action") in {*_BY_NUMBER}:
        found.add(extruder if isinstance(extruder, int) else 0)
    return found or {0}


def _number(text: object, until: str = "|") -> int:
    start = text.partition(until)[0] if isinstance(text, str) else ""
    return int(start) if start.isascii() and start.isdecimal() and len(start) < 10 else 0


def concerns(command: Command, shard: Shard) -> bool:
    """Whether a shard has something to do for a command."""
    return any(shard.has(extruder) for extruder in extruders_of(command))


def by_shard(command: Command, of: int) -> list[tuple[Shard, Command]]:
    """The command for each of the shards that it concerns, with its alarms.

    One id stands for one thing that is done: where there are several, the shard is added.
    """
    concerned = [shard for shard in shards(of) if concerns(command, shard)]
    if len(concerned) == 1:
        return [(concerned[0], command)]
    return [(shard, _of_shard(command, shard)) for shard in concerned]


def _of_shard(command: Command, shard: Shard) -> Command:
    mine = tuple(text for text in command.alarms if shard.has(AlarmKey.parse(text).extruder))
    return replace(command, id=f"{command.id}.{shard.number}", alarms=mine)


_LONGEST = {
    **dict.fromkeys(("comment", "cause", "action_taken", "malfunction", "signal"), MAX_TEXT),
    **dict.fromkeys(("kind", "annotation", "attachment_name"), 2 * MAX_NAME),
    "attachment": MAX_ATTACHMENT,
}


def _check_texts(given: Mapping[str, Any]) -> None:
    for name, longest in (("id", MAX_ID), ("who", MAX_NAME)):
        value = given.get(name)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
            raise CommandError(name, value, f"1 to {longest} letters")
    for name, longest in _LONGEST.items():
        value = given.get(name, "")
        if not isinstance(value, str) or len(value) > longest:
            shown = value if len(str(value)) <= MAX_TEXT else f"{len(value)} letters"
            raise CommandError(name, shown, f"at most {longest} letters")


def _check_kinds(given: Mapping[str, Any]) -> None:
    """What a tick could stumble over must never become durable."""
    alarms, limits = given.get("alarms") or [], given.get("limits") or {}
    if not isinstance(alarms, list | tuple) or not all(isinstance(one, str) for one in alarms):
        raise CommandError("alarms", alarms, "a list of alarms")
    for name in ("extruder", "product", "start", "end"):
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
    if command.action in {*ON_MALFUNCTIONS, Action.NOTE_MALFUNCTION} and not command.malfunction:
        raise CommandError("malfunction", "", "the malfunction's id")
    if command.action is Action.RESOLVE_MALFUNCTION:
        _check_resolution(command)
    if command.action is Action.SET_LIMITS and not (command.signal and command.comment.strip()):
        raise CommandError("comment", command.comment, "a signal, and the reason of the change")
    if command.action in _FURTHER:
        _FURTHER[command.action](command)
    return command


def _check_note(command: Command) -> None:
    if not (command.comment.strip() or command.attachment):
        raise CommandError("comment", command.comment, "a note, or a text that is attached")
    if bool(command.attachment) != bool(command.attachment_name.strip()):
        raise CommandError("attachment_name", command.attachment_name, "the attachment's name")


def _check_annotation(command: Command) -> None:
    if command.kind not in ANNOTATION_KINDS:
        raise CommandError("kind", command.kind, " or ".join(ANNOTATION_KINDS))
    if command.end < command.start:
        raise CommandError("end", command.end, f"not before the start {command.start}")
    if command.kind == "golden" and not (command.extruder and command.end > command.start):
        raise CommandError("extruder", command.extruder, "an extruder, and a time that lasts")
    if command.kind == "note" and not command.comment.strip():
        raise CommandError("comment", command.comment, "what there is to say")


def _check_removal(command: Command) -> None:
    if not command.annotation:
        raise CommandError("annotation", "", "the annotation's id")


_FURTHER = {
    Action.NOTE_MALFUNCTION: _check_note,
    Action.ANNOTATE: _check_annotation,
    Action.REMOVE_ANNOTATION: _check_removal,
}


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
