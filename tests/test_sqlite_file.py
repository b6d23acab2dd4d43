"""Upgrading the store: nothing is lost, a reader waits or says what to do."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from data import sqlite_file
from data.errors import StoreError
from data.extruders import Product
from data.journal import Batch, open_journal
from data.sqlite_file import SCHEMA_VERSION, WORKS_WITH, revision
from data.sqlite_file.upgrade import VERSIONS
from data.telemetry import ImportMark, TelemetryStore, open_store
from tests.journal.samples import event
from tests.rows import plant, row
from tests.stack import ROOT

V1_SCHEMA = Path(__file__).parent / "journal" / "schema_v1.sql"
#: "MW", in the upper half of a number of 32 bits.
MARK = 0x4D57_0000
V1_TABLES = (
    "readings", "extruders", "signals", "limit_sets", "imports", "meta",
    "float32_exponent", "quality_codes", "readings_by_name",
)  # fmt: skip


def path_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


def dump(path: str) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        found = {t: db.execute(f"SELECT * FROM {t}").fetchall() for t in V1_TABLES}
        # Where they stand was added since.
        return {**found, "extruders": [row[:4] for row in found["extruders"]]}


def schema(path: str) -> list[tuple[str, ...]]:
    """All objects; ALTER TABLE lays out the text in its own way."""
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2")
        return [(*names, re.sub(r"\s*([,()\s])\s*", r"\1", sql or "")) for *names, sql in found]


@pytest.fixture
def v1(store_url: str) -> str:
    """Path of a file as version 1 left it, with something in every table."""
    path = path_of(store_url)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(V1_SCHEMA.read_text())
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA user_version = 1")
        factors = [(exponent, 2.0 ** (exponent - 150)) for exponent in range(256)]
        db.executemany("INSERT INTO float32_exponent VALUES (?, ?)", factors)
        db.execute("INSERT INTO quality_codes VALUES (0, 'GOOD')")
        db.execute("INSERT INTO products VALUES (7, 'HDPE pipe')")
        db.execute("INSERT INTO extruders VALUES (1, 'Extruder 1', 'test', 1)")
        definition = (
            '{"name": "MeltPressure", "label": "Melt pressure", "unit": "bar", "group": "Melt",'
            ' "low": 0, "high": 400, "decimals": 0, "gauge": 1, "states": {}}'
        )
        db.execute("INSERT INTO signals VALUES (1, 0, 'MeltPressure', 'bar', ?)", (definition,))
        limits = '{"MeltPressure": {"h": 300.0}}'
        db.execute("INSERT INTO limit_sets VALUES (1, 5, 1, 0, 'Ana', 'why', ?)", (limits,))
        db.execute("INSERT INTO imports VALUES ('file', 3, 1)")
        db.execute("UPDATE meta SET value = 4")
        values = row(0, 1, 123.5).values.tobytes()
        readings = [(1, ts * 1000, values) for ts in range(50)]
        sql = 'INSERT INTO readings (extruder, ts, "values") VALUES (?, ?, ?)'
        db.executemany(sql, readings)
        db.commit()
    return path


@pytest.fixture(params=range(1, SCHEMA_VERSION))
def old(v1: str, request: pytest.FixtureRequest) -> str:
    """The same file as a later version left it that knew no Alembic yet."""
    with closing(sqlite3.connect(v1)) as db:
        for script in sorted(VERSIONS.glob("*.sql"))[: request.param - 1]:
            db.executescript(script.read_text())
        db.execute(f"PRAGMA user_version = {request.param}")
    return v1


def versions(path: str) -> tuple[int, str]:
    """What the file and Alembic's table say."""
    with closing(sqlite3.connect(path)) as db:
        (number,) = db.execute("PRAGMA user_version").fetchone()
        ((name,),) = db.execute("SELECT version_num FROM alembic_version").fetchall()
        return number, name


def test_a_new_file_and_an_upgraded_one_have_the_same_schema(
    old: str, store_url: str, tmp_path: Path
) -> None:
    fresh = str(tmp_path / "fresh.sqlite")
    open_store(f"sqlite:///{fresh}").close()
    open_store(store_url).close()
    assert schema(old) == schema(fresh)
    assert versions(old) == versions(fresh) == (SCHEMA_VERSION, revision(SCHEMA_VERSION))


def test_the_newest_migration_is_the_version_that_is_expected() -> None:
    newest = max(path.name for path in VERSIONS.glob("[0-9]*.py"))
    assert newest.startswith(f"{revision(SCHEMA_VERSION)}_")


def test_a_file_that_was_stamped_already_is_upgraded_too(v1: str, store_url: str) -> None:
    with closing(sqlite3.connect(v1)) as db:
        db.executescript((VERSIONS / "0002_alarms.sql").read_text())
        db.executescript("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);")
        db.executescript("INSERT INTO alembic_version VALUES ('0002'); PRAGMA user_version = 2")
    open_store(store_url).close()
    assert versions(v1) == (SCHEMA_VERSION, revision(SCHEMA_VERSION))


@pytest.mark.both_stores
def test_a_store_that_is_up_to_date_is_opened_without_alembic(store_url: str) -> None:
    open_store(store_url).close()
    code = (
        "import sys; from data.telemetry import open_store; open_store(sys.argv[1]).close();"
        "print({'alembic', 'sqlalchemy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, store_url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_an_upgrade_keeps_everything(old: str, store_url: str) -> None:
    before = dump(old)
    with closing(open_store(store_url)) as store:
        catalogue = store.catalogue()
        assert (catalogue.version, catalogue.products) == (4, (Product(7, "HDPE pipe", 0.0),))
        assert catalogue.extruders[0].limits[0]["MeltPressure"].h == 300.0
        assert store.last_seq() == len(store.rows_since(0, 100)) == 50
        assert store.import_mark("file") == ImportMark(3, True)
    assert dump(old) == before


def test_the_journal_upgrades_too(v1: str, store_url: str) -> None:
    with closing(open_journal(store_url)) as journal:
        journal.write(Batch(1, events=[event(1)]))
    with closing(open_store(store_url, readonly=True)) as store:
        assert store.last_seq() == 50


@pytest.mark.parametrize("table", ["commands", "annotations"])
def test_an_upgrade_that_fails_leaves_the_file_as_it_was(
    v1: str, store_url: str, table: str
) -> None:
    with closing(sqlite3.connect(v1)) as db:
        db.execute(f"CREATE TABLE {table} (mine TEXT)")
    before = schema(v1)
    with pytest.raises(StoreError, match=f"{table} already exists") as told:
        open_store(store_url)
    assert "\n" not in str(told.value)
    assert schema(v1) == before
    with closing(sqlite3.connect(v1)) as db:
        db.execute(f"DROP TABLE {table}")
    open_store(store_url).close()


def test_two_processes_may_upgrade_at_once(v1: str, store_url: str) -> None:
    code = "import sys; from data.journal import open_journal; open_journal(sys.argv[1])"
    command = [sys.executable, "-c", code, store_url]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [process.wait(30) for process in started] == [0, 0, 0]
    assert len(dump(v1)["readings"]) == 50


def test_a_reader_waits_for_the_writer_to_upgrade(v1: str, store_url: str) -> None:
    upgrade = Timer(0.3, lambda: open_store(store_url).close())
    upgrade.start()
    with closing(open_store(store_url, readonly=True)) as reader:
        assert reader.last_seq() == 50
    upgrade.join()


def test_a_reader_alone_says_in_one_line_what_to_do(
    v1: str, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "UPGRADE_WAIT_S", 0.1)
    with pytest.raises(StoreError) as told:
        open_store(store_url, readonly=True)
    assert f"version 1, this Meltwatch needs {SCHEMA_VERSION}: start a worker" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_file_is_left_alone_unless_it_works_with_this_version(
    store_url: str, readonly: bool
) -> None:
    open_store(store_url).close()
    newer = SCHEMA_VERSION + 1
    for number, used in ((0, False), (MARK + newer, False), (MARK + WORKS_WITH, True)):
        with closing(sqlite3.connect(path_of(store_url))) as db:
            db.execute(f"PRAGMA user_version = {newer}")
            db.execute(f"PRAGMA application_id = {number}")
        with nullcontext() if used else pytest.raises(StoreError, match="use the newer Meltwatch"):
            open_store(store_url, readonly).close()


def test_an_upgraded_file_says_what_it_works_with(v1: str, store_url: str) -> None:
    open_store(store_url).close()
    with closing(sqlite3.connect(v1)) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (MARK + WORKS_WITH,)


def test_the_price_of_a_product_is_kept(store: TelemetryStore) -> None:
    priced = replace(plant(1), products=(Product(1, "HDPE pipe", 1.35),))
    store.put_catalogue(priced, "test", "")
    assert store.catalogue().products == priced.products
    dearer = replace(priced, products=(Product(1, "HDPE pipe", 1.5),))
    store.put_catalogue(dearer, "test", "")
    assert store.catalogue().products == dearer.products
    assert store.catalogue_version() == 2


def test_a_source_that_tells_no_price_overwrites_none(store: TelemetryStore) -> None:
    store.put_catalogue(replace(plant(1), products=(Product(1, "HDPE", 1.35),)), "test", "")
    store.put_catalogue(replace(plant(1), products=(Product(1, "HDPE", 0.0),)), "test", "")
    assert store.catalogue_version() == 1
    store.put_catalogue(replace(plant(1), products=(Product(1, "HDPE pipe", 0.0),)), "test", "")
    assert store.catalogue().products == (Product(1, "HDPE pipe", 1.35),)
    assert store.catalogue_version() == 2
