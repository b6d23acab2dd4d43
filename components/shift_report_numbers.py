"""Numbers of the shift report as texts: what nobody knows is a dash, never a nought."""

from __future__ import annotations

from components.charts import UNKNOWN
from data.history.shift_report import ShiftReport


def mass(kg: float | None) -> str:
    """Whole kilograms, "1,234"; a little that is not nothing is "< 1"."""
    if kg is None:
        return UNKNOWN
    return "< 1" if 0 < kg < 0.5 else f"{kg:,.0f}"


def hours(value: float | None) -> str:
    """Hours with two decimals, as 0.01 h is less than a minute."""
    return UNKNOWN if value is None else f"{value:,.2f}"


def share(value: float | None) -> str:
    """Percent of a share 0…1."""
    return UNKNOWN if value is None else f"{value * 100:,.1f}"


def money(value: float | None, unpriced: int) -> str:
    """Money without its currency; "≥" where some of it has no price."""
    if value is None:
        return UNKNOWN
    return f"{'≥ ' if unpriced else ''}{value:,.0f}"


def product(shown: ShiftReport, code: int) -> str:
    """Name of a product, or why it has none."""
    name = shown.products.get(code)
    if name:
        return name
    return f"Product {code}" if code else "product not told"
