"""pymodbus' own server as a process: `python -m tests.ingest.modbus_server PORT UNITS FLOATS`.

Each unit has floats in holding registers from 0, whose values are their numbers; others at 1000.
"""

from __future__ import annotations

import sys
import warnings

from pymodbus.server import StartTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

#: Offsets of holding registers and what stands there.
WHOLE = {1000: -5, 1001: 65_535, 1002: 0b1000_0000_0000_0101}


def unit(number: int, floats: int) -> SimDevice:
    holding = [
        SimData(0, values=[float(n) for n in range(floats)], datatype=DataType.FLOAT32),
        SimData(1000, values=[n & 0xFFFF for n in WHOLE.values()], datatype=DataType.REGISTERS),
        SimData(1010, values=[0x0000, 0x4120], datatype=DataType.REGISTERS),
    ]
    coils = [SimData(0, values=[True, False, True] + [False] * 13, datatype=DataType.BITS)]
    discrete = [SimData(0, values=[False, True] + [False] * 14, datatype=DataType.BITS)]
    inputs = [SimData(0, values=[123456789], datatype=DataType.INT32)]
    return SimDevice(number, simdata=(coils, discrete, holding, inputs))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    port, units, floats = map(int, sys.argv[1:])
    devices = [unit(number, floats) for number in range(1, units + 1)]
    StartTcpServer(devices, address=("127.0.0.1", port))
