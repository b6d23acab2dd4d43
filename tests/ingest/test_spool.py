"""The spool on disk: in order, whole after a crash, bounded, and never on a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from data.errors import SettingError
from data.ingest.spool import SEGMENTS, Spool
from data.ingest.spool_records import pack, unpack
from data.windows import Row
from tests.ingest.spooled import bits, on_disk, rows_of, taken_out

ROOT = Path(__file__).parents[2]
MB = 1 << 20
SIZE = len(pack(1, 0, rows_of(1)))


def spool_of(folder: Path, max_bytes: int = MB, keep_free: int = 0) -> Spool:
    return Spool(folder, max_bytes, keep_free)


def fill(spool: Spool, numbers: range) -> list[Row]:
    given = []
    for n in numbers:
        spool.append(n, 1000 * n, rows_of(n))
        given += rows_of(n)
    return given


def files_of(folder: Path) -> int:
    """Bytes of a spool's files."""
    return sum(path.stat().st_size for path in folder.glob("*.spool"))


def test_rows_come_back_bit_by_bit_whatever_their_shape() -> None:
    random = np.random.default_rng(1)
    rows = [
        Row(-5, 2**40, np.array([], np.float32), np.array([], np.uint8)),
        Row(2**45, 1, np.array([np.nan, np.inf, -0.0], np.float32), np.zeros(3, np.uint8)),
        *(
            Row(n, n, random.normal(size=n).astype(np.float32), random.integers(0, 5, n, np.uint8))
            for n in range(1, 40)
        ),
    ]
    assert bits(unpack(pack(7, 0, rows)) or []) == bits(rows)


def test_what_was_appended_is_given_out_in_order_after_a_restart(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path)) as spool:
        given = fill(spool, range(1, 301))
    with closing(spool_of(tmp_path)) as spool:
        assert (spool.rows, spool.last_number, spool.newest_ts) == (600, 300, 300_000)
        assert spool.oldest_ms == 1000
        given += fill(spool, range(301, 311))
        assert bits(taken_out(spool)) == bits(given)


def test_nothing_stays_on_disk_once_all_is_stored(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path, 64 * SEGMENTS)) as spool:
        fill(spool, range(1, 10))
        taken_out(spool)
        assert (spool.rows, spool.bytes, spool.oldest_ms) == (0, 0, None)
    assert list(tmp_path.glob("*.spool")) == []


def test_what_comes_after_all_was_stored_is_on_disk_too(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path)) as spool:
        fill(spool, range(1, 3))
        taken_out(spool)
        given = fill(spool, range(3, 5))
        assert bits(on_disk(tmp_path)) == bits(given)


def test_rows_stay_until_they_are_reported_as_stored(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path)) as spool:
        fill(spool, range(1, 4))
        for _ in range(2):
            assert bits((spool.first(4) or pytest.fail()).rows) == bits(rows_of(1) + rows_of(2))
        spool.discard(1)
        assert [row.ts for row in (spool.first(2) or pytest.fail()).rows] == [2000, 2000]


def test_a_tail_that_is_torn_anywhere_is_cut_off(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path / "whole")) as spool:
        fill(spool, range(1, 4))
    (whole,) = (tmp_path / "whole").glob("*.spool")
    ends = [n * SIZE + more for n in range(1, 3) for more in (-1, 0, 1)]
    for length in {*range(0, 3 * SIZE, 17), *ends}:
        folder = tmp_path / str(length)
        folder.mkdir()
        (folder / whole.name).write_bytes(whole.read_bytes()[:length])
        with closing(spool_of(folder)) as spool:
            assert spool.rows == length // SIZE * 2
            given = fill(spool, range(10, 11))
            assert bits(taken_out(spool)[-2:]) == bits(given)


def test_a_record_with_any_wrong_byte_is_not_given_out(tmp_path: Path) -> None:
    record = pack(1, 5, rows_of(1))
    for at in range(len(record)):
        changed = bytearray(record)
        changed[at] ^= 0x10
        assert unpack(bytes(changed)) is None


def test_what_is_damaged_later_is_left_out_and_counted(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path)) as spool:
        fill(spool, range(1, 4))
        (path,) = tmp_path.glob("*.spool")
        with path.open("r+b") as file:
            file.seek(SIZE + 40)
            file.write(b"\xff\xff")
        assert [row.ts for row in taken_out(spool)] == [1000, 1000, 3000, 3000]
        assert spool.dropped == 2


APPENDING = """
import sys
from pathlib import Path
from data.ingest.spool import Spool
from tests.ingest.spooled import rows_of
spool = Spool(Path(sys.argv[1]), 1 << 20, 0)
for n in range(1, 1000000):
    spool.append(n, 0, rows_of(n))
    print(n, flush=True)
"""


def test_what_append_has_returned_for_survives_kill_9(tmp_path: Path) -> None:
    writing = subprocess.Popen(
        [sys.executable, "-c", APPENDING, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert writing.stdout is not None
    for _ in range(100):
        writing.stdout.readline()
    writing.send_signal(signal.SIGKILL)
    accepted = int((writing.communicate()[0].split() or [b"100"])[-1])
    with closing(spool_of(tmp_path)) as spool:
        times = [row.ts // 1000 for row in taken_out(spool)][::2]
    assert times == list(range(1, len(times) + 1))
    assert len(times) >= accepted >= 100


def test_a_full_spool_drops_the_oldest_and_tells(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limit = SEGMENTS * 4 * SIZE
    with closing(spool_of(tmp_path, limit)) as spool:
        for n in range(1, 401):
            spool.append(n, 0, rows_of(n))
            assert files_of(tmp_path) <= limit
        times = [row.ts // 1000 for row in taken_out(spool)][::2]
        assert times == list(range(401 - len(times), 401))
        assert len(times) > 240
        assert spool.dropped == 2 * (400 - len(times))
    assert "rows are lost: the spool is full (SPOOL_MB), and the oldest went" in caplog.text
    with closing(spool_of(tmp_path)) as spool:
        assert spool.dropped == 2 * (400 - len(times))


def test_what_is_stored_already_counts_as_long_as_its_file_is_there(tmp_path: Path) -> None:
    limit = SEGMENTS * 4 * SIZE
    with closing(spool_of(tmp_path, limit)) as spool:
        fill(spool, range(1, 255))
        spool.discard(3)
        fill(spool, range(255, 260))
        assert files_of(tmp_path) <= limit
        assert spool.dropped == 2


def test_rows_that_no_spool_could_hold_are_counted_as_lost(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path, SIZE - 1)) as spool:
        fill(spool, range(1, 2))
        assert (spool.rows, spool.dropped) == (0, 2)


def test_another_process_cannot_use_the_same_spool(tmp_path: Path) -> None:
    with closing(spool_of(tmp_path)), pytest.raises(SettingError, match="no other ingest uses"):
        spool_of(tmp_path)
    spool_of(tmp_path).close()


def test_the_space_that_others_need_is_left_free(tmp_path: Path) -> None:
    found = os.statvfs(tmp_path)
    with closing(spool_of(tmp_path, keep_free=2 * found.f_blocks * found.f_frsize)) as spool:
        with pytest.raises(OSError, match="too little free space"):
            fill(spool, range(1, 2))
        assert (spool.rows, spool.dropped) == (0, 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_record_that_the_full_disk_took_in_part_is_not_kept(small_disk: Path) -> None:
    with closing(spool_of(small_disk / "spool")) as spool:
        given = fill(spool, range(1, 3))
        other = small_disk / "other"
        with pytest.raises(OSError, match="No space"), other.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        refused = 0
        for n in range(3, 200):  # until the last page is full
            try:
                given += fill(spool, range(n, n + 1))
            except OSError:
                refused += 1
        assert refused > 50
        assert files_of(small_disk / "spool") == spool.bytes
        other.unlink()
        given += fill(spool, range(200, 202))
    with closing(spool_of(small_disk / "spool")) as spool:
        assert bits(taken_out(spool)) == bits(given)
