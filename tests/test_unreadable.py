"""What another program wrote and nobody can read must not stop the refresh of all extruders."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from data.notifier.routes import Routes
from data.refresh import Refresher
from data.settings import Settings
from data.telemetry import TelemetryStore
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import unroll
from data.worker import build_refresher
from tests.raw_sql import sql
from tests.rows import plant, row

NOW = int(time.time()) * 1000
INSERT = 'INSERT INTO readings (seq, extruder, ts, "values", quality) VALUES (?, 2, ?, ?, ?)'


@pytest.fixture
def settings(redis_url: str, store_url: str) -> Settings:
    return replace(
        Settings.from_env({"REDIS_URL": redis_url, "DATABASE_URL": store_url}), window_s=60
    )


@pytest.fixture
def windows(settings: Settings) -> WindowWriter:
    return WindowWriter(connect(settings.redis_url), Keys())


@pytest.fixture
def refresher(settings: Settings, windows: WindowWriter, store: TelemetryStore) -> Refresher:
    store.put_catalogue(plant(2), "test", "as delivered")
    store.append([row(NOW - 2000, n, 200.0, 210.0, 2.0) for n in (1, 2)])
    made = build_refresher(settings, windows, Routes())
    made.rebuild()
    return made


def newest(settings: Settings, extruder: int) -> float:
    with connect(settings.redis_url) as client:
        window = unroll(client.get(Keys().ring(extruder)), 1)  # type: ignore[arg-type]
    return float(window.values[-1, 0])


@pytest.mark.parametrize(
    ("values", "quality"),
    [(b"\x01" * 13, None), (b"\x00" * 12, b"\x00" * 5), ("text", None), (b"", b"\x09")],
)
def test_a_row_that_is_no_reading_is_passed_over(
    store: TelemetryStore, store_url: str, settings: Settings, refresher: Refresher,
    values: object, quality: object,
) -> None:  # fmt: skip
    sql(store_url, INSERT, store.last_seq() + 1, NOW - 1500, values, quality)
    store.append([row(NOW - 1000, n, 201.0, 210.0, 2.0) for n in (1, 2)])
    assert refresher.refresh().result == "done"
    assert [newest(settings, extruder) for extruder in (1, 2)] == [201.0, 201.0]
    assert [len(one.values) for one in store.rows_between(2, NOW - 1500, NOW)] == [0, 3]


@pytest.mark.both_stores
def test_qualities_of_another_number_than_the_values_are_passed_over(
    store: TelemetryStore, store_url: str
) -> None:
    store.append([row(NOW - 2000, 2, 200.0, 210.0)])
    sql(store_url, "UPDATE readings SET quality = ?", b"\x01\x01\x01")
    assert [len(one.values) for one in store.rows_since(0, 10)] == [0]


def test_a_text_that_is_no_command_is_passed_over(
    settings: Settings, refresher: Refresher, windows: WindowWriter
) -> None:
    texts = ["{", "7", "null", '{"id": "x"}', '{"id": "y", "action": "fly"}']
    for text in texts:
        windows.push_command(text)
    with connect(settings.redis_url) as client:
        client.rpush(Keys().commands, b"\xff\xfe")
    assert refresher.refresh().result == "done"
    assert windows.pending_commands() == []
