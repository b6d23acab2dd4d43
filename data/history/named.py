"""Names of people in place of the ids that events carry, in SQL of both stores."""

from __future__ import annotations


def named(column: str = "who") -> str:
    """The name of the person whose id a column holds; what is no id, or erased, as it is."""
    return f"coalesce((SELECT name FROM names WHERE person = {column}), {column})"
