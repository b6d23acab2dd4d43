"""Words and units of malfunctions on screens, in CSV files and in charts."""

from __future__ import annotations

from components.alarm_bar import causes
from components.charts import UNKNOWN, format_money
from data.history.pareto import Measure, Sum

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


def summary(found: Sum, currency: str) -> str:
    """All of a selection in one line."""
    if not found.count:
        return NOTHING
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
