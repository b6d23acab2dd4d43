"""Who looks at the plant during a fault: a prober of the web process, a person at a screen."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import httpx

from data.window_codec import decode

PATHS = ("/plant", "/windows/1/delta", "/readyz")
EVERY_S, GIVE_UP_S = 0.25, 10.0
#: As a screen decides it: STALE_AFTER_S for the refresh and for readings.
STALE_MS = 4000.0
#: Older than this a picture must be marked.
FRESH_S = 5.0


class Seen(NamedTuple):
    """One answer: `status` 0 is none. Ages are those that the answer tells, ms; `head` in s.

    `began` is a monotonic time; `age_s` is how old the newest reading is by our own clock, and
    `oldest_s` that of the extruder whose newest is the oldest.
    """

    path: str
    began: float
    took: float
    status: int
    checked_ms: float = float("inf")
    head_ms: float = float("inf")
    age_s: float = float("inf")
    oldest_s: float = float("inf")
    cards: int = -1

    @property
    def fresh(self) -> bool:
        return self.status == httpx.codes.OK and self.age_s <= FRESH_S

    @property
    def says_fresh(self) -> bool:
        """Whether a screen would show it without a mark."""
        ages = max(self.checked_ms, self.head_ms)
        return self.status == httpx.codes.OK and ages <= STALE_MS


class Observer:
    """Probes and a person, each in a thread, from `start` to `stop`."""

    def __init__(self, url: str, fault: str) -> None:
        self._url, self._fault = url, fault
        self._over = threading.Event()
        self.seen: list[Seen] = []
        #: What /windows/1 has shown: time in ms → values by slot.
        self.shown: dict[int, tuple[float, ...]] = {}
        self.confirmed: list[str] = []
        #: (when it was asked, seconds until the answer, status) of every command.
        self.asked: list[tuple[float, float, int]] = []
        self.refusals: Counter[str] = Counter()
        work: list[Callable[[], None]] = [lambda path=path: self._probe(path) for path in PATHS]  # type: ignore[misc]
        self._threads = [threading.Thread(target=one) for one in (*work, self._person)]

    def start(self) -> None:
        for one in self._threads:
            one.start()

    def stop(self) -> None:
        self._over.set()
        for one in self._threads:
            one.join()

    def is_fresh(self, path: str = "/plant", since: float = 0.0) -> bool:
        """Whether the last answer is fresh, its newest reading of the time `since` or later."""
        newest = [one for one in self.seen[-20:] if one.path == path][-1:]
        return any(one.fresh and one.began - one.age_s >= since for one in newest)

    def _probe(self, path: str) -> None:
        with httpx.Client(base_url=self._url, timeout=GIVE_UP_S) as client:
            while not self._over.wait(EVERY_S):
                began = time.monotonic()
                try:
                    answer = client.get(path)
                except httpx.HTTPError as error:
                    slow = isinstance(error, httpx.TimeoutException)
                    self.seen.append(Seen(path, began, GIVE_UP_S if slow else 0.0, 0))
                else:
                    self.seen.append(self._read(path, began, answer))

    def _read(self, path: str, began: float, answer: httpx.Response) -> Seen:
        seen = Seen(path, began, time.monotonic() - began, answer.status_code)
        if not answer.is_success or path not in PATHS[:2]:
            return seen
        if path == "/plant":
            body = answer.json()
            heads = [card["head"] for card in body["cards"]]
            seen = seen._replace(oldest_s=time.time() - min(heads, default=-1) / 1000)
            return _aged(seen, body["served"], body["checked"], max(heads, default=-1), len(heads))
        message = decode(answer.content)
        for step, values in enumerate(message.values):
            self.shown[message.first_ts + step * message.step_ms] = tuple(values.tolist())
        return _aged(seen, message.served_ts, message.checked_ts, message.head_ts)

    def _person(self) -> None:
        """A note or an acknowledgement each second, asked once."""
        with httpx.Client(base_url=self._url, timeout=GIVE_UP_S) as client:
            for number in itertools.count():
                if self._over.wait(1.0):
                    return
                self._ask(client, f"{self._fault}-{number}", number % 2 == 1)

    def _ask(self, client: httpx.Client, id_: str, acknowledge: bool) -> None:
        began = time.monotonic()
        status, text = 0, "no answer"
        try:
            alarm = _standing(client) if acknowledge else None
            answer = client.post("/commands", json=_acknowledged(id_, alarm) or _note(id_))
            status, text = answer.status_code, answer.text
        except (httpx.HTTPError, json.JSONDecodeError):
            pass  # told as what it is: no answer
        self.asked.append((began, time.monotonic() - began, status))
        if status == httpx.codes.OK:
            self.confirmed.append(id_)
        else:
            self.refusals[f"{status} {text}"] += 1


def _aged(seen: Seen, served: int, checked: int, head: int, cards: int = -1) -> Seen:
    return seen._replace(
        checked_ms=float(served - checked),
        head_ms=float(served - head),
        age_s=time.time() - head / 1000,
        cards=cards,
    )


def _standing(client: httpx.Client) -> str | None:
    answer = client.get("/alarms/now")
    alarms = answer.json()["alarms"] if answer.is_success else []
    return next((one["id"] for one in alarms), None)


def _note(id_: str) -> dict[str, object]:
    now = int(time.time() * 1000)
    about = {"kind": "note", "extruder": 1, "start": now, "end": now, "comment": f"note {id_}"}
    return {"id": id_, "action": "annotate", "who": "Fault", **about}


def _acknowledged(id_: str, alarm: str | None) -> dict[str, object] | None:
    if alarm is None:
        return None
    return {"id": id_, "action": "acknowledge", "who": "Fault", "alarms": [alarm]}
