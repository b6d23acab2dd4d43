"""Opens, follows and ends malfunctions: one at a time on each extruder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from data.detection.blocks import BLOCK_MS
from data.detection.change_point import change_point
from data.detection.detectors import Detectors, ms_of
from data.detection.nelson import Refused, nelson
from data.malfunctions.diagnosis import rank
from data.malfunctions.malfunction import (
    Malfunction,
    as_people_left_it,
    malfunction_from_dict,
    malfunction_to_dict,
)
from data.malfunctions.observation import Observation, alarming_rows, in_words, observe
from data.malfunctions.scrap import Price, ScrapClock, since
from data.malfunctions.signatures import SIGNATURES

#: Blocks (10 s) for which charts must be out of control before a malfunction is opened, and
#: in control, in production, before it is ended (D).
CONFIRM, CALM = 2, 12
#: Marks that need no confirmation: nothing healthy looks like them.
CERTAIN = frozenset({"sensor_failed", "dark", "dead_heater", "swing"})
#: Blocks from which the onset is looked for in the means of minutes.
SLOW = 30


@dataclass(frozen=True)
class Followed:
    """A malfunction that lasts or whose scrap still runs, and what is needed to follow it."""

    malfunction: Malfunction
    clock: ScrapClock
    weight: float = 0.0
    calm: int = 0


class Tracker:
    """Malfunctions of all extruders; `followed` are those that last, by row."""

    def __init__(self, residence_s: float, price: Callable[[int], Price]) -> None:
        self._residence_s, self._price = residence_s, price
        self.followed: dict[int, Followed] = {}
        self._pending: dict[int, int] = {}

    def take(self, found: Detectors, block: int) -> list[Malfunction]:
        """What changed with the block that just ended: opened, new ranking, cost, ended."""
        rows = set(alarming_rows(found).tolist())
        self._pending = {r: n for r, n in self._pending.items() if r in rows}
        changed = [self._follow(found, row, block, row in rows) for row in list(self.followed)]
        for row in sorted(rows - set(self.followed)):
            opened = self._consider(found, row, block)
            if opened is not None:
                changed.append(opened)
        return changed

    def replace(self, malfunction: Malfunction) -> None:
        """Let what people did to a followed malfunction stand."""
        for row, one in self.followed.items():
            if one.malfunction.id == malfunction.id:
                done = as_people_left_it(one.malfunction, malfunction)
                self.followed[row] = replace(one, malfunction=done)

    def adopt(self, row: int, one: Malfunction) -> None:
        """Go on with a malfunction that the journal holds, whatever is known of it here."""
        if row in self.followed:
            self.replace(one)
        elif one.ended is None:
            cost = one.scrap
            parts = (cost.out_of_spec_kg, cost.start_up_kg, cost.purge_kg, cost.hours)
            self.followed[row] = Followed(one, ScrapClock(*parts))

    def to_dict(self) -> dict[str, Any]:
        """The state as plain JSON values."""
        return {
            "pending": {str(row): count for row, count in self._pending.items()},
            "followed": {
                str(row): {**asdict(one), "malfunction": malfunction_to_dict(one.malfunction)}
                for row, one in self.followed.items()
            },
        }

    def restore(self, raw: Mapping[str, Any]) -> None:
        """Inverse of `to_dict`."""
        self._pending = {int(row): count for row, count in raw["pending"].items()}
        self.followed = {int(row): _followed(one) for row, one in raw["followed"].items()}

    def _consider(self, found: Detectors, row: int, block: int) -> Malfunction | None:
        seen = observe(found, row, block)
        if not seen.alarming:
            return None
        if _operator_changed_speed(seen):
            found.forget(row, running=True)
            return None
        self._pending[row] = self._pending.get(row, 0) + 1
        if self._pending[row] < CONFIRM and not CERTAIN & set(seen.alarming):
            return None
        return self._open(found, row, block, seen)

    def _open(self, found: Detectors, row: int, block: int, seen: Observation) -> Malfunction:
        extruder = found.channels.extruders[row].id
        detected = ms_of(block + 1)
        onset, early = onset_of(found, row, block, seen)
        product = int(found.now.product[row])
        clock = since(onset, detected, _minutes(found, row), int(found.now.job[row]))
        malfunction = Malfunction(
            f"{extruder}-{detected}", extruder, detected, onset, early, product,
            causes=rank(seen), seen=in_words(seen), nelson=nelson_line(found, row, seen, onset),
        )  # fmt: skip
        one = Followed(malfunction, clock, _weight(seen))
        return self._keep(row, one)

    def _follow(self, found: Detectors, row: int, block: int, alarming: bool) -> Malfunction:
        one = self.followed[row]
        clock = one.clock
        if not self._past_residence(one.malfunction, block):
            kgh = float(found.now.means[row, found.channels.index["throughput"]])
            clock = clock.run(int(found.now.job[row]), kgh, BLOCK_MS / 1000)
        if alarming:
            one = self._look_again(found, row, block, one)
        calm = one.calm + 1 if found.producing[row] and not alarming else 0
        one = replace(one, clock=clock, calm=calm)
        if one.malfunction.ended is None and calm >= CALM:
            ended = replace(one.malfunction, ended=ms_of(block + 1 - CALM))
            one = replace(one, malfunction=ended)
        return self._keep(row, one, self._past_residence(one.malfunction, block))

    def _look_again(self, found: Detectors, row: int, block: int, one: Followed) -> Followed:
        """Rank anew while the picture becomes clearer; what fades after a repair tells less."""
        seen = observe(found, row, block)
        weight = _weight(seen)
        malfunction = one.malfunction
        if malfunction.ended is not None:  # it came back before its scrap was counted out
            malfunction = replace(malfunction, ended=None)
        if weight < one.weight:
            return replace(one, malfunction=malfunction)
        malfunction = replace(malfunction, causes=rank(seen), seen=in_words(seen))
        return replace(one, malfunction=malfunction, weight=weight)

    def _past_residence(self, malfunction: Malfunction, block: int) -> bool:
        ended = malfunction.ended
        return ended is not None and ms_of(block + 1) >= ended + self._residence_s * 1000

    def _keep(self, row: int, one: Followed, final: bool = False) -> Malfunction:
        malfunction = one.malfunction
        signature = SIGNATURES.get(malfunction.cause)
        spoils = signature.spoils if signature else True
        scrap = one.clock.scrap(spoils, self._price(malfunction.product), final)
        malfunction = replace(malfunction, scrap=scrap)
        self.followed[row] = replace(one, malfunction=malfunction)
        if final:
            del self.followed[row]
        return malfunction


def onset_of(found: Detectors, row: int, block: int, seen: Observation) -> tuple[int, int]:
    """True onset and the earliest one that the data allow, ms since the epoch.

    The CUSUM's last zero, and for slow changes the foot of the ramp in the last hour's means.
    """
    first, channel = _first(found, seen)
    onset = ms_of(seen.alarming[first])
    if channel is None or block - seen.alarming[first] < SLOW:
        return onset, onset - 2 * BLOCK_MS
    foot = change_point(found.minutes.means[row, channel])
    if foot is None:
        return onset, onset - 60_000
    at, early = found.minutes.minute_ms(foot.index), found.minutes.minute_ms(foot.earliest)
    return min(onset, at), min(onset, at, early)


def nelson_line(found: Detectors, row: int, seen: Observation, onset: int) -> str:
    """What Nelson's rules say to the minutes of the first signal that left control."""
    _, channel = _first(found, seen)
    signal = None if channel is None else found.channels.signal(row, channel)
    if channel is None or signal is None:
        return ""
    means = found.minutes.means[row, channel]
    minutes = np.array([found.minutes.minute_ms(index) for index in range(len(means))])
    there = np.isfinite(means)
    told = nelson(means[there], means[there & (minutes + 60_000 <= onset)])
    if isinstance(told, Refused):
        return f"Nelson's rules not asked for {signal.label}: {told.reason}"
    rules = ", ".join(str(rule) for rule in told)
    return f"Nelson's rules broken by {signal.label}: {rules or 'none'}"


def _first(found: Detectors, seen: Observation) -> tuple[str, int | None]:
    """The feature that left control first, and its channel if it has one."""
    first = min(seen.alarming, key=lambda name: seen.alarming[name])
    names = {"output_drop": "specific", "output_creep": "specific"}
    return first, found.channels.index.get(names.get(first, first))


def _operator_changed_speed(seen: Observation) -> bool:
    """Speed left its baseline, and no overload pulls it down: somebody set another one."""
    if "speed" not in seen.alarming or CERTAIN & set(seen.alarming):
        return False
    faster = seen.strength.get("speed", 0.0) > 0
    return faster or seen.strength.get("load", 0.0) <= 0


def _minutes(found: Detectors, row: int) -> list[tuple[int, float]]:
    means = found.minutes.means[row, found.channels.index["throughput"]]
    return [(found.minutes.minute_ms(index), float(mean)) for index, mean in enumerate(means)]


def _weight(seen: Observation) -> float:
    return float(sum(strength**2 for strength in seen.strength.values()))


def _followed(raw: Mapping[str, Any]) -> Followed:
    return Followed(
        malfunction_from_dict(raw["malfunction"]),
        ScrapClock(**raw["clock"]),
        raw["weight"],
        raw["calm"],
    )
