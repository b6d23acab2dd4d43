"""The simulated plant's catalogue: which signals an extruder has, in which slot, with limits."""

from __future__ import annotations

from data.extruders import (
    JOB_STATUS,
    JOB_STATUS_NAMES,
    PRODUCT,
    Catalogue,
    Extruder,
    Limits,
    Signal,
)
from data.ingest.simulator.recipes import PRODUCTS, Recipe, recipe_of

BARREL_ZONES, DIE_ZONES = 5, 2
ZONES = BARREL_ZONES + DIE_ZONES

PRESSURE = "MeltPressureZone_001.Pressure.ActualValue"
MELT = "MeltTemperatureZone_001.Temperature.ActualValue"
SCREEN = "Screen_001.DifferentialPressure.ActualValue"
SPEED = "MainDrive.Speed.ActualValue"
LOAD = "MainDrive.Load.ActualValue"
THROUGHPUT = "Throughput.ActualValue"
GEARBOX = "Gearbox.OilTemperature.ActualValue"
VACUUM = "Sizing.Vacuum.ActualValue"
BATH = "Bath.Temperature.ActualValue"
HOPPER = "Hopper.Level.ActualValue"
THROAT = "FeedThroat.Temperature.ActualValue"

#: Absolute limit of pressure before the screen, bar; of rigid PVC's melt, °C (DOMAIN.md).
PRESSURE_MAX_BAR, PVC_MELT_MAX_C = 350.0, 205.0


#: Its extruders stand in two lines of one site.
SITE = "Plant"


def zone_temperature(zone: int) -> str:
    """Signal name of a zone's temperature; zones count from 1 at the feed end."""
    return f"TemperatureZone_{zone:03d}.Temperature.ActualValue"


def zone_output(zone: int) -> str:
    """Signal name of a zone's controller output."""
    return f"TemperatureZone_{zone:03d}.ControllerOutput.ActualValue"


def zone_current(zone: int) -> str:
    """Signal name of a zone's heater current."""
    return f"TemperatureZone_{zone:03d}.ElectricalCurrent.ActualValue"


def zone_label(zone: int) -> str:
    """Short name of a zone: Zone 1 … Zone 5, Die 1, Die 2."""
    return f"Zone {zone}" if zone <= BARREL_ZONES else f"Die {zone - BARREL_ZONES}"


def _zone_temperatures() -> list[Signal]:
    groups = ["Barrel temperatures"] * BARREL_ZONES + ["Die temperatures"] * DIE_ZONES
    return [
        Signal(zone_temperature(z), zone_label(z), "°C", group, 120, 260)
        for z, group in enumerate(groups, 1)
    ]


def _zone_outputs() -> list[Signal]:
    return [
        Signal(zone_output(z), f"{zone_label(z)} output", "%", "Controller output", -100, 100, 0)
        for z in range(1, ZONES + 1)
    ]


def _zone_currents() -> list[Signal]:
    return [
        Signal(zone_current(z), f"{zone_label(z)} current", "A", "Heater current", 0, 20)
        for z in range(1, ZONES + 1)
    ]


MELT_AND_DRIVE = (
    Signal(PRESSURE, "Melt pressure", "bar", "Melt", 0, 350, 0, gauge=1),
    Signal(MELT, "Melt temperature", "°C", "Melt", 160, 260, gauge=2),
    Signal(SCREEN, "Screen differential pressure", "bar", "Melt", 0, 80),
    Signal(SPEED, "Screw speed", "rpm", "Drive", 0, 120, gauge=4),
    Signal(LOAD, "Motor load", "%", "Drive", 0, 120, gauge=3),
    Signal(THROUGHPUT, "Throughput", "kg/h", "Drive", 0, 400, 0, gauge=5),
    Signal(GEARBOX, "Gearbox oil", "°C", "Drive", 20, 90),
)
COOLING_AND_FEED = (
    Signal(VACUUM, "Sizing vacuum", "bar", "Cooling and feed", -0.6, 0, 3),
    Signal(BATH, "Bath temperature", "°C", "Cooling and feed", 5, 35),
    Signal(HOPPER, "Hopper level", "%", "Cooling and feed", 0, 100, 0),
    Signal(THROAT, "Feed throat", "°C", "Cooling and feed", 15, 100),
)
STATES = (
    Signal(JOB_STATUS, "Job status", "", "State", 0, 2, 0, states=JOB_STATUS_NAMES),
    Signal(PRODUCT, "Product", "", "State", 0, 3, 0, states={p.code: p.name for p in PRODUCTS}),
)

#: All signals of every simulated extruder, in slot order: 32 measured, then 2 states.
SIGNALS: tuple[Signal, ...] = (
    *MELT_AND_DRIVE,
    *_zone_temperatures(),
    *_zone_outputs(),
    *_zone_currents(),
    *COOLING_AND_FEED,
    *STATES,
)
SLOT = {signal.name: slot for slot, signal in enumerate(SIGNALS)}


def slots_of(first: str) -> slice:
    """Slots of the seven zones' signals that begin with the one called `first`."""
    return slice(SLOT[first], SLOT[first] + ZONES)


TEMPERATURES = slots_of(zone_temperature(1))
OUTPUTS = slots_of(zone_output(1))
CURRENTS = slots_of(zone_current(1))


def catalogue(extruders: int) -> Catalogue:
    """Catalogue of a plant with this many extruders, numbered from 1."""
    made = tuple(_extruder(i, extruders) for i in range(1, extruders + 1))
    return Catalogue(1, made, PRODUCTS)


def _extruder(number: int, of: int) -> Extruder:
    limits = {p.code: _limits(recipe_of(number, p.code)) for p in PRODUCTS}
    line = "Line 1" if 2 * number <= of + 1 else "Line 2"
    return Extruder(number, f"Extruder {number}", SIGNALS, limits, SITE, line)


def _limits(recipe: Recipe) -> dict[str, Limits]:
    """Set values and limits of DOMAIN.md's table as absolute numbers in each signal's unit."""
    zones = {zone_temperature(z): _band(t, 5, 10) for z, t in enumerate(recipe.zones, 1)}
    return {**_melt_limits(recipe), **_drive_limits(recipe), **zones, **_line_limits(recipe)}


def _band(target: float, near: float, far: float) -> Limits:
    return Limits(target, target - far, target - near, target + near, target + far)


def _melt_limits(recipe: Recipe) -> dict[str, Limits]:
    melt_max = PVC_MELT_MAX_C if recipe.screen_bar is None else float("inf")
    limits = {
        PRESSURE: Limits(
            recipe.pressure,
            h=round(min(recipe.pressure * 1.15, PRESSURE_MAX_BAR), 1),
            hh=round(min(recipe.pressure * 1.30, PRESSURE_MAX_BAR), 1),
        ),
        MELT: Limits(recipe.melt, h=recipe.melt + 8, hh=min(recipe.melt + 15, melt_max)),
    }
    if recipe.screen_bar is not None:
        limits[SCREEN] = Limits(h=40, hh=60)
    return limits


def _drive_limits(recipe: Recipe) -> dict[str, Limits]:
    kgh = recipe.throughput
    return {
        SPEED: Limits(recipe.speed, l=recipe.speed * 0.98, h=recipe.speed * 1.02),
        LOAD: Limits(h=90, hh=100),
        THROUGHPUT: Limits(kgh, ll=round(kgh * 0.90, 1), l=round(kgh * 0.95, 1)),
        GEARBOX: Limits(h=65, hh=75),
    }


def _line_limits(recipe: Recipe) -> dict[str, Limits]:
    vacuum = recipe.vacuum
    return {
        VACUUM: Limits(vacuum, l=round(vacuum - 0.05, 3), h=round(vacuum + 0.05, 3)),
        BATH: Limits(recipe.bath, h=recipe.bath + 4, hh=recipe.bath + 8),
        HOPPER: Limits(ll=8, l=20),
    }
