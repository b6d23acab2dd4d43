"""The head of a dossier: what it was, when, what it cost, why, and what was found and done."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.charts import UNKNOWN, format_duration, format_money, format_time
from components.dossier_events import cause_words
from components.page_settings import PageSettings
from data.history.dossier import Dossier
from data.malfunctions.malfunction import CANNOT_TELL, Malfunction, RankedCause, Scrap, Stage

#: An earliest onset nearer than this to the onset (ms) is not worth words.
_APART_MS = 30_000


def dossier_facts(about: Dossier, settings: PageSettings) -> list[Component]:
    """Title with state and what can be done, facts in a grid, causes with their evidence."""
    return [_title(about), _grid(about, settings), _causes(about.malfunction)]


def title_of(about: Dossier) -> str:
    """The cause in words: what was found, else the most probable one."""
    one = about.malfunction
    if one.cause_found:
        return cause_words(one.cause_found)
    return one.causes[0].label if one.causes else cause_words(CANNOT_TELL)


def _title(about: Dossier) -> Component:
    one = about.malfunction
    state = "over" if one.ended is not None else "still lasting"
    return html.Div(
        [
            html.H1(f"{title_of(about)} · {about.extruder_name}"),
            html.Span(state, className=f"chip dossier-chip{'--lasts' if about.lasts else ''}"),
            html.Span(one.stage.value, className="chip"),
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
        acts.append(act("Acknowledge", "acknowledge", "button button--main"))
    if one.stage is not Stage.RESOLVED:
        acts.append(act("Resolve…", "resolve"))
    return acts


def act(text: str, name: str, style: str = "button", title: str | None = None) -> Component:
    """A button that assets/live/dossier.mjs acts on."""
    return html.Button(text, type="button", className=style, title=title, **{"data-mw-act": name})


def _grid(about: Dossier, settings: PageSettings) -> Component:
    one = about.malfunction
    facts = [
        ("Product", about.product_name or UNKNOWN),
        ("Began", _began(one, settings)),
        ("Detected", _detected(one, settings)),
        ("Ended", _ended(about, settings)),
        (_lost_word(one), _lost(about, settings)),
        ("Acknowledged by", _acknowledged(one, settings)),
        ("Found and done", _found(one, settings)),
    ]
    pairs = [
        html.Div([html.Dt(name), html.Dd(text)], className="dossier-fact") for name, text in facts
    ]
    return html.Dl(pairs, className="dossier-grid")


def _began(one: Malfunction, settings: PageSettings) -> str:
    began = format_time(one.onset, settings.zone, seconds=True)
    if one.onset - one.onset_early < _APART_MS:
        return began
    return f"{began}, at the earliest {format_time(one.onset_early, settings.zone, seconds=True)}"


def _detected(one: Malfunction, settings: PageSettings) -> str:
    at = format_time(one.detected, settings.zone, seconds=True)
    return f"{at}, {format_duration(one.detected - one.onset)} after it began"


def _ended(about: Dossier, settings: PageSettings) -> str:
    one = about.malfunction
    if one.ended is None:
        return f"Still lasting, for {format_duration(about.as_of - one.onset)}"
    at = format_time(one.ended, settings.zone, seconds=True)
    return f"{at}, after {format_duration(one.ended - one.onset)}"


def _lost_word(one: Malfunction) -> str:
    if one.scrap.final:
        return "Lost"
    return "Lost so far" if one.ended is None else "Lost, still settling"


def _lost(about: Dossier, settings: PageSettings) -> str:
    scrap = about.malfunction.scrap
    money = format_money(scrap.money if about.price_known else None, settings.currency)
    unknown = "" if about.price_known else " (no price is known)"
    whole = f"{scrap.kg:,.1f} kg · {money}{unknown} · {scrap.hours:.1f} h"
    return f"{whole}: {_split(scrap)}" if scrap.kg > 0 else whole


def _split(scrap: Scrap) -> str:
    parts = [
        ("out of spec", scrap.out_of_spec_kg),
        ("start-up", scrap.start_up_kg),
        ("purge", scrap.purge_kg),
    ]
    return " · ".join(f"{name} {kg:,.1f} kg" for name, kg in parts if kg > 0)


def _acknowledged(one: Malfunction, settings: PageSettings) -> str:
    if one.acknowledged_at is None:
        return one.who if one.resolved_at else "nobody yet"
    return f"{one.who}, {format_time(one.acknowledged_at, settings.zone)}"


def _found(one: Malfunction, settings: PageSettings) -> str:
    if one.resolved_at is None:
        return "not resolved yet"
    said = [cause_words(one.cause_found), one.action, one.note]
    who = f"{one.who}, {format_time(one.resolved_at, settings.zone)}"
    return " · ".join(part for part in [*said, who] if part)


def _causes(one: Malfunction) -> Component:
    if not one.causes:
        why = _list(one.seen, "dossier-seen") if one.seen else "Nothing was noted of what was seen."
        text = html.P("Nothing explains well enough what was seen, or two causes do so alike.")
        return html.Div([html.H2(cause_words(CANNOT_TELL)), text, why, *_nelson(one)])
    first, *others = one.causes
    found = one.cause_found and one.cause_found != first.cause
    head = "Most probable cause before somebody looked" if found else "Most probable cause"
    return html.Div(
        [
            html.H2(f"{head}: {first.label}, {_percent(first)}"),
            html.P(f"First check: {first.check}"),
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
        html.Li([html.B("For: " if e.supports else "Against: "), e.text]) for e in cause.evidence
    ]
    return html.Ul(items, className="dossier-evidence")


def _others(others: Sequence[RankedCause]) -> Component:
    names = ", ".join(f"{cause.label} {_percent(cause)}" for cause in others)
    told = [html.Div([html.B(f"{c.label}: check {c.check}"), _evidence(c)]) for c in others]
    return html.Details(
        [html.Summary(f"Also possible: {names}"), *told], className="dossier-others"
    )


def _list(texts: Sequence[str], style: str) -> Component:
    return html.Ul([html.Li(text) for text in texts], className=style)


def _percent(cause: RankedCause) -> str:
    return f"{round(100 * cause.likelihood)} %"
