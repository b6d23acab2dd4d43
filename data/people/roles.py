"""The roles that a person can have, and what each of them may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from data.commands import Action


class Permission(StrEnum):
    """What can be allowed."""

    VIEW = "view"
    ACKNOWLEDGE = "acknowledge"  # also shelve, reset and write notes
    SET_LIMITS = "set_limits"  # also out of service, and trying limits out
    RESOLVE = "resolve"
    JOBS = "jobs"  # run again, discard
    METRICS = "metrics"
    SOURCES = "sources"  # test connections, map addresses


class Role(StrEnum):
    """The roles, by the name that an account carries."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    MAINTENANCE = "maintenance"
    ADMIN = "admin"


_VIEWER = frozenset({Permission.VIEW})
_OPERATOR = _VIEWER | {Permission.ACKNOWLEDGE}

ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.OPERATOR: _OPERATOR,
    Role.SUPERVISOR: _OPERATOR | {Permission.SET_LIMITS},
    Role.MAINTENANCE: _OPERATOR
    | {Permission.RESOLVE, Permission.JOBS, Permission.METRICS, Permission.SOURCES},
    Role.ADMIN: frozenset(Permission),
}

#: What a command takes.
NEEDED: Mapping[Action, Permission] = {
    Action.ACKNOWLEDGE: Permission.ACKNOWLEDGE,
    Action.SHELVE: Permission.ACKNOWLEDGE,
    Action.UNSHELVE: Permission.ACKNOWLEDGE,
    Action.OUT_OF_SERVICE: Permission.SET_LIMITS,
    Action.IN_SERVICE: Permission.SET_LIMITS,
    Action.RESET: Permission.ACKNOWLEDGE,
    Action.ACKNOWLEDGE_MALFUNCTION: Permission.ACKNOWLEDGE,
    Action.RESOLVE_MALFUNCTION: Permission.RESOLVE,
    Action.NOTE_MALFUNCTION: Permission.ACKNOWLEDGE,
    Action.SET_LIMITS: Permission.SET_LIMITS,
    Action.ANNOTATE: Permission.ACKNOWLEDGE,
    Action.REMOVE_ANNOTATION: Permission.ACKNOWLEDGE,
}
