"""A journal on disk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.journal import Journal, open_journal


@pytest.fixture
def journal(store_url: str) -> Iterator[Journal]:
    opened = open_journal(store_url)
    yield opened
    opened.close()
