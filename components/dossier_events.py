"""Alarms and people's actions of a dossier: words, and the table of both in order of time."""

from __future__ import annotations

from textwrap import shorten
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from components.alarm_bar import PRIORITIES, causes
from components.charts import local
from components.dossier_scale import number
from components.history_states import nothing
from data.alarms.events import Condition, Kind
from data.extruders import Signal
from data.history.dossier import Dossier
from data.history.dossier_journal import ActionLine, AlarmLine

#: What happened to an alarm; as in assets/live/alarm_words.mjs.
KINDS = {
    Kind.ACTIVE: "became active",
    Kind.CLEARED: "cleared",
    Kind.ACKNOWLEDGED: "acknowledged",
    Kind.RE_ALARMED: "told again",
    Kind.RESET: "reset",
    Kind.SHELVED: "shelved",
    Kind.UNSHELVED: "unshelved",
    Kind.SUPPRESSED: "suppressed by design",
    Kind.UNSUPPRESSED: "no longer suppressed",
    Kind.OUT_OF_SERVICE: "taken out of service",
    Kind.IN_SERVICE: "back in service",
}
ACTIONS = {
    "acknowledge_malfunction": "acknowledged the malfunction",
    "resolve_malfunction": "resolved the malfunction",
    "note_malfunction": "wrote a note",
    "limits": "changed limits",
}
#: Rows that are printed; a page of paper has no more room.
PRINTED = 12
#: Letters of a note that a row tells.
IN_A_ROW = 140
_OTHERS = {
    Condition.SILENT: "No readings",
    Condition.MALFUNCTION: "This malfunction",
    Condition.BAD: "sensor failure",
    Condition.FROZEN: "reading frozen",
}


def alarm_text(one: AlarmLine, signal: Signal | None) -> str:
    """What is wrong, and what happened: "Melt pressure 241 bar · H 240 bar became active"."""
    return f"{subject(one, signal)} {KINDS.get(Kind(one.kind), one.kind)}"


def subject(one: AlarmLine, signal: Signal | None) -> str:
    """What an alarm is about, in the words of the live screens."""
    condition = Condition(one.condition)
    label = signal.label if signal else one.source
    if condition in {Condition.SILENT, Condition.MALFUNCTION}:
        return _OTHERS[condition]
    if condition in _OTHERS:
        return f"{label}: {_OTHERS[condition]}"
    unit, decimals = (signal.unit, signal.decimals) if signal else ("", 1)
    value = "" if one.value is None else f" {number(one.value, decimals)} {unit}".rstrip()
    limit = "" if one.limit is None else f" {number(one.limit, decimals)} {unit}".rstrip()
    return f"{label}{value} · {condition}{limit}"


def action_text(one: ActionLine) -> str:
    """Who did what: "Ana resolved the malfunction"."""
    return f"{one.who} {ACTIONS.get(one.action, one.action)}"


def events_table(about: Dossier, zone: ZoneInfo) -> list[Component]:
    """Everything that happened in the span, oldest first."""
    signals = {signal.name: signal for signal in about.signals}
    lines = [(one.ts, _alarm_row(one, signals.get(one.source), zone)) for one in about.alarms]
    lines += [(one.ts, _action_row(one, zone)) for one in about.actions]
    if not lines:
        return [nothing("No alarms, and nobody did anything about it.")]
    lines.sort(key=lambda line: line[0])
    kept = _printed(about)
    rows = [
        html.Tr(cells, className="" if ts in kept else "dossier-screen-only") for ts, cells in lines
    ]
    head = html.Tr([html.Th(n, scope="col") for n in ("Time", "Priority", "What", "Who, comment")])
    more = (
        "The journal has more alarms in this time than are listed here."
        if about.more_alarms
        else ""
    )
    left_out = sum(ts not in kept for ts, _ in lines)
    return [
        html.P(
            f"{left_out} more of {len(lines)} are not printed." if left_out else "",
            className="dossier-print-only",
        ),
        html.Table([html.Thead(head), html.Tbody(rows)], className="dossier-table"),
        *([nothing(more)] if more else []),
    ]


def state_words(name: str) -> str:
    """JOB_IN_PRODUCTION → Job in production; a product's name stays as it is."""
    return name.replace("_", " ").capitalize() if name.isupper() and "_" in name else name


def _printed(about: Dossier) -> set[int]:
    """Times of the rows that paper has room for: actions beside the most urgent alarms."""
    actions = [(1, one.ts) for one in about.actions]
    alarms = [
        (one.priority + (0 if one.kind == Kind.ACTIVE else 4), one.ts) for one in about.alarms
    ]
    return {ts for _, ts in sorted(actions + alarms)[:PRINTED]}


def _alarm_row(one: AlarmLine, signal: Signal | None, zone: ZoneInfo) -> list[Component]:
    sign, word = PRIORITIES.get(one.priority, ("?", "Unknown"))
    mark = html.Span(
        [html.Span(sign, className="alarm-sign", **{"aria-hidden": "true"}), f" {word}"],
        className=f"priority-{one.priority}",
    )
    said = ": ".join(part for part in (one.who, one.comment) if part)
    return [
        html.Td(_clock(one.ts, zone)), html.Td(mark), html.Td(alarm_text(one, signal)),
        html.Td(html.Div(said)),
    ]  # fmt: skip


def _action_row(one: ActionLine, zone: ZoneInfo) -> list[Component]:
    # The notes tell all of it.
    text = shorten(one.text, IN_A_ROW, placeholder=" …") + (
        f" [{one.attachment_name}]" if one.attachment_name else ""
    )
    what = ACTIONS.get(one.action, one.action)
    return [
        html.Td(_clock(one.ts, zone)), html.Td("▲ Person"), html.Td(what.capitalize()),
        html.Td(html.Div(f"{one.who}: {text}" if text else one.who)),
    ]  # fmt: skip


def _clock(ts: int, zone: ZoneInfo) -> Component:
    shown = local(ts, zone)
    return html.Time(
        [html.Span(f"{shown:%Y-%m-%d} ", className="dossier-date"), f"{shown:%H:%M:%S}"]
    )


def cause_words(cause: str) -> str:
    """A cause as screens call it."""
    return dict(causes()).get(cause, cause)
