"""What the simulated plant makes: three products and the set values of each on each extruder.

Ranges of set values are those of DOMAIN.md; the single numbers within them are ours (D).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from data.extruders import Product
from data.ingest.simulator.noise import Flags, Floats

HDPE_PIPE, PP_PIPE, PVC_PROFILE = 1, 2, 3
PRODUCTS = (
    # Prices per kg are ours (D): of the order of what the polymer costs.
    Product(HDPE_PIPE, "HDPE pipe", 1.35),
    Product(PP_PIPE, "PP pipe", 1.30),
    Product(PVC_PROFILE, "Rigid PVC profile", 1.10),
)

#: After a changeover the line makes this. Polyolefin lines alternate; rigid PVC keeps its own
#: screw and would burn at PP temperatures, so its lines change the profile tool only.
NEXT_PRODUCT = {HDPE_PIPE: PP_PIPE, PP_PIPE: HDPE_PIPE, PVC_PROFILE: PVC_PROFILE}

#: Extruders of one type differ a little: share of pressure and output, by id (D).
TRIMS = (0.0, 0.02, -0.015, 0.01, -0.02)


@dataclass(frozen=True)
class Recipe:
    """Set values and healthy working point of one product.

    Temperatures in °C (seven zones, feed end first, two die zones last), pressure before the
    screen and vacuum in bar, speed in rpm, load in % of nominal, throughput in kg/h.
    `screen_bar` is the clean screen's differential pressure, None where no screen is fitted;
    `thinning` is the share of viscosity lost per °C of melt temperature.
    """

    zones: tuple[float, ...]
    melt: float
    pressure: float
    screen_bar: float | None
    speed: float
    load: float
    throughput: float
    gearbox: float
    vacuum: float
    bath: float
    throat: float
    thinning: float


RECIPES = {
    HDPE_PIPE: Recipe(
        zones=(170, 185, 195, 200, 205, 205, 210),
        melt=210,
        pressure=210,
        screen_bar=5.0,
        speed=80,
        load=70,
        throughput=300,
        gearbox=53,
        vacuum=-0.35,
        bath=16,
        throat=42,
        thinning=0.012,
    ),
    PP_PIPE: Recipe(
        zones=(190, 205, 215, 220, 225, 225, 230),
        melt=228,
        pressure=165,
        screen_bar=4.5,
        speed=85,
        load=63,
        throughput=280,
        gearbox=52,
        vacuum=-0.30,
        bath=17,
        throat=45,
        thinning=0.014,
    ),
    PVC_PROFILE: Recipe(
        zones=(150, 165, 175, 180, 185, 188, 190),
        melt=190,
        pressure=220,
        screen_bar=None,
        speed=24,
        load=67,
        throughput=320,
        gearbox=54,
        vacuum=-0.40,
        bath=15,
        throat=38,
        thinning=0.018,
    ),
}


def first_product(extruder: int) -> int:
    """Product code that an extruder runs at the start: the three in turn."""
    return PRODUCTS[(extruder - 1) % len(PRODUCTS)].code


def recipe_of(extruder: int, product: int) -> Recipe:
    """The recipe of a product on an extruder, trimmed to that machine."""
    recipe, trim = RECIPES[product], TRIMS[extruder % len(TRIMS)]
    return replace(
        recipe,
        pressure=float(round(recipe.pressure * (1 + trim))),
        throughput=float(round(recipe.throughput * (1 - trim))),
    )


@dataclass(frozen=True)
class Targets:
    """Recipes in force, one row per extruder: `zones` (n, 7), the rest (n,), units as Recipe.

    `screen_bar` is 0 where `has_screen` is False.
    """

    zones: Floats
    melt: Floats
    pressure: Floats
    screen_bar: Floats
    has_screen: Flags
    speed: Floats
    load: Floats
    throughput: Floats
    gearbox: Floats
    vacuum: Floats
    bath: Floats
    throat: Floats
    thinning: Floats


def targets_of(recipes: Sequence[Recipe]) -> Targets:
    """The recipes of n extruders as arrays."""
    columns = {
        one.name: np.array([getattr(recipe, one.name) for recipe in recipes], float)
        for one in fields(Recipe)
    }
    has_screen = ~np.isnan(columns["screen_bar"])
    columns["screen_bar"] = np.nan_to_num(columns["screen_bar"])
    return Targets(has_screen=has_screen, **columns)
