"""An OPC UA server of extruders in the shape of OPC 40084-3, as a process of its own for tests.

`python -m tests.ingest.opcua_server '{"port": 4840, "log": "/tmp/log"}'`: values move once a tick;
what it produced is in the log, which is its history, too: a line of JSON for each value, written
before it is published. Commands are lines of JSON on stdin, each answered by a line.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole

from tests.ingest.opcua_history import Log, data_value

GENERAL = "http://opcfoundation.org/UA/PlasticsRubber/GeneralTypes/"
EXTRUDER = "http://opcfoundation.org/UA/PlasticsRubber/Extrusion/Extruder/"
PLANT = "http://plant.example/"
#: BrowsePath below an extruder, UNECE code, low, high, set value, tolerances 1 and 2.
PARAMETERS = (
    ("MeltPressureZones/MeltPressureZone_1/Pressure", "BAR", 0, 400, 210, 31.5, 63),
    ("MeltTemperatureZones/MeltTemperatureZone_1/Temperature", "CEL", 150, 280, 210, 8, 15),
    *(
        (f"TemperatureZones/TemperatureZone_{n}/Temperature", "CEL", 0, 300, 180 + 5 * n, 5, 10)
        for n in range(1, 4)
    ),
    *(
        (f"TemperatureZones/TemperatureZone_{n}/ElectricalCurrent", "AMP", 0, 20, 0, 0, 0)
        for n in range(1, 4)
    ),
    ("MainDrive/Speed", "RPM", 0, 120, 80, 1.6, 0),
    ("MainDrive/Load", "P1", 0, 120, 0, 0, 0),
    ("Throughput", "E93", 0, 400, 300, 0, 0),
)
PLAIN = tuple(f"TemperatureZones/TemperatureZone_{n}/ControllerOutput" for n in range(1, 4))
#: What the second extruder tells in other units, which is the same pressure.
OTHER_UNITS = {"BAR": ("MPA", 0.1)}
ZONE_NAMES = {1: "Feed", 2: "Metering", 3: "Die head"}


@dataclass
class Options:
    port: int
    log: str = ""
    extruders: int = 2
    tick_ms: int = 100
    history: bool = True
    certificate: str = ""
    private_key: str = ""
    user: str = ""
    password: str = ""
    user_certificate: str = ""
    refuse_history: bool = False


class OnlyThese:
    """Users by password or certificate, nobody else."""

    def __init__(self, options: Options) -> None:
        self._known = {options.user: options.password}
        path = options.user_certificate
        self._certificate = Path(path).read_bytes() if path else b""

    def get_user(self, _: Any, username: Any = None, password: Any = None, certificate: Any = None):
        good = username in self._known and self._known[username] == password
        good = good or (bool(self._certificate) and certificate == self._certificate)
        return User(role=UserRole.User) if good else None


class Plant:
    def __init__(self, options: Options) -> None:
        self.options = options
        manager = OnlyThese(options) if options.user else None
        self.server = Server(user_manager=manager)
        self.log = Log(options.log, options.refuse_history)
        self.nodes: dict[str, Any] = {}
        self.moving: dict[str, float] = {}
        self.status: dict[str, int] = {}
        self.tick = 0
        self.paused = False

    async def start(self) -> None:
        one, server = self.options, self.server
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{one.port}/")
        server.set_server_name("Test plant")
        policies = [ua.SecurityPolicyType.NoSecurity]
        if one.certificate:
            await server.load_certificate(one.certificate)
            await server.load_private_key(one.private_key)
            policies += [
                ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
                ua.SecurityPolicyType.Basic256Sha256_Sign,
                ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
                ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
            ]
        server.set_security_policy(policies)
        if one.history:
            server.iserver.history_manager.set_storage(self.log)
        await server.register_namespace("urn:filler")  # so that indexes are none that one guesses
        self.general, self.types, self.plant = [
            await server.register_namespace(uri) for uri in (GENERAL, EXTRUDER, PLANT)
        ]
        await self._fill()
        await server.start()

    async def _fill(self) -> None:
        types = self.server.nodes.base_object_type
        known = await types.add_object_type(ua.NodeId(1015, self.types), "0:Extruder_InterfaceType")
        vendor = await known.add_object_type(ua.NodeId("VendorExtruder", self.plant), "Vendor")
        machine = await self._object(self.server.nodes.objects, "Machine")
        modules = await self._object(machine, "MachineModules")
        for n in range(1, self.options.extruders + 1):
            kind = vendor.nodeid if n == 1 else None
            extruder = await self._object(modules, f"E{n}", kind)
            await self._fill_extruder(extruder, n)
        await self._fill_odd(await self._object(self.server.nodes.objects, "Plc"))

    async def _fill_extruder(self, extruder: Any, n: int) -> None:
        for path, usual, low, high, target, near, far in PARAMETERS:
            code, scale = OTHER_UNITS.get(usual, (usual, 1.0)) if n == 2 else (usual, 1.0)
            parent = await self._at(extruder, path)
            await self._analog(parent, "ActualValue", code, low * scale, high * scale)
            name = self.name(parent) + "/ActualValue"
            self.moving[name] = (target or 50) * scale
            parts = {"SetValue": target, "UpperTolerance": near, "UpperTolerance2": far}
            parts |= {"LowerTolerance": -near, "LowerTolerance2": -far}
            for part, value in parts.items() if target else ():
                await self._analog(parent, part, code, low * scale, high * scale, value * scale)
        for path in PLAIN:
            above, _, last = path.rpartition("/")
            parent = await self._at(extruder, above)
            await self._analog(parent, last, "P1", -100, 100)
            self.moving[f"{self.name(parent)}/{last}"] = 40.0
            label = ZONE_NAMES[int(above[-1])]
            await self._variable(
                parent, "Name", ua.LocalizedText(label), ua.VariantType.LocalizedText
            )
        await self._variable(extruder, "JobStatus", 6, ua.VariantType.Int32)

    async def _fill_odd(self, plc: Any) -> None:
        await self._variable(plc, "Text", "hot", ua.VariantType.String)
        await self._variable(plc, "Flag", True, ua.VariantType.Boolean)
        await self._variable(plc, "Guid", uuid.UUID(int=7), ua.VariantType.Guid)
        await self._variable(plc, "Numbers", [1.0, 2.0], ua.VariantType.Double)
        await self._variable(plc, "Count", 41, ua.VariantType.UInt16)
        await self._variable(plc, "Single", 1.5, ua.VariantType.Float)

    async def _at(self, node: Any, path: str) -> Any:
        for part in path.split("/"):
            name = f"{self.name(node)}/{part}"
            node = self.nodes.get(name) or await self._object(node, part)
        return node

    async def _object(self, parent: Any, name: str, kind: Any = None) -> Any:
        full = f"{self.name(parent)}/{name}".lstrip("/")
        if parent.nodeid.Identifier in {"Machine", "MachineModules"}:
            full = name
        node = await parent.add_object(
            ua.NodeId(full, self.plant), ua.QualifiedName(name, self.general), kind, False
        )
        self.nodes[full] = node
        return node

    async def _variable(self, parent: Any, name: str, value: Any, kind: Any) -> Any:
        full = f"{self.name(parent)}/{name}"
        node = await parent.add_variable(
            ua.NodeId(full, self.plant), ua.QualifiedName(name, self.general), value, kind
        )
        await node.set_writable()
        self.nodes[full] = node
        return node

    async def _analog(
        self, parent: Any, name: str, code: str, low: float, high: float, value: float = 0.0
    ) -> Any:
        node = await self._variable(parent, name, float(value), ua.VariantType.Double)
        units = ua.EUInformation("http://www.opcfoundation.org/UA/units/un/cefact")
        units.UnitId = int.from_bytes(code.encode(), "big")
        units.DisplayName = ua.LocalizedText(code.lower())
        await node.add_property(ua.NodeId(self._next(), self.plant), "0:EngineeringUnits", units)
        range_ = ua.Range(float(low), float(high))
        await node.add_property(ua.NodeId(self._next(), self.plant), "0:EURange", range_)
        if self.options.history and name == "ActualValue":
            for attribute in (ua.AttributeIds.AccessLevel, ua.AttributeIds.UserAccessLevel):
                await node.set_attr_bit(attribute, ua.AccessLevel.HistoryRead)
        return node

    def _next(self) -> int:
        self.tick += 1
        return 50_000 + self.tick

    def name(self, node: Any) -> str:
        identifier = node.nodeid.Identifier
        return identifier if isinstance(identifier, str) else ""

    async def move(self) -> None:
        """A tick for every value, at whole ticks of the clock; those of a dead time come first."""
        every = self.options.tick_ms
        last = max((v[-1][0] for v in self.log.values.values() if v), default=0)
        at = last + every if last else self._now()
        while True:
            if self.paused:
                await asyncio.sleep(0.02)
                continue
            if at > self._now():
                await asyncio.sleep(every / 2000)
                continue
            await self._publish(at, list(self._values(at)))
            at += every

    def _now(self) -> int:
        return int(time.time() * 1000) // self.options.tick_ms * self.options.tick_ms

    def _values(self, at: int) -> Iterator[tuple[str, int, float, int]]:
        step = at // self.options.tick_ms % 97
        for n, (name, base) in enumerate(self.moving.items()):
            value = round(base * (1 + step / 10_000) + n / 1000, 6)
            yield name, at, value, self.status.get(name, 0)

    async def _publish(self, at: int, values: list[tuple[str, int, float, int]]) -> None:
        self.log.put(values)
        for name, _, value, status in values:
            if name in self.nodes:
                await self.server.write_attribute_value(
                    self.nodes[name].nodeid, data_value(at, value, status)
                )

    async def obey(self, command: dict[str, Any]) -> Any:
        match command:
            case {"write": name, "value": value}:
                kind = ua.VariantType.Int32 if isinstance(value, int) else None
                await self.nodes[name].write_value(value, kind)
            case {"status": name, "code": code}:
                self.status[name] = getattr(ua.StatusCodes, code) if code else 0
            case {"delete": name}:
                await self.server.delete_nodes([self.nodes.pop(name)])
            case {"pause": paused}:
                self.paused = paused
        return len(self.log.values)


async def main(options: Options) -> None:
    plant = Plant(options)
    await plant.start()
    moving = asyncio.create_task(plant.move())
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await plant.obey(json.loads(line))), flush=True)
    moving.cancel()


if __name__ == "__main__":
    asyncio.run(main(Options(**json.loads(sys.argv[1]))))
