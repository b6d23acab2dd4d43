"""What can be wrong with a site, and what it adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watcher.state import Level, Seen


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `brief` for everybody, `detail` names addresses and reasons."""

    level: Level
    brief: str
    detail: str


@dataclass(frozen=True)
class Look:
    """One look at the site; ages in seconds, None where they are not known."""

    findings: tuple[Finding, ...] = ()
    data_age_s: float | None = None
    certificate_ends: int | None = None
    took_ms: int = 0

    @property
    def away(self) -> bool:
        """Whether the site cannot be used: is it the site, or this machine's network?"""
        return any(finding.level is Level.DOWN for finding in self.findings)


def judge(findings: Sequence[Finding]) -> Seen:
    """The worst level with its words; the details of everything."""
    if not findings:
        return Seen(Level.UP)
    worst = max(finding.level for finding in findings)
    briefs = [finding.brief for finding in findings if finding.level == worst]
    return Seen(worst, "; ".join(briefs), "\n".join(finding.detail for finding in findings))


def silence(beat: int | None, watching_since: int, at: int, max_s: float) -> Finding | None:
    """What is wrong if heartbeats have come (`beat`, ms) and now do not.

    Those that came while nobody was here to take them are not missed.
    """
    if beat is None or max_s == 0:
        return None
    quiet_s = (at - max(beat, watching_since)) / 1000
    if quiet_s <= max_s:
        return None
    detail = f"no heartbeat from the workers for {quiet_s:.0f} s, at most {max_s:g} s are allowed"
    return Finding(Level.STALE, "the monitoring inside is silent", detail)
