"""Numbers of the shift report as texts: what nobody knows is a dash, never a nought."""

from __future__ import annotations

from components.charts import UNKNOWN
from data.history.shift_report import ShiftReport
from words import number, t


def mass(kg: float | None) -> str:
    """Whole kilograms, "1,234"; a little that is not nothing is "< 1"."""
    if kg is None:
        return UNKNOWN
    return "< 1" if 0 < kg < 0.5 else number(kg)


def hours(value: float | None) -> str:
    """Hours with two decimals, as 0.01 h is less than a minute."""
    return UNKNOWN if value is None else number(value, 2)


def share(value: float | None) -> str:
    """Percent of a share 0…1."""
    return UNKNOWN if value is None else number(value * 100, 1)


def money(value: float | None, unpriced: int) -> str:
    """Money without its currency; "≥" where some of it has no price."""
    if value is None:
        return UNKNOWN
    return f"{'≥ ' if unpriced else ''}{number(value)}"


def product(shown: ShiftReport, code: int) -> str:
    """Name of a product, or why it has none."""
    name = shown.products.get(code)
    if name:
        return name
    return t("Product {number}", number=code) if code else t("product not told")
