"""Kind `modbus`: its keys, its connection, and the clock it polls by."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from threading import Event
from typing import NamedTuple

from pymodbus.client import ModbusTcpClient

from data.ingest.clock import now_ms
from data.ingest.sources import Desk, SourceLost, Tested
from data.ingest.sources.kinds import About
from data.ingest.sources.modbus.address import Item, parse
from data.ingest.sources.modbus.plan import MOST_REGISTERS, Request, plan
from data.ingest.sources.modbus.polling import Poller, Refused, ask
from data.toml_table import Table


class Where(NamedTuple):
    """A server and how it is asked. Times as in their names."""

    host: str
    port: int = 502
    every_ms: int = 1000
    timeout_s: float = 3.0
    gap: int = 8
    most_registers: int = MOST_REGISTERS


class Modbus:
    """A Kind. It polls the addresses that are mapped; `declared` are those of sources.toml."""

    def __init__(self, where: Where, declared: Sequence[str]) -> None:
        self._where, self._declared = where, declared
        self.address = f"modbus://{where.host}:{where.port}"

    def receive(self, desk: Desk, stop: Event) -> None:
        """See Kind."""
        client = self._client(self._where.timeout_s)
        try:
            if not client.connect():
                raise SourceLost(f"{self.address} cannot be reached")
            self._poll(client, desk, stop)
        finally:
            client.close()

    def test(self) -> Tested:
        """See Kind."""
        client = self._client(min(self._where.timeout_s, 3.0))
        end = time.monotonic() + 6.0
        try:
            if not client.connect():
                raise SourceLost(f"{self.address} cannot be reached")
            requests = self._plan(map(parse, self._declared))
            lines = [_tried(client, one) for one in requests if time.monotonic() < end]
            return Tested(f"{self.address} answers", tuple(lines))
        finally:
            client.close()

    def _client(self, timeout_s: float) -> ModbusTcpClient:
        host, port = self._where.host, self._where.port
        return ModbusTcpClient(host, port=port, timeout=timeout_s, retries=0)

    def _poll(self, client: ModbusTcpClient, desk: Desk, stop: Event) -> None:
        """What is mapped may change between two polls; a poll that is late is left out."""
        known: Sequence[str] = ()
        poller, due, period = Poller(client, ()), time.monotonic(), self._where.every_ms / 1000
        while not stop.is_set():
            addresses = desk.addresses()
            if addresses != known:
                known = addresses
                poller = Poller(client, self._plan(_readable(addresses, desk)))
            readings = poller.poll(desk, now_ms(), time.monotonic())
            desk.connected(f"{len(poller.requests)} requests every {self._where.every_ms} ms")
            desk.take(readings)
            due = max(due + period, time.monotonic())
            stop.wait(due - time.monotonic())

    def _plan(self, items: Iterable[Item]) -> list[Request]:
        return plan(items, self._where.gap, self._where.most_registers)


def build(table: Table, about: About) -> Modbus:
    """See data.ingest.sources.kinds."""
    where = Where(
        table.text("host"),
        table.whole("port", 1, 65_535, 502),
        table.whole("every_ms", 20, 3_600_000, 1000),
        table.number("timeout_s", 3.0),
        table.whole("gap", 0, 100, 8),
        table.whole("most_registers", 4, MOST_REGISTERS, MOST_REGISTERS),
    )
    if not 0.1 <= where.timeout_s <= 10:
        table.fail("timeout_s", where.timeout_s, "a number from 0.1 to 10")
    declared = [column.name for mapped in about.mapped for column in mapped.columns]
    for address in declared:
        try:
            parse(address)
        except ValueError as error:
            table.fail("extruder.signal.address", address, str(error).removeprefix("expected "))
    return Modbus(where, declared)


def _readable(addresses: Iterable[str], desk: Desk) -> list[Item]:
    items = []
    for address in addresses:
        try:
            items.append(parse(address))
        except ValueError as error:
            desk.reject(f"no address of Modbus: {error}", address)
    return items


def _tried(client: ModbusTcpClient, request: Request) -> str:
    told = f"unit {request.unit}, function {request.function}, {request.offset}"
    told += f" to {request.offset + request.size - 1}"
    try:
        ask(client, request)
    except Refused as why:
        return f"{told}: {why}"
    except TimeoutError:
        return f"{told}: no answer"
    return f"{told}: read"
