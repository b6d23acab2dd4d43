"""The old web process: dcc.Interval, and a query and a figure in its callback.

Leaner than many: no pandas, the index of the browser's extruder, one figure for all signals.
The server is Meltwatch's own (uvicorn and a2wsgi, ten threads), so that only the way differs.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import plotly.graph_objects as go
from a2wsgi import WSGIMiddleware
from dash import Dash, Input, Output, State, dcc, html
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from benchmarks.old_way.narrow_store import WINDOW_SQL, connect

WINDOW_MS = 900_000
STORE = Path(os.environ["OLD_WAY_STORE"])

_local = threading.local()
_lock = threading.Lock()
_counts: dict[str, int] = defaultdict(int)

app = Dash(__name__)
app.layout = html.Div(
    [
        dcc.Dropdown(list(range(1, 9)), 1, id="extruder"),
        dcc.Graph(id="trend"),
        dcc.Interval(id="tick", interval=1000),
    ]
)
app._setup_server()


def _db() -> sqlite3.Connection:
    if not hasattr(_local, "db"):
        _local.db = connect(STORE)
    return _local.db


@app.callback(Output("trend", "figure"), Input("tick", "n_intervals"), State("extruder", "value"))
def trend(_n: int | None, extruder: int) -> go.Figure:
    """The last 15 min of every signal; `meta` is the time of the newest reading (ms)."""
    start = int(time.time() * 1000) - WINDOW_MS
    rows = _db().execute(WINDOW_SQL, (extruder, start)).fetchall()
    with _lock:
        _counts["statements"] += 1
        _counts["rows"] += len(rows)
    figure = go.Figure()
    for signal, group in groupby(rows, key=lambda row: row[0]):
        points = list(group)
        figure.add_scatter(
            x=[ts for _, ts, _ in points], y=[value for _, _, value in points], name=signal
        )
    figure.update_layout(xaxis_type="date", meta=max((row[1] for row in rows), default=0))
    return figure


async def counts(_request: Request) -> Response:
    """Statements sent and rows fetched since the start; never behind the polls' threads."""
    with _lock:
        return JSONResponse({"statements": _counts["statements"], "rows": _counts["rows"]})


bridge = WSGIMiddleware(app.server, workers=10)
server = Starlette(routes=[Route("/counts", counts), Mount("/", bridge)])  # type: ignore[arg-type]
