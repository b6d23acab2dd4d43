"""A running plant behind nginx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.counted_stack import CountedStack
from tests.deploy.nginx import Nginx, need_nginx

STALE_IF_ERROR_S = 4


@dataclass
class Behind:
    """nginx, and what is behind it."""

    stack: CountedStack
    nginx: Nginx

    @property
    def url(self) -> str:
        return self.nginx.url

    def asked(self, path: str) -> int:
        """How often the web process was asked for a path."""
        return self.stack.asked().get(path, 0)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    need_nginx()
    folder: Path = tmp_path_factory.mktemp("plant")
    stack = CountedStack(folder, EXTRUDERS="4", STALE_IF_ERROR_S=str(STALE_IF_ERROR_S))
    try:
        stack.start_all(folder)
        nginx = Nginx(folder / "nginx", stack.port)
        try:
            yield Behind(stack, nginx)
        finally:
            nginx.stop()
    finally:
        stack.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the tools of requirements-deploy.txt, unless it is asked for."""
    if "deploy" in str(config.getoption("markexpr")):
        return
    by_tools = [item for item in items if item.get_closest_marker("deploy")]
    if by_tools:
        items[:] = [item for item in items if item not in by_tools]
        config.hook.pytest_deselected(items=by_tools)
