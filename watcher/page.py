"""The status page: HTML with its style in it, no scripts, readable from a file anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from html import escape
from pathlib import Path

from watcher.report import Report
from watcher.settings import Settings
from watcher.state import Incident, Level
from watcher.telling import NAMES, clock, duration
from watcher.uptime import Day, percent, total

STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
#: How often a browser fetches the page again, without a script.
REFRESH_S = 30

_MARKS = {Level.UP: "✓", Level.STALE: "▲", Level.DOWN: "✕", Level.UNKNOWN: "?"}
_SAID = {
    Level.UP: "Up: the site answers, and its data are fresh.",
    Level.STALE: "Stale: the site answers, but",
    Level.DOWN: "Down:",
    Level.UNKNOWN: "Unknown:",
}


def page(found: Report, settings: Settings) -> str:
    """The whole page."""
    name = escape(settings.name)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{REFRESH_S}">
<title>{_MARKS[found.level]} {NAMES[found.level]} – {name} status</title>
<style>{STYLE}</style>
</head>
<body>
<header><h1>{name} <span>status</span></h1></header>
<main>
{_now(found, settings)}
{_uptime(found.days)}
{_incidents(found, settings)}
{_table(found.days)}
</main>
<footer>
<p>Probed every {settings.every_s:g} s by a watcher on another machine.
Times are those of {escape(settings.tz)}. <a href="status.json">status.json</a></p>
<p>This page was made at {clock(found.at, settings.zone)}. If that is minutes ago and reloading does
not change it, the watcher itself is away and nothing here is current.</p>
</footer>
</body>
</html>
"""


def _now(found: Report, settings: Settings) -> str:
    level = found.level
    lines = [f"<p>{line}</p>" for line in _about_now(found, settings)]
    return f"""<section class="now {_class(level)}" aria-label="Current state">
<p class="state"><span class="mark" aria-hidden="true">{_MARKS[level]}</span> {_said(found)}</p>
{"".join(lines)}
</section>"""


def _said(found: Report) -> str:
    if not found.looked:
        return "Unknown: the site has not been probed yet."
    if found.late:
        ago = _lasting(found.at - found.looked)
        return f"Unknown: the watcher has not probed for {ago}."
    if found.level is Level.UNKNOWN:
        return "Unknown: the first probes failed; a few more are needed to be sure."
    words = _SAID[found.level]
    return words if found.level is Level.UP else f"{words} {escape(found.state.seen.brief)}."


def _about_now(found: Report, settings: Settings) -> list[str]:
    lines = []
    if found.level is not Level.UNKNOWN:
        lasting = _lasting(found.at - found.state.since)
        lines.append(f"Since {clock(found.state.since, settings.zone)} ({lasting}).")
    if found.looked:
        lines.append(f"Last probe {clock(found.looked, settings.zone)}{_doubt(found)}.")
    if found.level in {Level.UP, Level.STALE} and found.data_age_s is not None:
        lines.append(f"The newest reading was {found.data_age_s:.0f} s old.")
    return lines


def _doubt(found: Report) -> str:
    run = found.state.run
    if run is None or found.late or found.level is Level.UNKNOWN:
        return ""
    how = "worse" if run.seen.level > found.state.level else "better"
    return f"; the last {run.count} found it {how}, which is being checked"


def _uptime(days: Sequence[Day]) -> str:
    every, watched = total(days), [day for day in days if day.watched_s]
    if not watched:
        return "<section><h2>Uptime</h2><p>Nothing has been watched yet.</p></section>"
    up = percent(every.up_s, every.watched_s)
    answered = percent(every.up_s + every.stale_s, every.watched_s)
    return f"""<section>
<h2>Uptime, last {len(days)} days</h2>
<p><strong>{up}</strong> up with fresh data, <strong>{answered}</strong> answered.
Watched on {_count(len(watched), "day")}, {_lasting(round(every.watched_s * 1000))} in all.</p>
<ol class="bars" aria-label="Uptime by day, oldest first">{"".join(map(_bar, days))}</ol>
<p class="scale"><span>{_date(days[0])}</span><span>{_date(days[-1])}, today</span></p>
<ul class="key">{"".join(map(_key, _MARKS))}</ul>
</section>"""


def _bar(day: Day) -> str:
    text = f"{_date(day)}: {_in_words(day)}"
    return f'<li class="{_class(day.worst)}" title="{text}"><span>{text}</span></li>'


def _key(level: Level) -> str:
    words = {
        Level.UP: "up all day",
        Level.STALE: "data were old for a time",
        Level.DOWN: "down for a time",
        Level.UNKNOWN: "not watched",
    }
    return f'<li><i class="{_class(level)}"></i>{words[level]}</li>'


def _in_words(day: Day) -> str:
    if not day.watched_s:
        return "not watched"
    parts = [f"{percent(day.up_s, day.watched_s)} up"]
    if day.down_s:
        parts.append(f"down for {duration(round(day.down_s * 1000))}")
    if day.stale_s:
        parts.append(f"old data for {duration(round(day.stale_s * 1000))}")
    return ", ".join(parts)


def _incidents(found: Report, settings: Settings) -> str:
    if not found.incidents:
        return "<section><h2>Incidents</h2><p>None in this time.</p></section>"
    rows = "".join(_incident(one, found.at, settings) for one in found.incidents)
    return f"""<section><h2>Incidents</h2><ul class="incidents">{rows}</ul></section>"""


def _incident(one: Incident, at: int, settings: Settings) -> str:
    lasted = _lasting((one.end or at) - one.start)
    when = f"since {clock(one.start, settings.zone)}, <strong>still open</strong>"
    if one.end:
        when = _span(one.start, one.end, settings.zone)
    return f"""<li class="{_class(one.level)}">
<p><span class="mark" aria-hidden="true">{_MARKS[one.level]}</span>
<strong>{NAMES[one.level].capitalize()} for {lasted}</strong>: {escape(one.brief)}</p>
<p>{when}</p></li>"""


def _span(start: int, end: int, zone: tzinfo) -> str:
    """From when until when; the date is said once if it is the same, and so is the zone."""
    (*day, at, name), (*last_day, last_at, last_name) = (
        clock(start, zone).split(),
        clock(end, zone).split(),
    )
    until = [*([] if day == last_day else last_day), last_at, last_name]
    return " ".join([*day, at, *([] if name == last_name else [name]), "until", *until])


def _lasting(ms: int) -> str:
    """A duration that is not broken at the end of a line."""
    return duration(ms).replace(" ", "\u00a0")


def _table(days: Sequence[Day]) -> str:
    watched = [day for day in reversed(days) if day.watched_s]
    if not watched:
        return ""
    rows = "".join(f"<tr><td>{_date(day)}</td><td>{_in_words(day)}</td></tr>" for day in watched)
    return f"""<details><summary>Uptime by day in words</summary>
<table><thead><tr><th>day</th><th>uptime</th></tr></thead><tbody>{rows}</tbody></table></details>"""


def _class(level: Level) -> str:
    return NAMES[level].lower()


def _date(day: Day) -> str:
    return day.date.strftime("%d %b %Y")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
