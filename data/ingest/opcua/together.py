"""Tasks that live and die together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable


async def first_failure(
    tasks: Iterable[asyncio.Future[None]], until: asyncio.Future[None] | None = None
) -> None:
    """Wait until all tasks, or `until`, are done; raises what the first that fails raises. None
    of them goes on afterwards.
    """
    all_ = {*tasks, *([until] if until else [])}
    waiting = all_
    try:
        while waiting and not (until and until.done()):
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
    finally:
        for one in all_:
            one.cancel()
        await asyncio.gather(*all_, return_exceptions=True)
