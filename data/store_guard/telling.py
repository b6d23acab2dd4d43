"""Messages about the store: one when a finding appears, one when it is gone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from data.alarms.events import Priority
from data.journal import Notification
from data.notifier.routes import Route, Routes
from data.store_guard import Finding
from data.store_guard.standing import Standing


@dataclass(frozen=True)
class Terms:
    """What messages need to know of the plant; `base_url` is empty if links cannot be made."""

    plant: str
    zone: ZoneInfo
    base_url: str


def messages(
    standing: Standing,
    findings: Mapping[str, Finding],
    routes: Routes,
    terms: Terms,
    now: int,
) -> list[Notification]:
    """Messages for the routes on duty at `now` (ms); the journal takes each key only once.

    So a route that is off duty is told when its shift begins, of what still stands. `findings`
    by key are those known, also of what has ended.
    """
    on_duty = [r for r in routes if r.escalate_after_min is None and r.on_duty(now, terms.zone)]
    return [
        *_told(standing.since, findings, on_duty, terms, now),
        *_told(standing.ended, findings, [r for r in on_duty if r.cleared], terms, now, gone=True),
    ]


def _told(
    keys: Mapping[str, int],
    findings: Mapping[str, Finding],
    routes: Iterable[Route],
    terms: Terms,
    now: int,
    gone: bool = False,
) -> Iterator[Notification]:
    for key, since in keys.items():
        # If Redis was emptied, nobody knows more of what has ended than its name.
        finding = findings.get(key) or Finding(key, Priority.HIGH, key)
        for target in _targets(routes, finding):
            stage = "gone" if gone else "found"
            title, body = _title(finding, terms, gone), _body(finding, terms, gone)
            key_ = f"{target}|store|{key}|{since}|{stage}"
            yield Notification(key_, target, title, body, int(finding.priority), now)


def _targets(routes: Iterable[Route], finding: Finding) -> Iterator[str]:
    for route in routes:
        if route.wants_store(finding.priority):
            yield from route.targets


def _title(finding: Finding, terms: Terms, gone: bool) -> str:
    lead = "Mended" if gone else finding.priority.name.capitalize()
    return f"{lead}: store of {terms.plant}, {finding.text}"


def _body(finding: Finding, terms: Terms, gone: bool) -> str:
    lines = [terms.plant, finding.text]
    if gone:
        lines.append("This is no longer so.")
    elif finding.mend:
        lines += ["What mends it:", finding.mend]
    if terms.base_url:
        lines.append(f"{terms.base_url}/system")
    return "\n".join(lines)
