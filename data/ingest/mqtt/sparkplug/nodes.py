"""What is known of edge nodes and devices: who is born, which alias means what, the next seq."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from data.ingest.mqtt.sparkplug.metrics import Born, born
from data.ingest.mqtt.sparkplug.topics import Sender

#: seq counts from 0 to 255.
_SEQS = 256
BD_SEQ = "bdSeq"
#: Metrics that are no readings.
_CONTROL = (BD_SEQ, "Node Control/", "Device Control/")


class Known(NamedTuple):
    """A metric of a birth, and its address."""

    address: str
    born: Born


@dataclass
class Member:
    """An edge node itself, or one of its devices, as its last birth tells it.

    `is_born`: what comes from it can be understood. `is_restored`: its birth was of an earlier
    process of ours, and it may have been born anew since.
    """

    sender: Sender
    is_born: bool = False
    is_restored: bool = False
    by_name: dict[str, Known] = field(default_factory=dict)
    by_alias: dict[int, Known] = field(default_factory=dict)

    def birth(self, payload: Any, restored: bool = False) -> None:
        """Take over a birth's names and aliases."""
        self.by_name, self.by_alias = {}, {}
        self.is_born, self.is_restored = True, restored
        for metric in payload.metrics:
            told = born(metric)
            if told.name.startswith(_CONTROL):
                told = told._replace(datatype=0)
            known = self.by_name[metric.name] = Known(f"{self.sender}:{metric.name}", told)
            if metric.HasField("alias"):
                self.by_alias[metric.alias] = known

    def known(self, metric: Any) -> Known | None:
        """The metric of a birth that one of data means."""
        if metric.HasField("alias"):
            return self.by_alias.get(metric.alias)
        return self.by_name.get(metric.name)

    def addresses(self) -> Iterator[str]:
        """Of all that can be readings."""
        return (known.address for known in self.by_name.values() if known.born.is_numeric)


@dataclass
class Node:
    """An edge node. `is_unsure`: we were away, and it may have been born anew since."""

    sender: Sender
    members: dict[str, Member] = field(default_factory=dict)
    bd_seq: int | None = None
    seq: int | None = None
    is_unsure: bool = False
    #: Time of its newest reading, and when it was asked for a birth, ms.
    newest: int = 0
    asked: int = 0

    def member(self, sender: Sender) -> Member:
        """The node itself or a device of it."""
        return self.members.setdefault(sender.device, Member(sender))

    def follows(self, payload: Any, is_again: bool = False) -> bool:
        """Whether nothing is missing between the message before and this one; unless it was sent
        again.
        """
        if not payload.HasField("seq"):
            return True
        before, self.seq = self.seq, payload.seq % _SEQS
        return is_again or before is None or payload.seq == (before + 1) % _SEQS

    def forget(self) -> None:
        """Its births no longer hold."""
        for member in self.members.values():
            member.is_born = False


def bd_seq(payload: Any) -> int | None:
    """Which session of the edge node a birth or death is about."""
    for metric in payload.metrics:
        if metric.name == BD_SEQ and metric.WhichOneof("value") in {"int_value", "long_value"}:
            return int(metric.long_value or metric.int_value)
    return None
