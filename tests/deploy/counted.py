"""The web process, and how often it was really asked: GET /_counted."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from starlette.responses import JSONResponse

from app import server as web
from routes import micro_cache

# Shorter, so that a test sees the end of it.
micro_cache.PROXY_CACHE_CONTROL = micro_cache.PROXY_CACHE_CONTROL.replace(
    "stale-if-error=30", f"stale-if-error={os.environ.get('STALE_IF_ERROR_S', '30')}"
)
asked: Counter[str] = Counter()


async def server(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["path"] == "/_counted":
        await JSONResponse(asked)(scope, receive, send)
        return
    asked[scope.get("path", "")] += 1
    await web(scope, receive, send)
