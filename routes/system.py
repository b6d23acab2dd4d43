"""GET /system/cost: what the store is asked and what that costs, against polling."""

from __future__ import annotations

import json
import time
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.cost.polling import Polling
from data.cost.prices import PriceTable
from data.cost.reader import CostReader
from data.cost.report import SPANS, cost_report
from data.settings import Settings
from data.window_cache.reader import WindowReader
from routes.micro_cache import Answer, MicroCache

#: Figures change once a minute; reckoning a day of them takes 10 ms.
KEEP_S = 5.0


def routes(
    costs: CostReader, reader: WindowReader, settings: Settings, prices: PriceTable
) -> list[Route]:
    """Routes that feed the System page."""
    cache = MicroCache(KEEP_S)
    how = Polling(settings.poll_s, settings.window_s, settings.step_ms, signals=0)

    async def make() -> Answer:
        last, minutes = await costs.minutes(max(SPANS.values()))
        asked = replace(how, signals=await _signals(reader))
        body = {"served": int(time.time() * 1000), **cost_report(last, minutes, asked, prices)}
        return Answer.of(json.dumps(body).encode(), str(body["served"]), "application/json")

    async def cost(request: Request) -> Response:
        return (await cache.get("cost", make)).respond(request)

    return [Route("/system/cost", cost)]


async def _signals(reader: WindowReader) -> float:
    """Signals of an extruder, on the average."""
    extruders = (await reader.catalogue()).extruders
    return sum(len(one.signals) for one in extruders) / max(1, len(extruders))
