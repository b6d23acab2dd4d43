"""Words and units of malfunctions on screens, in CSV files and in charts."""

from __future__ import annotations

from components.alarm_bar import causes
from components.charts import UNKNOWN, format_money
from data.history.pareto import Measure, Sum
from data.history.selection import Selection

CAUSE_LABELS: dict[str, str] = dict(causes())
STATE_LABELS = {
    "open": "Open",
    "acknowledged": "Acknowledged",
    "resolved": "Resolved",
    "lasting": "Lasts still",
}
PERIOD_LABELS = {
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "1y": "Last year",
    "all": "Everything kept",
}
NOTHING = "No malfunction in this selection: widen the period or clear the filters."
#: The same in a table, below which the whole reason stands already.
NOTHING_HERE = "No malfunction to show"


def cause_label(cause: str) -> str:
    """A cause in words; a name that is not known stays as it is."""
    return CAUSE_LABELS.get(cause, cause)


def measure_label(measure: Measure, currency: str) -> str:
    """What a measure is, with its unit."""
    labels = {"count": "Malfunctions", "hours": "Hours lost (h)", "kg": "Scrap (kg)"}
    return labels.get(measure, f"Cost ({currency})")


def amount(value: float | None, measure: Measure, currency: str) -> str:
    """A number of a measure with its unit; UNKNOWN for none."""
    if value is None:
        return UNKNOWN
    if measure == "money":
        return format_money(value, currency)
    texts = {"count": f"{value:,.0f}", "hours": f"{value:,.1f} h", "kg": f"{value:,.0f} kg"}
    return texts[measure]


def several(count: int, word: str = "malfunction") -> str:
    """A number of things: "1 malfunction", "2,100 malfunctions"."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def nothing_in(selection: Selection) -> str:
    """Why there is none, without a word of filters where nobody has set any."""
    unfiltered = Selection(
        selection.preset, selection.first, selection.last,
        brush=None, sort=selection.sort, page=selection.page,
    )  # fmt: skip
    if selection != unfiltered:
        return NOTHING
    if selection.first or selection.last:
        return "No malfunction in these days."
    if selection.preset == "all":
        return "No malfunction has been found yet."
    return f"No malfunction in the {PERIOD_LABELS[selection.preset].lower()}."


def summary(found: Sum, currency: str, nothing: str = NOTHING) -> str:
    """All of a selection in one line; `nothing` if there is none."""
    if not found.count:
        return nothing
    parts = [
        several(found.count),
        f"{amount(found.hours, 'hours', currency)} lost",
        f"{amount(found.kg, 'kg', currency)} scrap",
        amount(found.money, "money", currency),
    ]
    if found.unpriced and found.money is not None:
        parts[-1] += f" (without {found.unpriced:,} of unknown price)"
    elif found.unpriced:
        parts[-1] = "cost unknown: no price is known"
    return " · ".join(parts)
