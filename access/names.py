"""Names of people for screens, in place of the ids that events carry."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress

from access.people_door import PeopleDoor
from data.errors import StoreError

#: Names are this old at most.
KEPT_S = 10.0
_ID = re.compile(rb'"(p-[0-9a-f]{12})"')


class Names:
    """The names as one web process knows them."""

    def __init__(self, people: PeopleDoor | None) -> None:
        self._people = people
        self._kept: tuple[float, dict[str, str]] = (-KEPT_S, {})

    async def put_into(self, text: bytes) -> bytes:
        """JSON with names in place of ids; the id of who was erased stays."""
        if self._people is None or not _ID.search(text):
            return text
        names = await self._names(self._people)

        def named(found: re.Match[bytes]) -> bytes:
            id_ = found[1].decode()
            return json.dumps(names.get(id_, id_)).encode()

        return _ID.sub(named, text)

    async def _names(self, people: PeopleDoor) -> dict[str, str]:
        asked, names = self._kept
        if time.monotonic() - asked > KEPT_S:
            with suppress(StoreError):  # else those from before; it is not asked again at once
                names = await people.names()
            self._kept = (time.monotonic(), names)
        return names
