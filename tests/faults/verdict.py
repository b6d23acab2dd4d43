"""What a fault did, against what is promised; the table of `make faults`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from tests.faults.observer import FRESH_S, Observer

#: Longest answer of the web process, and longest time that an old picture may be unmarked, s.
ANSWER_S = 5.0


@dataclass
class Found:
    """One row of the table; `missed` are the limits that were not kept, in words."""

    fault: str
    times: int
    answer_s: float
    no_web_s: float
    stale_s: float
    unmarked_s: float
    confirmed: int
    asked: int
    lost_commands: int
    lost_readings: int
    wrong_values: int
    missed: list[str] = field(default_factory=list)
    note: str = ""
    refusals: dict[str, int] = field(default_factory=dict)
    load: float = field(default_factory=lambda: os.getloadavg()[0])


#: Of this run, in order.
RESULTS: list[Found] = []

HEAD = (
    "fault", "times", "longest answer", "no web process", "without fresh readings",
    "oldest without a mark", "commands confirmed / asked", "lost commands", "lost readings",
    "wrong values", "load", "verdict",
)  # fmt: skip


def measured(fault: str, times: int, observer: Observer) -> Found:
    """The observer's part of a row: times and ages, nothing lost yet."""
    seen = sorted(observer.seen, key=lambda one: one.began)
    shown = [one for one in seen if one.path != "/readyz"]
    says_fresh = [one.age_s for one in shown if one.says_fresh]
    return Found(
        fault, times,
        answer_s=max((one.took for one in seen), default=0.0),
        no_web_s=_longest_between([(one.began, one.status > 0) for one in seen]),
        stale_s=_longest_between([(one.began, one.fresh) for one in shown]),
        unmarked_s=max(says_fresh, default=0.0),
        confirmed=len(observer.confirmed), asked=len(observer.asked),
        lost_commands=0, lost_readings=0, wrong_values=0, refusals=dict(observer.refusals),
    )  # fmt: skip


def judge(found: Found, stale_limit_s: float) -> None:
    """Say which limits were missed."""
    limits = {
        f"an answer took {found.answer_s:.1f} s": found.answer_s > ANSWER_S,
        f"no fresh readings for {found.stale_s:.0f} s": found.stale_s > stale_limit_s,
        f"{found.unmarked_s:.1f} s old without a mark": found.unmarked_s > FRESH_S,
        "commands were lost": found.lost_commands > 0,
        "readings were lost": found.lost_readings > 0,
        "values were shown that the store does not hold": found.wrong_values > 0,
        "no command was confirmed": found.confirmed == 0,
    }
    found.missed += [text for text, missed in limits.items() if missed]


def table(results: list[Found]) -> str:
    """All rows in Markdown."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    return "\n".join(lines + [_line(_cells(one)) for one in results])


def _cells(one: Found) -> list[str]:
    verdict = "MISSED: " + "; ".join(one.missed) if one.missed else "kept"
    return [
        one.fault, str(one.times), f"{one.answer_s:.1f} s", f"{one.no_web_s:.1f} s",
        f"{one.stale_s:.1f} s", f"{one.unmarked_s:.1f} s", f"{one.confirmed} / {one.asked}",
        str(one.lost_commands), str(one.lost_readings), str(one.wrong_values),
        f"{one.load:.1f}", f"{verdict}. {one.note}".rstrip(". "),
    ]  # fmt: skip


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _longest_between(samples: list[tuple[float, bool]]) -> float:
    """The longest time from a good sample to the next one, from the first to the last sample."""
    longest, last = 0.0, samples[0][0] if samples else 0.0
    for at, good in samples:
        if good:
            longest, last = max(longest, at - last), at
    return max(longest, samples[-1][0] - last) if samples else 0.0
