"""The part of what Redis holds that somebody sees. Pure, but for keeping what was made."""

from __future__ import annotations

import json

from data.extruders import Catalogue
from data.scopes import Scope, part_of

#: Scopes of a plant are few; what is beyond this is made anew.
_MOST = 200


class Parts:
    """The catalogue by scope, each part made once for a version."""

    def __init__(self) -> None:
        self._whole = Catalogue(0, ())
        self._made: dict[Scope, Catalogue] = {}

    def of(self, whole: Catalogue, scope: Scope) -> Catalogue:
        """What a scope covers of this catalogue."""
        if not scope:
            return whole
        if whole is not self._whole or len(self._made) >= _MOST:
            self._whole, self._made = whole, {}
        made = self._made.get(scope)
        if made is None:
            made = self._made[scope] = part_of(whole, scope)
        return made

    def ids(self, whole: Catalogue, scope: Scope) -> frozenset[int]:
        """The numbers of its extruders."""
        return frozenset(one.id for one in self.of(whole, scope).extruders)


def alarms_of(text: bytes | None, mine: frozenset[int] | None) -> bytes | None:
    """Alarms, malfunctions and predictions (JSON) of these extruders; None: of all."""
    if text is None or mine is None:
        return text
    told = json.loads(text)
    return json.dumps(
        {
            "as_of": told["as_of"],
            "alarms": [one for one in told["alarms"] if one["extruder"] in mine],
            "malfunctions": [one for one in told["malfunctions"] if one["extruder"] in mine],
            "predictions": {
                number: made for number, made in told["predictions"].items() if int(number) in mine
            },
        }
    ).encode()


def history_of(text: bytes | None, mine: frozenset[int] | None) -> bytes | None:
    """The newest events (JSON) of these extruders; None: of all."""
    if text is None or mine is None:
        return text
    told = json.loads(text)
    events = [one for one in told["events"] if one["extruder"] in mine]
    return json.dumps({"as_of": told["as_of"], "events": events}).encode()
