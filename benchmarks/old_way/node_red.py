"""A Node-RED with FlowFuse Dashboard on a free port: a page with a chart of 32 lines per extruder.

Not part of Meltwatch: installed by hand, see `peer`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.stack import free_port, wait_until

FOLDER = Path(os.environ.get("NODE_RED", "/var/tmp/oldway"))
EXTRUDERS = 8
KEEP_MIN = int(os.environ.get("FLOWFUSE_MINUTES", "15"))

#: One batch in, a list of points for each chart out.
_SPLIT = """
const out = new Array(9).fill(null);
for (const [extruder, ts, values] of msg.payload.rows) {
    const points = values.map((y, i) => ({series: msg.payload.names[i], x: ts, y}));
    (out[extruder - 1] ??= {payload: []}).payload.push(...points);
}
out[8] = {req: msg.req, res: msg.res, payload: ""};
return out;
"""


def installed() -> bool:
    """Whether Node-RED and FlowFuse Dashboard are in FOLDER."""
    modules = FOLDER / "node_modules"
    return all((modules / n).exists() for n in ("node-red", "@flowfuse/node-red-dashboard"))


def chart(extruder: int) -> str:
    """Id of the chart of an extruder."""
    return f"chart{extruder}"


def _flow() -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = [
        {"id": "tab", "type": "tab", "label": "Extruders"},
        {"id": "base", "type": "ui-base", "name": "Plant", "path": "/dashboard",
         "includeClientData": True, "acceptsClientConfig": ["ui-notification", "ui-control"]},
        {"id": "theme", "type": "ui-theme", "name": "Default", "colors": {}, "sizes": {}},
        {"id": "in", "z": "tab", "type": "http in", "url": "/feed", "method": "post",
         "wires": [["split"]]},
        {"id": "split", "z": "tab", "type": "function", "func": _SPLIT, "outputs": 9,
         "wires": [*([chart(e)] for e in range(1, EXTRUDERS + 1)), ["out"]]},
        {"id": "out", "z": "tab", "type": "http response", "statusCode": "204", "wires": []},
    ]  # fmt: skip
    for extruder in range(1, EXTRUDERS + 1):
        nodes += _page(extruder)
    return nodes


def _page(extruder: int) -> list[dict[str, Any]]:
    page, group = f"page{extruder}", f"group{extruder}"
    return [
        {"id": page, "type": "ui-page", "name": f"Extruder {extruder}", "ui": "base",
         "path": f"/{page}", "layout": "grid", "theme": "theme", "order": extruder},
        {"id": group, "type": "ui-group", "name": "Trend", "page": page, "width": 12, "order": 1},
        {"id": chart(extruder), "z": "tab", "type": "ui-chart", "group": group, "label": "Trend",
         "chartType": "line", "category": "series", "categoryType": "property",
         "xAxisType": "time", "xAxisProperty": "x", "xAxisPropertyType": "property",
         "yAxisProperty": "y", "yAxisPropertyType": "property", "action": "append",
         "removeOlder": str(KEEP_MIN), "removeOlderUnit": "60", "removeOlderPoints": "",
         "width": 12, "height": 8, "wires": [[]]},
    ]  # fmt: skip


@contextmanager
def running() -> Iterator[tuple[str, int]]:
    """URL and process id of a Node-RED of its own, in a folder that is removed afterwards."""
    home, port = Path(tempfile.mkdtemp(prefix="run-", dir=FOLDER)), free_port()
    (home / "flows.json").write_text(json.dumps(_flow()))
    settings = {
        "uiPort": port, "uiHost": "127.0.0.1", "flowFile": "flows.json", "httpAdminRoot": False,
        "telemetry": {"enabled": False}, "apiMaxLength": "50mb",
        "logging": {"console": {"level": "warn", "metrics": False, "audit": False}},
    }  # fmt: skip
    (home / "settings.js").write_text(f"module.exports = {json.dumps(settings)}")
    entry = FOLDER / "node_modules/node-red/red.js"
    command = ["node", str(entry), "--userDir", str(home), "--settings", str(home / "settings.js")]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), 60, f"Node-RED answers, see {home / 'log'}")
        yield url, process.pid
    finally:
        process.kill()
        process.wait(10)
        shutil.rmtree(home, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/dashboard/").is_success
    except httpx.HTTPError:
        return False
