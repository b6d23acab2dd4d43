"""Alarms and people's actions of a dossier: words, and the table of both in order of time."""

from __future__ import annotations

from textwrap import shorten
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from components.alarm_bar import PRIORITIES
from components.charts import local
from components.dossier_scale import number
from components.history_states import nothing
from data.alarms.events import Condition, Kind
from data.extruders import Signal
from data.history.dossier import Dossier
from data.history.dossier_journal import ActionLine, AlarmLine
from words import mark, t

#: What happened to an alarm; as in assets/live/alarm_words.mjs.
KINDS = {
    Kind.ACTIVE: mark("became active"),
    Kind.CLEARED: mark("cleared"),
    Kind.ACKNOWLEDGED: mark("acknowledged"),
    Kind.RE_ALARMED: mark("told again"),
    Kind.RESET: mark("reset"),
    Kind.SHELVED: mark("shelved"),
    Kind.UNSHELVED: mark("unshelved"),
    Kind.SUPPRESSED: mark("suppressed by design"),
    Kind.UNSUPPRESSED: mark("no longer suppressed"),
    Kind.OUT_OF_SERVICE: mark("taken out of service"),
    Kind.IN_SERVICE: mark("back in service"),
}
ACTIONS = {
    "acknowledge_malfunction": mark("acknowledged the malfunction"),
    "resolve_malfunction": mark("resolved the malfunction"),
    "note_malfunction": mark("wrote a note"),
    "limits": mark("changed limits"),
}
_HEADS = (mark("Time"), mark("Priority"), mark("What"), mark("Who, comment"))
#: Rows that are printed; a page of paper has no more room.
PRINTED = 12
#: Letters of a note that a row tells.
IN_A_ROW = 140
_OTHERS = {
    Condition.SILENT: mark("No readings"),
    Condition.MALFUNCTION: mark("This malfunction"),
    Condition.BAD: mark("sensor failure"),
    Condition.FROZEN: mark("reading frozen"),
}


def alarm_text(one: AlarmLine, signal: Signal | None) -> str:
    """What is wrong, and what happened: "Melt pressure 241 bar · H 240 bar became active"."""
    what = t(KINDS.get(Kind(one.kind), one.kind))
    return f"{subject(one, signal)} {what}"


def subject(one: AlarmLine, signal: Signal | None) -> str:
    """What an alarm is about, in the words of the live screens."""
    condition = Condition(one.condition)
    label = t(signal.label) if signal else one.source
    if condition in {Condition.SILENT, Condition.MALFUNCTION}:
        return t(_OTHERS[condition])
    if condition in _OTHERS:
        return f"{label}: {t(_OTHERS[condition])}"
    unit, decimals = (t(signal.unit), signal.decimals) if signal else ("", 1)
    value = "" if one.value is None else f" {number(one.value, decimals)} {unit}".rstrip()
    limit = "" if one.limit is None else f" {number(one.limit, decimals)} {unit}".rstrip()
    return f"{label}{value} · {condition}{limit}"


def action_text(one: ActionLine) -> str:
    """Who did what: "Ana resolved the malfunction"."""
    return f"{one.who} {t(ACTIONS.get(one.action, one.action))}"


def events_table(about: Dossier, zone: ZoneInfo) -> list[Component]:
    """Everything that happened in the span, oldest first."""
    signals = {signal.name: signal for signal in about.signals}
    lines = [(one.ts, _alarm_row(one, signals.get(one.source), zone)) for one in about.alarms]
    lines += [(one.ts, _action_row(one, zone)) for one in about.actions]
    if not lines:
        return [nothing(t("No alarms, and nobody did anything about it."))]
    lines.sort(key=lambda line: line[0])
    kept = _printed(about)
    rows = [
        html.Tr(cells, className="" if ts in kept else "dossier-screen-only") for ts, cells in lines
    ]
    head = html.Tr([html.Th(t(name), scope="col") for name in _HEADS])
    more = (
        t("The journal has more alarms in this time than are listed here.")
        if about.more_alarms
        else ""
    )
    left_out = sum(ts not in kept for ts, _ in lines)
    return [
        html.P(
            t("{n} more of {all} are not printed.", n=left_out, all=len(lines)) if left_out else "",
            className="dossier-print-only",
        ),
        html.Table([html.Thead(head), html.Tbody(rows)], className="dossier-table"),
        *([nothing(more)] if more else []),
    ]


def state_words(name: str) -> str:
    """JOB_IN_PRODUCTION → Job in production; a product's name stays as it is."""
    return t(name.replace("_", " ").capitalize() if name.isupper() and "_" in name else name)


def _printed(about: Dossier) -> set[int]:
    """Times of the rows that paper has room for: actions beside the most urgent alarms."""
    actions = [(1, one.ts) for one in about.actions]
    alarms = [
        (one.priority + (0 if one.kind == Kind.ACTIVE else 4), one.ts) for one in about.alarms
    ]
    return {ts for _, ts in sorted(actions + alarms)[:PRINTED]}


def _alarm_row(one: AlarmLine, signal: Signal | None, zone: ZoneInfo) -> list[Component]:
    sign, word = PRIORITIES.get(one.priority, ("?", mark("Unknown")))
    priority = html.Span(
        [html.Span(sign, className="alarm-sign", **{"aria-hidden": "true"}), f" {t(word)}"],
        className=f"priority-{one.priority}",
    )
    said = ": ".join(part for part in (one.who, one.comment) if part)
    return [
        html.Td(_clock(one.ts, zone)), html.Td(priority), html.Td(alarm_text(one, signal)),
        html.Td(html.Div(said)),
    ]  # fmt: skip


def _action_row(one: ActionLine, zone: ZoneInfo) -> list[Component]:
    # The notes tell all of it.
    text = shorten(one.text, IN_A_ROW, placeholder=" …") + (
        f" [{one.attachment_name}]" if one.attachment_name else ""
    )
    what = t(ACTIONS.get(one.action, one.action))
    return [
        html.Td(_clock(one.ts, zone)), html.Td(t("▲ Person")), html.Td(what[:1].upper() + what[1:]),
        html.Td(html.Div(f"{one.who}: {text}" if text else one.who)),
    ]  # fmt: skip


def _clock(ts: int, zone: ZoneInfo) -> Component:
    shown = local(ts, zone)
    return html.Time(
        [html.Span(f"{shown:%Y-%m-%d} ", className="dossier-date"), f"{shown:%H:%M:%S}"]
    )
