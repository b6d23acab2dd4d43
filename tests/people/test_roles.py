"""Every action needs a permission, and roles grow."""

from __future__ import annotations

import pytest

from data.commands import Action
from data.people.roles import ALLOWED, NEEDED, Permission, Role


def test_every_action_needs_something() -> None:
    assert set(NEEDED) == set(Action)


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        (Role.VIEWER, set()),
        (
            Role.OPERATOR,
            {
                "acknowledge",
                "shelve",
                "unshelve",
                "reset",
                "acknowledge_malfunction",
                "note_malfunction",
                "annotate",
                "remove_annotation",
            },
        ),
        (Role.ADMIN, set(Action)),
    ],
)
def test_what_a_role_may_do(role: Role, actions: set[str]) -> None:
    assert {action for action in Action if NEEDED[action] in ALLOWED[role]} == actions


def test_supervisors_set_limits_and_maintenance_closes_malfunctions() -> None:
    operator = ALLOWED[Role.OPERATOR]
    assert ALLOWED[Role.SUPERVISOR] - operator == {Permission.SET_LIMITS}
    assert ALLOWED[Role.MAINTENANCE] - operator == {
        Permission.RESOLVE,
        Permission.JOBS,
        Permission.METRICS,
        Permission.SOURCES,
    }
