"""The head of a dossier: what it was, when, what it cost, why, and what was found and done."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.charts import UNKNOWN, format_duration, format_money, format_time
from components.malfunction_words import cause_label
from components.page_settings import PageSettings
from data.history.dossier import Dossier
from data.malfunctions.malfunction import CANNOT_TELL, Malfunction, RankedCause, Scrap, Stage
from words import mark, number, t

#: An earliest onset nearer than this to the onset (ms) is not worth words.
_APART_MS = 30_000
STAGES = {
    Stage.OPEN: mark("open"),
    Stage.ACKNOWLEDGED: mark("acknowledged"),
    Stage.RESOLVED: mark("resolved"),
}


def dossier_facts(about: Dossier, settings: PageSettings) -> list[Component]:
    """Title with state and what can be done, facts in a grid, causes with their evidence."""
    return [_title(about), _grid(about, settings), _causes(about.malfunction)]


def title_of(about: Dossier) -> str:
    """The cause in words: what was found, else the most probable one."""
    one = about.malfunction
    if one.cause_found:
        return cause_label(one.cause_found)
    return t(one.causes[0].label) if one.causes else cause_label(CANNOT_TELL)


def _title(about: Dossier) -> Component:
    one = about.malfunction
    state = t("over") if one.ended is not None else t("still lasting")
    return html.Div(
        [
            html.H1(f"{title_of(about)} · {about.extruder_name}"),
            html.Span(state, className=f"chip dossier-chip{'--lasts' if about.lasts else ''}"),
            html.Span(t(STAGES[one.stage]), className="chip"),
            html.Div(_acts(one), className="dossier-acts"),
        ],
        className="dossier-title",
        **{"data-mw-malfunction": json.dumps(_for_dialogs(about), separators=(",", ":"))},
    )


def _for_dialogs(about: Dossier) -> dict[str, object]:
    """What assets/live/malfunction_resolve.mjs wants to know."""
    one = about.malfunction
    causes = [{"cause": cause.cause} for cause in one.causes]
    return {"id": one.id, "extruder_name": about.extruder_name, "causes": causes}


def _acts(one: Malfunction) -> list[Component]:
    acts = []
    if one.stage is Stage.OPEN:
        acts.append(act(t("Acknowledge"), "acknowledge", "button button--main"))
    if one.stage is not Stage.RESOLVED:
        acts.append(act(t("Resolve…"), "resolve"))
    return acts


def act(text: str, name: str, style: str = "button", title: str | None = None) -> Component:
    """A button that assets/live/dossier.mjs acts on."""
    return html.Button(text, type="button", className=style, title=title, **{"data-mw-act": name})


def _grid(about: Dossier, settings: PageSettings) -> Component:
    one = about.malfunction
    facts = [
        (t("Product"), about.product_name or UNKNOWN),
        (t("Began"), _began(one, settings)),
        (t("Detected"), _detected(one, settings)),
        (t("Ended"), _ended(about, settings)),
        (_lost_word(one), _lost(about, settings)),
        (t("Acknowledged by"), _acknowledged(one, settings)),
        (t("Found and done"), _found(one, settings)),
    ]
    pairs = [
        html.Div([html.Dt(name), html.Dd(text)], className="dossier-fact") for name, text in facts
    ]
    return html.Dl(pairs, className="dossier-grid")


def _began(one: Malfunction, settings: PageSettings) -> str:
    began = format_time(one.onset, settings.zone, seconds=True)
    if one.onset - one.onset_early < _APART_MS:
        return began
    early = format_time(one.onset_early, settings.zone, seconds=True)
    return t("{time}, at the earliest {early}", time=began, early=early)


def _detected(one: Malfunction, settings: PageSettings) -> str:
    at = format_time(one.detected, settings.zone, seconds=True)
    late = format_duration(one.detected - one.onset)
    return t("{time}, {duration} after it began", time=at, duration=late)


def _ended(about: Dossier, settings: PageSettings) -> str:
    one = about.malfunction
    if one.ended is None:
        return t("Still lasting, for {duration}", duration=format_duration(about.as_of - one.onset))
    at = format_time(one.ended, settings.zone, seconds=True)
    return t("{time}, after {duration}", time=at, duration=format_duration(one.ended - one.onset))


def _lost_word(one: Malfunction) -> str:
    if one.scrap.final:
        return t("Lost")
    return t("Lost so far") if one.ended is None else t("Lost, still settling")


def _lost(about: Dossier, settings: PageSettings) -> str:
    scrap = about.malfunction.scrap
    money = format_money(scrap.money if about.price_known else None, settings.currency)
    unknown = "" if about.price_known else " " + t("(no price is known)")
    whole = f"{number(scrap.kg, 1)} kg · {money}{unknown} · {number(scrap.hours, 1)} h"
    return f"{whole}: {_split(scrap)}" if scrap.kg > 0 else whole


def _split(scrap: Scrap) -> str:
    parts = [
        (t("out of spec"), scrap.out_of_spec_kg),
        (t("start-up"), scrap.start_up_kg),
        (t("purge"), scrap.purge_kg),
    ]
    return " · ".join(f"{name} {number(kg, 1)} kg" for name, kg in parts if kg > 0)


def _acknowledged(one: Malfunction, settings: PageSettings) -> str:
    if one.acknowledged_at is None:
        return one.who if one.resolved_at else t("nobody yet")
    return f"{one.who}, {format_time(one.acknowledged_at, settings.zone)}"


def _found(one: Malfunction, settings: PageSettings) -> str:
    if one.resolved_at is None:
        return t("not resolved yet")
    said = [cause_label(one.cause_found), one.action, one.note]
    who = f"{one.who}, {format_time(one.resolved_at, settings.zone)}"
    return " · ".join(part for part in [*said, who] if part)


def _causes(one: Malfunction) -> Component:
    if not one.causes:
        why = (
            _list(one.seen, "dossier-seen")
            if one.seen
            else t("Nothing was noted of what was seen.")
        )
        text = html.P(t("Nothing explains well enough what was seen, or two causes do so alike."))
        return html.Div([html.H2(cause_label(CANNOT_TELL)), text, why, *_nelson(one)])
    first, *others = one.causes
    found = one.cause_found and one.cause_found != first.cause
    head = t("Most probable cause before somebody looked") if found else t("Most probable cause")
    return html.Div(
        [
            html.H2(f"{head}: {t(first.label)}, {_percent(first)}"),
            html.P(t("First check: {check}", check=t(first.check))),
            _evidence(first),
            *_nelson(one),
            *([_others(others)] if others else []),
        ],
        className="dossier-causes",
    )


def _nelson(one: Malfunction) -> list[Component]:
    return [html.P(one.nelson, className="dossier-nelson")] if one.nelson else []


def _evidence(cause: RankedCause) -> Component:
    items = [
        html.Li([html.B(f"{t('For') if e.supports else t('Against')}: "), t(e.text)])
        for e in cause.evidence
    ]
    return html.Ul(items, className="dossier-evidence")


def _others(others: Sequence[RankedCause]) -> Component:
    names = ", ".join(f"{t(cause.label)} {_percent(cause)}" for cause in others)
    told = [
        html.Div(
            [html.B(t("{cause}: check {check}", cause=t(c.label), check=t(c.check))), _evidence(c)]
        )
        for c in others
    ]
    return html.Details(
        [html.Summary(t("Also possible: {causes}", causes=names)), *told],
        className="dossier-others",
    )


def _list(texts: Sequence[str], style: str) -> Component:
    return html.Ul([html.Li(t(text)) for text in texts], className=style)


def _percent(cause: RankedCause) -> str:
    return f"{round(100 * cause.likelihood)} %"
