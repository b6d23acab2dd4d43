"""One round of requests over a connection, and what each answer says of its readings."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException

from data.ingest.sources import Desk, Reading, SourceLost
from data.ingest.sources.modbus.plan import Request
from data.quality import Quality

# Whatever it has to say comes as an exception, too, and is told once instead of every second.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

#: A unit that does not answer is not asked for so long, s: others wait for it.
SILENT_S = 10.0

#: Exceptions of the Modbus application protocol, 7.
EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target does not respond",
}
#: The device itself says that it has failed; all others are no communication with it.
_FAILED = {4, 8}
#: A range that is refused so may be read piece by piece.
_RANGE = {2, 3}


class Refused(Exception):
    """A device answered with an exception."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}: {EXCEPTIONS.get(code, 'unknown')}")
        self.code = code


class Poller:
    """Asks over one connection; `now_s` of any clock tells how long a unit has been silent."""

    def __init__(self, client: ModbusTcpClient, requests: Sequence[Request]) -> None:
        self._client, self.requests = client, list(requests)
        self._silent: dict[int, float] = {}

    def poll(self, desk: Desk, ts: int, now_s: float) -> list[Reading]:
        """All readings of a round, at the time `ts` (ms). Raises SourceLost if none answers."""
        readings: list[Reading] = []
        kept: list[Request] = []
        heard = False
        todo = self.requests[::-1]
        while todo:
            request = todo.pop()
            try:
                readings += self._asked(request, ts, now_s)
                heard = True
            except Refused as why:
                heard = True
                if why.code in _RANGE and len(request.items) > 1:
                    todo += request.apart()[::-1]
                    continue
                readings += _failed(request, ts, why, desk)
            except TimeoutError:
                readings += _without(request, ts, Quality.BAD_NO_COMMUNICATION)
            kept.append(request)
        self.requests = kept
        if kept and not heard:
            raise SourceLost("no unit answers")
        return readings

    def _asked(self, request: Request, ts: int, now_s: float) -> list[Reading]:
        if now_s < self._silent.get(request.unit, -math.inf):
            raise TimeoutError
        try:
            values = ask(self._client, request)
        except TimeoutError:
            self._silent[request.unit] = now_s + SILENT_S
            raise
        return [
            Reading(item.address, ts, item.decode(values, item.offset - request.offset))
            for item in request.items
        ]


def ask(client: ModbusTcpClient, request: Request) -> Sequence[int]:
    """Registers or bits. Raises Refused, TimeoutError, or SourceLost if the connection is gone."""
    read = {
        1: client.read_coils,
        2: client.read_discrete_inputs,
        3: client.read_holding_registers,
        4: client.read_input_registers,
    }[request.function]
    try:
        answer = read(request.offset, count=request.size, device_id=request.unit)
    except (ConnectionException, OSError) as error:
        raise SourceLost(f"the connection is gone: {error}") from error
    except ModbusException as error:
        client.close()  # a late answer must not be taken for the next one
        raise TimeoutError from error
    if answer.isError():
        raise Refused(answer.exception_code)
    values: Sequence[int] = answer.bits if request.function < 3 else answer.registers
    if len(values) < request.size:
        raise SourceLost(f"{len(values)} values came, {request.size} were asked for")
    return values


def _failed(request: Request, ts: int, why: Refused, desk: Desk) -> list[Reading]:
    for item in request.items:
        desk.reject(str(why), item.address)
    failed = why.code in _FAILED
    quality = Quality.BAD_SENSOR_FAILURE if failed else Quality.BAD_NO_COMMUNICATION
    return _without(request, ts, quality)


def _without(request: Request, ts: int, quality: Quality) -> list[Reading]:
    return [Reading(item.address, ts, math.nan, quality) for item in request.items]
