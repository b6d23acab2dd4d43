"""Which permission a request takes, by method and path. What is not named is refused."""

from __future__ import annotations

from enum import Enum

from data.people.roles import Permission


class Open(Enum):
    """What takes no permission."""

    PUBLIC = "everybody"
    REFUSED = "nobody"


Needed = Permission | Open
#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

#: Without signing in: whether we live, and the ways in and out. Nothing of the plant is told.
_PUBLIC = frozenset(
    {"/healthz", "/readyz", "/login", "/login/start", "/login/done", "/logout", "/kiosk"}
)
_READS = {
    "/metrics": Permission.METRICS,
}
#: A traceback may tell of the inside.
_READS_BELOW = {"/system/failures/": Permission.JOBS}
_POSTS = {
    # At least; then by its action: data.people.roles.NEEDED.
    "/commands": Permission.ACKNOWLEDGE,
    "/replays": Permission.SET_LIMITS,
    "/system/failures/run": Permission.JOBS,
    "/system/failures/discard": Permission.JOBS,
    "/sources/test": Permission.SOURCES,
    "/sources/map": Permission.SOURCES,
    "/sources/unmap": Permission.SOURCES,
    "/_dash-update-component": Permission.VIEW,
}
#: What a person with a scope may ask: it reads the plant through what data.scopes narrows. All else
#: tells of the whole plant, and a new route does until it is named here.
_SCOPED = frozenset(
    {
        "/", "/scope", "/alarms", "/malfunctions", "/trends", "/report",
        "/plant", "/plant/sparks", "/plant/events", "/lines", "/alarms/now", "/alarms/history",
        "/alarms/health", "/alarms/deliveries",
        "/commands", "/openapi.json", "/_dash-update-component", "/_dash-layout",
        "/_dash-dependencies", "/_reload-hash", "/_favicon.ico",
    }
)  # fmt: skip
_SCOPED_BELOW = (
    "/windows/", "/catalogue/", "/lines/", "/api/v1/", "/extruder/", "/malfunctions/", "/history/",
    "/access/", "/assets/", "/_dash-component-suites/",
)  # fmt: skip
#: What screens ask by themselves: nobody need be there, so it keeps no session alive.
_BY_ITSELF = (
    "/windows/", "/plant", "/lines", "/alarms/", "/system/", "/sources/", "/healthz", "/access/",
    "/api/",
)  # fmt: skip


def needed(method: str, path: str) -> Needed:
    """What a request takes. Every page, stream and file of the site takes VIEW at least."""
    if path in _PUBLIC:
        return Open.PUBLIC
    if method in {"GET", "HEAD"}:
        return _read(path)
    return _POSTS.get(path, Open.REFUSED) if method == "POST" else Open.REFUSED


def is_scoped(path: str) -> bool:
    """Whether what is told there is told to each by their scope."""
    return path in _PUBLIC or path in _SCOPED or path.startswith(_SCOPED_BELOW)


def _read(path: str) -> Permission:
    below = (takes for start, takes in _READS_BELOW.items() if path.startswith(start))
    return _READS.get(path) or next(below, Permission.VIEW)


def is_activity(method: str, path: str) -> bool:
    """Whether a person has done something."""
    return method == "POST" or not path.startswith(_BY_ITSELF)
