"""A real journal and real receivers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.journal import Journal, open_journal
from tests.notifier.servers import Webhook


@pytest.fixture
def journal(store_url: str) -> Iterator[Journal]:
    opened = open_journal(store_url)
    yield opened
    opened.close()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as opened:
        yield opened
