"""Whether this machine's own network works: an address that is up when the site is not."""

from __future__ import annotations

import asyncio

import httpx

LIMIT_S = 3.0


async def reaches(url: str) -> bool:
    """True if `url` gives any answer in LIMIT_S, or if there is none: then the site is to blame."""
    if not url:
        return True
    try:
        async with asyncio.timeout(LIMIT_S), httpx.AsyncClient(timeout=LIMIT_S) as client:
            await client.head(url)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
        return False
    return True
