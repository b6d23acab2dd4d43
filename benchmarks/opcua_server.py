"""A process of its own: an OPC UA server that publishes EXTRUDERS × SIGNALS as fast as it is asked.

`stock` writes each value through asyncua. `bulk` is the same server, but what it publishes is one
array of bytes for each answer: what it would take asyncua to encode values one by one is left out,
so that the client is what is measured. Arguments: port, mode, ticks a second (0: as asked).
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
from asyncua import Server, ua
from asyncua.server.internal_subscription import InternalSubscription

EXTRUDERS, SIGNALS = 100, 40
#: 100 ns from 1601 to 1970.
EPOCH = 116_444_736_000_000_000
ITEM = np.dtype(
    [("handle", "<u4"), ("mask", "u1"), ("type", "u1"), ("value", "<f8"), ("source", "<i8"),
     ("server", "<i8")]
)  # fmt: skip
_TYPE = ua.NodeId(ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary)


class Bulk:
    """Answers of all monitored numbers at the next tick."""

    def __init__(self, hertz: float) -> None:
        self.hertz = hertz
        self.ticks, self.step_ms = 0, int(1000 / hertz) if hertz else 100
        self.first = int(time.time() * 10) * 100
        self.items: np.ndarray[Any, Any] | None = None

    def install(self) -> None:
        bulk = self

        def has(subscription: InternalSubscription) -> bool:
            due = (time.time() * 1000 - bulk.first) / bulk.step_ms
            return subscription._startup or not bulk.hertz or bulk.ticks < int(due)

        def pop(subscription: InternalSubscription, result: ua.PublishResult) -> None:
            subscription._triggered_datachanges = {}
            result.NotificationMessage.NotificationData.append(bulk.tick(subscription))

        InternalSubscription.has_published_results = has  # type: ignore[method-assign]
        InternalSubscription._pop_triggered_datachanges = pop  # type: ignore[method-assign]

    def tick(self, subscription: InternalSubscription) -> ua.ExtensionObject:
        known = subscription.monitored_item_srv._monitored_items.values()
        if self.items is None or len(self.items) != len(known):
            self.items = np.zeros(len(known), ITEM)
            self.items["handle"] = [one.client_handle for one in known]
            self.items["mask"], self.items["type"] = 0x0D, 11
            self.first, self.ticks = int(time.time() * 10) * 100, 0
        self.ticks += 1
        self.items["value"] = self.ticks % 97 + self.items["handle"]
        self.items["source"] = self.items["server"] = (
            self.first + self.step_ms * self.ticks
        ) * 10_000 + EPOCH
        body = len(self.items).to_bytes(4, "little") + self.items.tobytes() + b"\xff" * 4
        return ua.ExtensionObject(TypeId=_TYPE, Body=body)


async def main(port: int, mode: str, hertz: float) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    space = await server.register_namespace("urn:bench")
    nodes = []
    for e in range(EXTRUDERS):
        folder = await server.nodes.objects.add_folder(ua.NodeId(f"{e}", space), f"{e}")
        for s in range(SIGNALS):
            name = ua.NodeId(f"{e}/{s}", space)
            nodes.append((await folder.add_variable(name, f"{s}", 0.0)).nodeid)
    if mode == "bulk":
        Bulk(hertz).install()
    await server.start()
    print("ready", flush=True)
    await (_write(server, nodes) if mode == "stock" else asyncio.Event().wait())


async def _write(server: Server, nodes: list[ua.NodeId]) -> None:
    for tick in count(1):
        moment = datetime.now(UTC)
        value = ua.Variant(float(tick), ua.VariantType.Double)
        for n, node in enumerate(nodes):
            await server.write_attribute_value(node, ua.DataValue(value, SourceTimestamp=moment))
            if n % 200 == 0:
                await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
