"""Words and units of malfunctions on screens, in CSV files and in charts."""

from __future__ import annotations

from components.alarm_bar import causes
from components.charts import UNKNOWN, format_money
from data.history.pareto import Measure, Sum
from data.history.selection import Selection
from words import mark, number, plural, t

STATE_LABELS = {
    "open": mark("Open"),
    "acknowledged": mark("Acknowledged"),
    "resolved": mark("Resolved"),
    "lasting": mark("Lasts still"),
}
PERIOD_LABELS = {
    "24h": mark("Last 24 hours"),
    "7d": mark("Last 7 days"),
    "30d": mark("Last 30 days"),
    "90d": mark("Last 90 days"),
    "1y": mark("Last year"),
    "all": mark("Everything kept"),
}
NOTHING = mark("No malfunction in this selection: widen the period or clear the filters.")
#: The same in a table, below which the whole reason stands already.
NOTHING_HERE = mark("No malfunction to show")


def cause_label(cause: str) -> str:
    """A cause in words; a name that is not known stays as it is."""
    return dict(causes()).get(cause, cause)


def measure_label(measure: Measure, currency: str) -> str:
    """What a measure is, with its unit."""
    labels = {
        "count": t("Malfunctions"),
        "hours": t("Hours lost (h)"),
        "kg": t("Scrap (kg)"),
    }
    return labels.get(measure, t("Cost ({currency})", currency=currency))


def amount(value: float | None, measure: Measure, currency: str) -> str:
    """A number of a measure with its unit; UNKNOWN for none."""
    if value is None:
        return UNKNOWN
    if measure == "money":
        return format_money(value, currency)
    texts = {"count": number(value), "hours": f"{number(value, 1)} h", "kg": f"{number(value)} kg"}
    return texts[measure]


def several(count: int) -> str:
    """A number of them: "1 malfunction", "2,100 malfunctions"."""
    return plural("{n} malfunction", "{n} malfunctions", count)


def nothing_in(selection: Selection) -> str:
    """Why there is none, without a word of filters where nobody has set any."""
    unfiltered = Selection(
        selection.preset, selection.first, selection.last,
        brush=None, sort=selection.sort, page=selection.page,
    )  # fmt: skip
    if selection != unfiltered:
        return t(NOTHING)
    if selection.first or selection.last:
        return t("No malfunction in these days.")
    if selection.preset == "all":
        return t("No malfunction has been found yet.")
    return t("No malfunction in the {period}.", period=t(PERIOD_LABELS[selection.preset]).lower())


def summary(found: Sum, currency: str, nothing: str = "") -> str:
    """All of a selection in one line; `nothing`, or that there is none."""
    if not found.count:
        return nothing or t(NOTHING)
    parts = [
        several(found.count),
        t("{hours} lost", hours=amount(found.hours, "hours", currency)),
        t("{mass} scrap", mass=amount(found.kg, "kg", currency)),
        amount(found.money, "money", currency),
    ]
    if found.unpriced and found.money is not None:
        parts[-1] += " " + t("(without {n} of unknown price)", n=number(found.unpriced))
    elif found.unpriced:
        parts[-1] = t("cost unknown: no price is known")
    return " · ".join(parts)
