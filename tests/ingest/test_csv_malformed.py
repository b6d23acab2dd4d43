"""A file that is not as declared is refused by line and column, and the store stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import MalformedFile
from data.ingest.csv_import import CsvImport
from data.telemetry import TelemetryStore
from tests.ingest.bars import no_bar
from tests.ingest.made_files import made_csv, made_mapping, second

FINE = f"{second(0)},1,2\n".encode()

CASES = {
    "an empty file": (b"", "line 1, column 1: the file is empty"),
    "no mapped column": (
        b"t,a\n",
        "line 1, column 3: the header ends without the mapped column 'b'",
    ),
    "no time column": (
        b"x,a,b\n",
        "line 1, column 4: the header ends without the mapped column 't'",
    ),
    "a column twice": (
        b"t,a,b,a\n",
        "line 1, column 4 'a': the header has this mapped column twice",
    ),
    "text for a number": (
        b"t,a,b\n" + FINE + f"{second(1)},1,abc\n".encode(),
        "line 3, column 3 'b': 'abc' is not a number",
    ),
    "a date that a spreadsheet made of a number": (
        b"t,a,b\n" + f"{second(1)},11.Mai,2\n".encode(),
        "line 2, column 2 'a': '11.Mai' is not a number",
    ),
    "digits with an underscore": (
        b"t,a,b\n" + f"{second(1)},1_000,2\n".encode(),
        "line 2, column 2 'a': '1_000' is not a number",
    ),
    "a line too short": (
        b"t,a,b\n" + FINE + f"{second(1)},1\n".encode(),
        "line 3, column 3 'b': 2 cells in this line, 3 in the header",
    ),
    "a line too long": (
        b"t,a,b\n" + f"{second(1)},1,2,3\n".encode(),
        "line 2, column 4: 4 cells in this line, 3 in the header",
    ),
    "a line cut off at the end": (
        b"t,a,b\n" + FINE + b"2024-05-0",
        "line 3, column 2 'a': 1 cells in this line, 3 in the header",
    ),
    "no time": (
        b"t,a,b\n" + FINE + b"yesterday,1,2\n",
        "line 3, column 1 't': 'yesterday' is no time of the format '%Y-%m-%d %H:%M:%S'",
    ),
    "no stamp": (b"t,a,b\n" + FINE + b",1,2\n", "line 3, column 1 't': '' is no time"),
    "an open quote": (
        b"t,a,b\n" + FINE + f'{second(1)},1,"2\n'.encode() + FINE,
        "line 3, column 3 'b': the quote is not closed before the cell ends",
    ),
    "text after a quote": (
        b"t,a,b\n" + f'{second(1)},"1"x,2\n'.encode(),
        "line 2, column 2 'a': the quote is not closed before the cell ends",
    ),
    "bytes that are no UTF-8": (
        b"t,a,b\n" + FINE + f"{second(1)},1,2".encode() + b"\xb0\n",
        "line 3, column 3 'b': byte 0xb0 is not utf-8",
    ),
    "a NUL byte": (
        b"t,a,b\n" + FINE + f"{second(1)},1\0,2\n".encode(),
        "line 3, column 2 'a': a NUL byte",
    ),
    "no line feeds": (b"t,a,b\n" + b"x" * (1 << 20), "line 2, column 1 't': the line is longer"),
    "another encoding": ("t,a,b\n".encode("utf-16-le"), "line 1, column 1: a NUL byte"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_malformed_file_is_named_by_line_and_column_and_nothing_is_stored(
    tmp_path: Path, store: TelemetryStore, case: str
) -> None:
    content, message = CASES[case]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(MalformedFile) as caught:
        CsvImport(path, made_mapping(tmp_path), no_bar).run(store, tmp_path / "rejects.csv")
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)
    assert (store.last_seq(), store.catalogue_version()) == (0, 0)


def test_an_error_in_the_last_line_leaves_the_store_and_its_catalogue_as_they_were(
    tmp_path: Path, store: TelemetryStore
) -> None:
    mapping, rejects = made_mapping(tmp_path, file='bad_cell = "reject"'), tmp_path / "rejects.csv"
    CsvImport(made_csv(tmp_path, f"{second(0)},1,2"), mapping, no_bar).run(store, rejects)
    before = (store.rows_since(0, 100), store.last_seq(), store.catalogue())
    fine = [f"{second(n)},1,x" for n in range(1, 2000)]
    with pytest.raises(MalformedFile, match="line 2001, column 1"):
        CsvImport(made_csv(tmp_path, *fine, "never,1,2"), mapping, no_bar).run(store, rejects)
    after = (store.rows_since(0, 100), store.last_seq(), store.catalogue())
    assert [(r.ts, r.seq) for r in after[0]] == [(r.ts, r.seq) for r in before[0]]
    assert after[1:] == before[1:]
    assert list(tmp_path.glob("*rejects*")) == []
