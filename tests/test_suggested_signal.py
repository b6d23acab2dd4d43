"""What an address might be: names, units and scales that a person looks over."""

from __future__ import annotations

import pytest

from data.suggested_signal import suggested


@pytest.mark.parametrize(
    ("address", "label", "unit", "expected"),
    [
        (
            "ns=2;s=Extruder01.MeltPressure.Actual", "", "BAR",
            ("MeltPressure", "Melt pressure", "bar", "Melt", 0, 500),
        ),
        (
            "plant/ex1/zone_3/value", "", "degC",
            ("Zone3", "Zone 3", "°C", "Barrel temperatures", 0, 300),
        ),
        ("40017", "Screw speed", "1/min", ("ScrewSpeed", "Screw speed", "rpm", "Drive", 0, 200)),
        ("40018", "", "", ("40018", "40018", "", "Other", 0, 100)),
        ("ex/DIE_TEMP", "", "C", ("DIETEMP", "DIE TEMP", "°C", "Die temperatures", 0, 300)),
    ],
)  # fmt: skip
def test_what_is_suggested(
    address: str, label: str, unit: str, expected: tuple[str, str, str, str, float, float]
) -> None:
    assert tuple(suggested(address, label, unit, 17.0).values()) == expected


@pytest.mark.parametrize(
    ("unit", "value", "scale"),
    [
        ("bar", 650.0, (0, 10_000)),
        ("", 3.2, (0, 10)),
        ("", -30.0, (-100, 100)),
        ("", 0.0, (0, 100)),
        ("", None, (0, 100)),
        ("kW", 1e300, (0, 1e301)),
    ],
)
def test_a_scale_holds_the_newest_value(
    unit: str, value: float | None, scale: tuple[float, float]
) -> None:
    found = suggested("a", "", unit, value)
    assert (found["low"], found["high"]) == pytest.approx(scale)


def test_nothing_is_longer_than_what_is_taken() -> None:
    found = suggested("x" * 500, "y" * 500, "z" * 500, None)
    assert {len(one) for one in found.values() if isinstance(one, str)} <= {80, 5}
