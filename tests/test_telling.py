"""From what the monitor finds to messages: told once, and not lost when the journal fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.extruders import JOB_IN_PRODUCTION
from data.monitor.findings import Findings, Terms
from data.monitor.monitor import Monitor
from data.notifier.routes_file import load_routes
from data.settings import Settings
from data.telling import Telling
from tests.rows import plant, row

START = 1_700_000_000_000
ROUTES = """
[[route]]
name = "shift"
urls = ["json://127.0.0.1:1/"]
[[route]]
name = "boss"
urls = ["json://127.0.0.1:1/"]
escalate_after_min = 5
"""


@pytest.fixture
def telling(tmp_path: Path) -> Telling:
    (tmp_path / "notify.toml").write_text(ROUTES)
    return Telling(load_routes(tmp_path / "notify.toml"), Settings.from_env({}))


@pytest.fixture
def alarmed() -> tuple[Monitor, Findings, int]:
    """A monitor with one unacknowledged alarm, what it found, and when."""
    monitor = Monitor(plant(1), Terms())
    for second in range(20):
        reading = row(START + 1000 * second, 1, 310.0, 200.0, float(JOB_IN_PRODUCTION))
        monitor.take([reading])
    return monitor, monitor.findings(), START + 20_000


def test_an_alarm_is_told_to_its_route_at_once(
    telling: Telling, alarmed: tuple[Monitor, Findings, int]
) -> None:
    (told,) = telling(*alarmed)
    assert told.route.startswith("shift")
    assert "Melt pressure" in told.title


def test_an_escalation_is_given_until_it_is_durable_and_then_no_more(
    telling: Telling, alarmed: tuple[Monitor, Findings, int]
) -> None:
    monitor, _, now = alarmed
    later = now + 6 * 60_000
    first = telling(monitor, Findings(), later)
    again = telling(monitor, Findings(), later + 1000)
    assert [one.key for one in first] == [one.key for one in again]
    assert [one.route[:4] for one in first] == ["boss"]
    telling.durable()
    assert telling(monitor, Findings(), later + 2000) == []


def test_without_routes_nobody_is_told(alarmed: tuple[Monitor, Findings, int]) -> None:
    from data.notifier.routes import Routes

    assert Telling(Routes(), Settings.from_env({}))(*alarmed) == []
