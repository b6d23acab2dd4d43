"""What people wrote about a malfunction, with the texts that they attached."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from components.charts import format_time
from components.dossier_events import action_text
from components.history_states import nothing
from data.history.dossier import Dossier
from data.history.dossier_journal import ActionLine
from words import number, t

#: Notes that are printed: the newest.
PRINTED = 4


def notes(about: Dossier, zone: ZoneInfo) -> list[Component]:
    """Everything with words or an attachment, newest first."""
    written = [one for one in about.actions if one.text or one.attachment_name][::-1]
    if not written:
        return [nothing(t("Nobody has written anything about it yet."))]
    items = [
        html.Li(_note(one, zone), className="" if index < PRINTED else "dossier-screen-only")
        for index, one in enumerate(written)
    ]
    return [html.Ul(items, className="dossier-notes")]


def _note(one: ActionLine, zone: ZoneInfo) -> list[Component]:
    head = action_text(one)
    parts: list[Component] = [
        html.Div(
            [html.B(head), html.Time(format_time(one.ts, zone))], className="dossier-note__head"
        )
    ]
    if one.text:
        parts.append(html.P(one.text, className="dossier-note__text"))
    if one.attachment_name:
        parts.append(_attachment(one))
    return parts


def _attachment(one: ActionLine) -> Component:
    if one.attachment is None:
        return html.P(
            t("{name}: not shown, there are too many attachments", name=one.attachment_name)
        )
    size = len(one.attachment.encode())
    return html.Details(
        [
            html.Summary(f"{one.attachment_name} · {_size(size)}"),
            html.Button(
                t("Download"),
                type="button",
                className="button",
                **{"data-mw-act": "download", "data-mw-name": one.attachment_name},
            ),
            html.Pre(one.attachment, className="dossier-attachment", tabIndex="0"),
        ],
        className="dossier-attached",
    )


def _size(count: int) -> str:
    return t("{n} bytes", n=count) if count < 1024 else f"{number(count / 1024, 1)} KiB"
