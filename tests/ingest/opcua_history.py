"""What the OPC UA server of tests produced: on disk before it is published, and its history."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from asyncua import ua
from asyncua.server.history import HistoryStorageInterface


class Log(HistoryStorageInterface):
    """All that was produced, on disk before it is published, and read again after a kill."""

    def __init__(self, path: str, refuse: bool) -> None:
        super().__init__(1_000)
        self.refuse = refuse
        self.values: dict[str, list[tuple[int, float, int]]] = {}
        for line in Path(path).read_text().splitlines() if path and Path(path).exists() else []:
            if line.endswith("]"):
                name, *value = json.loads(line)
                self.values.setdefault(name, []).append(tuple(value))
        self.file = open(path, "a", buffering=1) if path else None  # noqa: SIM115

    def put(self, lines: list[tuple[str, int, float, int]]) -> None:
        for name, *value in lines:
            self.values.setdefault(name, []).append(tuple(value))
        if self.file:
            self.file.write("".join(json.dumps(line) + "\n" for line in lines))

    async def init(self) -> None: ...

    async def stop(self) -> None: ...

    async def read_node_history(  # type: ignore[override]
        self, node: ua.NodeId, start: datetime, end: datetime, most: int
    ) -> tuple[list[ua.DataValue], datetime | None]:
        if self.refuse:
            raise ua.UaStatusCodeError(ua.StatusCodes.BadHistoryOperationUnsupported)
        low, high = start.timestamp() * 1000 - 0.5, end.timestamp() * 1000 + 0.5
        all_ = self.values.get(node.Identifier, [])
        found = [one for one in all_ if low <= one[0] <= high]
        values = [data_value(*one) for one in found[: most or None]]
        more = len(found) > len(values)
        return values, moment(found[len(values)][0]) if more else None


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def data_value(ms: int, value: float, status: int = 0) -> ua.DataValue:
    return ua.DataValue(
        ua.Variant(float(value), ua.VariantType.Double), ua.StatusCode(status), moment(ms)
    )
