"""What people ask on the Sources page: test a connection, map an address by hand, release one.

All of it is written into the audit journal; a mapping is not changed if that cannot be.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from threading import Event, Lock, Thread
from typing import Any, NoReturn

from redis import Redis

from data.asking import INGEST
from data.audit import journal as audit
from data.errors import CommandError, MeltwatchError, StoreError
from data.ingest.mapped_extruders import read_signal
from data.ingest.sources import FoundSignal
from data.ingest.sources.running import Running
from data.masking import masked
from data.session import Session
from data.taking import Taking
from data.toml_table import REQUIRED, Table

log = logging.getLogger(__name__)

#: Longest text of a name, label, unit or group, and of an address.
LONGEST, LONGEST_ADDRESS = 80, 500


class Form(Table):
    """What a person has filled in; what is wrong with it names field and value."""

    def text(self, key: str, default: str = REQUIRED) -> str:
        """A text that is neither empty nor too long."""
        return self._short(key, super().text(key, default))

    def any_text(self, key: str, default: str = REQUIRED) -> str:
        """A text that may be empty."""
        return self._short(key, super().any_text(key, default))

    def fail(self, key: str, value: object, expected: str) -> NoReturn:
        """Raise the error for a field."""
        raise CommandError(key, "" if value is REQUIRED else value, expected)

    def _short(self, key: str, text: str) -> str:
        most = LONGEST_ADDRESS if key == "address" else LONGEST
        if len(text) > most or not text.isprintable() or text != text.strip():
            self.fail(
                key, text[:LONGEST], f"at most {most} printable characters, no space at an end"
            )
        return text


class SourcesAsked:
    """Does what is asked of the sources of this process; `journal` opens the store."""

    def __init__(self, running: Sequence[Running], journal: Callable[[], Session]) -> None:
        self._running = {one.live.name: one for one in running}
        self._journal = journal
        self._testing = {name: Lock() for name in self._running}
        self._mapping = Lock()  # numbers and names are looked for among all sources

    def do(self, kind: Any, body: dict[str, Any], _id: str, _left_s: float) -> Any:
        """See Taking. Raises CommandError naming field and value, StoreError."""
        doing = {"test": self._test, "map": self._map, "unmap": self._unmap}
        if kind not in doing:
            raise CommandError("kind", kind, " or ".join(doing))
        form = Form("", "", body)
        name = form.text("source")
        if name not in self._running:
            raise CommandError("source", name, f"one of {', '.join(self._running)}")
        who = {key: form.any_text(key) for key in ("actor", "name") if form.has(key)}
        return doing[kind](self._running[name], form, who)

    def _test(self, one: Running, _form: Form, who: Mapping[str, str]) -> dict[str, Any]:
        """Whether it can be reached, and what was found or is wrong."""
        lock = self._testing[one.live.name]
        if not lock.acquire(blocking=False):
            raise CommandError("source", one.live.name, "one that is not being tested just now")
        try:
            found = _tested(one)
        finally:
            lock.release()
        try:
            with self._written("source_tested", one, who, {"result": found["summary"]}):
                pass
        except StoreError as error:  # who looks for what is wrong must see it
            log.warning("a test is not in the audit journal: %s", error)
        return found

    def _map(self, one: Running, form: Form, who: Mapping[str, str]) -> dict[str, Any]:
        """The number of the extruder that the address is mapped to."""
        raw = form.raw_table("signal")
        found = _signal(Form("", "", raw))
        number = form.whole("extruder", 1, 2**31 - 1) if form.has("extruder") else None
        name = form.text("extruder_name") if number is None else ""
        with self._mapping:
            self._refuse_taken(name)
            ids = [id_ for other in self._running.values() for id_ in other.live.places.ids]
            with self._written("source_mapped", one, who, _told(found, number, name)):
                return {"extruder": one.live.map(found, number, name, ids)}

    def _unmap(self, one: Running, form: Form, who: Mapping[str, str]) -> dict[str, Any]:
        address = form.text("address")
        with self._mapping, self._written("source_unmapped", one, who, {"address": address}):
            return {"extruder": one.live.places.unmap(address)}

    def _refuse_taken(self, name: str) -> None:
        names = {
            extruder.name.casefold()
            for other in self._running.values()
            for extruder in other.live.catalogue().extruders
        }
        if name.casefold() in names:
            raise CommandError("extruder_name", name, "a name that no extruder has")

    @contextmanager
    def _written(
        self, event: str, one: Running, who: Mapping[str, str], detail: Mapping[str, str]
    ) -> Iterator[None]:
        """What is done inside stands in the audit journal, and nothing if it was refused."""
        told = {**detail, **({"name": who["name"]} if who.get("name") else {})}
        with closing(self._journal()) as session, session.transaction():
            audit.append(session, who.get("actor", ""), event, one.live.name, told)
            yield
        log.info("%s of %s by %s: %s", event, one.live.name, who.get("actor") or "nobody", told)


@contextmanager
def answering(connection: Redis, asked: SourcesAsked) -> Iterator[None]:
    """Take what is asked in a thread of its own, during the block."""
    over, taking = Event(), Taking(connection, "ingest", INGEST, asked.do)
    thread = Thread(target=taking.take_for_ever, args=(over,), name="asked", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(2)


def _tested(one: Running) -> dict[str, Any]:
    """`ok`, a sentence and lines. A kind's edge: whatever it raises is what is wrong."""
    try:
        found = one.live.kind.test()
    except MeltwatchError as error:
        return {"ok": False, "summary": masked(str(error)), "lines": []}
    except Exception as error:
        log.exception("test of %s", one.live.name)
        return {
            "ok": False,
            "summary": f"{type(error).__name__}: {masked(str(error))}",
            "lines": [],
        }
    lines = [masked(line) for line in found.lines[:50]]
    return {"ok": True, "summary": masked(found.summary), "lines": lines}


def _signal(form: Form) -> FoundSignal:
    signal, column, limits = read_signal(form, "address")
    return FoundSignal(column.name, signal, limits, column.scale, column.offset)


def _told(found: FoundSignal, number: int | None, name: str) -> dict[str, str]:
    signal = found.signal
    return {
        "address": found.address,
        "extruder": str(number) if number else f"new: {name}",
        "signal": signal.name,
        "unit": signal.unit,
        "scale": f"{found.scale:g}",
        "offset": f"{found.offset:g}",
    }
