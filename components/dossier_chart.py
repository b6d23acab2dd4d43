"""Readings of a dossier as small multiples on one time axis, with limits and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go

from components.charts import ABNORMAL, MUTED, SERIES, dates, figure, local
from components.dossier_events import action_text, alarm_text, state_words
from components.dossier_scale import LimitLine, beyond, limit_lines, scale_of
from data.alarms.events import Condition, Kind
from data.extruders import Limits, Signal
from data.history.dossier import Dossier
from data.history.dossier_journal import AlarmLine
from data.history.dossier_lanes import Lane
from data.history.dossier_readings import Readings
from words import t

#: Heights in px: of one signal with its name, of the events above all, and around them.
LANE_PX, NAME_PX, EVENTS_PX = 84, 20, 44
TOP_PX, BOTTOM_PX = 58, 44
LEFT_PX, RIGHT_PX = 50, 64
_A_DAY_MS = 86_400_000
#: Sign of a priority, as everywhere: it tells them apart without colour.
SYMBOLS = {1: "diamond", 2: "square", 3: "circle", 4: "circle-open"}
#: Its colour, as the alarms' own are, but readable on both grounds.
COLOURS = {1: ABNORMAL, 2: "#c9780f", 3: "#948a1d", 4: "#4a86bd"}
_LIMIT, _LIMIT_FAR = "#b3741a", ABNORMAL


def dossier_chart(about: Dossier, shown: Readings, zone: ZoneInfo) -> go.Figure:
    """One lane per signal of `shown`, below a lane of alarms and actions."""
    picture = _Picture(about, shown, zone)
    picture.draw()
    return picture.figure


def height_of(lanes: int) -> int:
    """Height of the chart in px for so many signals."""
    return TOP_PX + BOTTOM_PX + EVENTS_PX + lanes * (LANE_PX + NAME_PX)


class _Picture:
    """Lays lanes into the figure from top to bottom."""

    def __init__(self, about: Dossier, shown: Readings, zone: ZoneInfo) -> None:
        self._about, self._shown, self._zone = about, shown, zone
        self._signals = {signal.name: signal for signal in about.signals}
        self._base = local(shown.start, zone)
        self._clock = "%H:%M:%S" if shown.end - shown.start < _A_DAY_MS else "%m-%d %H:%M"
        self._inner = height_of(len(shown.lanes)) - TOP_PX - BOTTOM_PX
        margin = {"l": LEFT_PX, "r": RIGHT_PX, "t": TOP_PX, "b": BOTTOM_PX}
        self.figure = figure(
            height=height_of(len(shown.lanes)),
            margin=margin,
            hovermode="x unified",
            hoversubplots="axis",
            dragmode="zoom",
            uirevision=about.malfunction.id,
        )

    def draw(self) -> None:
        self._time_axis()
        self._times()
        self._events(self._about.alarms)
        for index, lane in enumerate(self._shown.lanes):
            self._lane(index, lane, self._signals[lane.signal])

    def _at(self, ts: int) -> datetime:
        """Where a time is on the axis: the clock as it went at the span's start."""
        return self._base + timedelta(milliseconds=ts - self._shown.start)

    def _time_axis(self) -> None:
        first, last = self._at(self._shown.start), self._at(self._shown.end)
        zone = datetime.fromtimestamp(self._shown.start / 1000, self._zone)
        title = t("Plant time ({zone})", zone=f"{zone:%Z}")
        self.figure.update_layout(
            xaxis={
                "range": [first, last], "type": "date", "showgrid": True, "tickangle": 0, **dates(),
                "title": {"text": title, "standoff": 6, "font": {"size": 12}},
                "anchor": f"y{len(self._shown.lanes) + 1}" if self._shown.lanes else "y",
            }
        )  # fmt: skip

    def _times(self) -> None:
        """The time it lasted as a band, and when it began, was detected and ended as lines."""
        one, end = self._about.malfunction, self._shown.end
        band = {"yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}, "layer": "below"}
        over = one.ended or end
        self.figure.add_shape(
            type="rect", x0=self._at(one.onset), x1=self._at(over), fillcolor=MUTED,
            opacity=0.22, **band,
        )  # fmt: skip
        if one.onset_early < one.onset:
            early = max(one.onset_early, self._shown.start)
            self.figure.add_shape(
                type="rect", x0=self._at(early), x1=self._at(one.onset), fillcolor=MUTED,
                opacity=0.1, **band,
            )  # fmt: skip
        marks = [(one.onset, t("began"), "dot"), (one.detected, t("detected"), "dash")]
        marks += [(one.ended, t("over"), "dot")] if one.ended else []
        for row, (ts, word, dash) in enumerate(marks):
            self._mark(ts, word, dash, len(marks) - row)

    def _mark(self, ts: int, word: str, dash: str, row: int) -> None:
        """A line through all lanes; its words stand in a row of their own, none over another."""
        share = (ts - self._shown.start) / max(1, self._shown.end - self._shown.start)
        self.figure.add_shape(
            type="line", x0=self._at(ts), x1=self._at(ts), yref="paper", y0=0, y1=1,
            line={"width": 1.5, "dash": dash, "color": MUTED},
        )  # fmt: skip
        self.figure.add_annotation(
            x=self._at(ts), yref="paper", y=1, yanchor="bottom", yshift=16 * (row - 1),
            xanchor="right" if share > 0.7 else "left", showarrow=False,
            text=f"{word} {local(ts, self._zone):{self._clock}}",
        )  # fmt: skip

    def _domain(self, top: int, height: int) -> list[float]:
        """Share of the height, from `top` px below the upper edge."""
        return [max(0.0, 1 - (top + height) / self._inner), 1 - top / self._inner]

    def _events(self, alarms: Sequence[AlarmLine]) -> None:
        self.figure.update_layout(
            yaxis={
                "domain": self._domain(0, EVENTS_PX - 4), "range": [-0.6, 1.6], "fixedrange": True,
                "tickvals": [1, 0], "ticktext": [t("Alarms"), t("Actions")], "showgrid": False,
                "zeroline": False,
            }
        )  # fmt: skip
        risen = [one for one in alarms if one.kind in {Kind.ACTIVE, Kind.RE_ALARMED}]
        self._markers(
            "y", [one.ts for one in risen], [1.0] * len(risen),
            [alarm_text(one, self._signals.get(one.source)) for one in risen],
            [SYMBOLS.get(one.priority, "circle") for one in risen],
            [COLOURS.get(one.priority, MUTED) for one in risen],
        )  # fmt: skip
        span = range(self._shown.start, self._shown.end)
        done = [one for one in self._about.actions if one.ts in span]
        self._markers(
            "y", [one.ts for one in done], [0.0] * len(done),
            [action_text(one) for one in done],
            ["triangle-up"] * len(done), [SERIES[0]] * len(done),
        )  # fmt: skip

    def _markers(
        self, axis: str, times: Sequence[int], heights: Sequence[float], texts: Sequence[str],
        symbols: Sequence[str], colours: Sequence[str],
    ) -> None:  # fmt: skip
        if not times:
            return
        self.figure.add_scatter(
            x=[self._at(ts) for ts in times], y=list(heights), yaxis=axis, mode="markers",
            marker={"symbol": list(symbols), "color": list(colours), "size": 9},
            text=list(texts), hovertemplate="%{text}<extra></extra>", cliponaxis=False,
        )  # fmt: skip

    def _lane(self, index: int, lane: Lane, signal: Signal) -> None:
        axis = f"y{index + 2}"
        top = EVENTS_PX + index * (LANE_PX + NAME_PX) + NAME_PX
        limits = self._about.limits.by_signal.get(lane.signal, Limits())
        low, high = scale_of(lane.values, signal, limits)
        domain = self._domain(top, LANE_PX)
        states = sorted(signal.states)
        named = {
            "tickvals": states, "ticktext": [state_words(signal.states[s]) for s in states],
            "ticklabelposition": "inside top",
        }  # fmt: skip
        self.figure.update_layout(
            {
                f"yaxis{index + 2}": {
                    "domain": domain, "range": [low, high], "nticks": 4, "zeroline": False,
                    "fixedrange": True, "anchor": "x", **(named if states else {}),
                }
            }
        )  # fmt: skip
        self._title(domain[1], signal, beyond(limits, (low, high), signal.decimals))
        for line in limit_lines(limits, (low, high), LANE_PX, signal.decimals):
            self._limit(line, axis)
        self._line(lane, signal, axis)
        self._bad(lane, axis, low)
        self._raised(lane, axis)

    def _title(self, top: float, signal: Signal, outside: str) -> None:
        unit = f" {t(signal.unit)}" if signal.unit else ""
        more = f"  {outside}" if outside else ""
        self.figure.add_annotation(
            xref="paper", x=0, xanchor="left", yref="paper", y=top, yanchor="bottom",
            text=f"<b>{t(signal.label)}</b>{unit}{more}", showarrow=False,
        )  # fmt: skip

    def _limit(self, line: LimitLine, axis: str) -> None:
        colour = MUTED if line.kind == "set" else _LIMIT_FAR if line.far else _LIMIT
        self.figure.add_shape(
            type="line", xref="paper", x0=0, x1=1, yref=axis, y0=line.value, y1=line.value,
            line={"width": 1, "dash": "solid" if line.kind == "set" else "dash", "color": colour},
        )  # fmt: skip
        self.figure.add_annotation(
            xref="paper", x=1, xanchor="left", xshift=4, yref=axis, y=line.value,
            yshift=line.shift, text=line.text, showarrow=False, font={"size": 11},
        )  # fmt: skip

    def _line(self, lane: Lane, signal: Signal, axis: str) -> None:
        values = np.array([np.nan if v is None else v for v in lane.values], np.float32)
        number = f"%{{y:.{signal.decimals}f}} {t(signal.unit)}"
        words = None
        if signal.states:
            number = "%{customdata}"
            found = [signal.states.get(-1 if v is None else int(v), "") for v in lane.values]
            words = [state_words(name) for name in found]
        self.figure.add_scatter(
            x0=self._base + timedelta(milliseconds=lane.step_ms / 2), dx=lane.step_ms, y=values,
            yaxis=axis, mode="lines", name=t(signal.label), customdata=words,
            line={"width": 1.3, "color": SERIES[0], "shape": "hv" if signal.states else "linear"},
            hovertemplate=f"{t(signal.label)} {number}<extra></extra>",
        )  # fmt: skip

    def _bad(self, lane: Lane, axis: str, low: float) -> None:
        """Where readings were of bad quality: a thick line on the floor of the lane."""
        for start, end in lane.bad:
            self.figure.add_shape(
                type="line", yref=axis, y0=low, y1=low, x0=self._at(start), x1=self._at(end),
                line={"width": 7, "color": SERIES[3]},
            )  # fmt: skip
        if lane.bad:
            start, _ = lane.bad[0]
            self.figure.add_annotation(
                x=self._at(start), yref=axis, y=low, xanchor="left", yanchor="bottom",
                text=t("? bad quality"), showarrow=False, font={"size": 11}, yshift=3,
            )  # fmt: skip

    def _raised(self, lane: Lane, axis: str) -> None:
        """Alarms of the signal itself, where its value was."""
        conditions = {Condition.LL, Condition.L, Condition.H, Condition.HH}
        risen = [
            one for one in self._about.alarms
            if one.source == lane.signal and one.kind == Kind.ACTIVE
            and one.condition in conditions and one.value is not None
        ]  # fmt: skip
        self._markers(
            axis, [one.ts for one in risen], [one.value or 0.0 for one in risen],
            [alarm_text(one, self._signals.get(one.source)) for one in risen],
            [SYMBOLS.get(one.priority, "circle") for one in risen],
            [COLOURS.get(one.priority, MUTED) for one in risen],
        )  # fmt: skip
