"""Whatever a file or a question holds, it is read or refused by name; nothing else is raised."""

from __future__ import annotations

import json
import os
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.commands import command_from_dict
from data.errors import CommandError, MeltwatchError
from data.history.selection_query import parse
from data.ingest.csv_import import CsvImport
from data.ingest.mapping import load_mapping
from data.settings import Settings
from data.telemetry import open_store
from tests.ingest.bars import no_bar
from tests.ingest.made_files import made_mapping, mapping_text, second

MANY = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
GOOD = ("t,a,b\n" + "".join(f"{second(n)},{n},{n / 3:.2f}\n" for n in range(20))).encode()
ODD = (
    b"\x00", b"\xff\xfe", b'"', b",", b"\r", b"\n\n", b"1e400", b"nan", b"-", b"9" * 400,
    b"\xef\xbb\xbf", b"0001-01-01 00:00:00", b"9999-12-31 23:59:59", b"2024-02-30 25:61:61",
    "٣".encode(), b"a" * 200_000,
)  # fmt: skip
#: A place, how many bytes are taken away there, and what is put there.
Edit = tuple[int, int, bytes]
EDITS = st.lists(
    st.tuples(
        st.integers(0, len(GOOD)),
        st.integers(0, 60),
        st.sampled_from(ODD) | st.binary(max_size=12),
    ),
    min_size=1,
    max_size=5,
)


def edited(content: bytes, edits: list[Edit]) -> bytes:
    for at, gone, put in edits:
        content = content[:at] + put + content[at + gone :]
    return content


@MANY
@given(EDITS)
def test_a_broken_file_is_imported_or_refused_by_name(edits: list[Edit]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "made.csv"
        file.write_bytes(edited(GOOD, edits))
        with closing(open_store(f"sqlite:///{folder / 'telemetry.sqlite'}")) as store:
            try:
                job = CsvImport(file, made_mapping(folder), no_bar)
                report = job.run(store, folder / "rejects.csv", False)
            except MeltwatchError as error:
                assert "\n" not in str(error)
                assert store.last_seq() == 0
            else:
                assert store.last_seq() <= report.tally.rows


@MANY
@given(EDITS)
def test_a_broken_mapping_is_read_or_refused_by_name(edits: list[Edit]) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "mapping.toml"
        path.write_bytes(edited(mapping_text().encode(), edits))
        with suppress(MeltwatchError):
            load_mapping(path)


NAMES = ("from", "to", "sort", "period", "extruder", "cause", "shift", "state", "page", "brush")


@MANY
@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), st.text() | st.lists(st.text())))
def test_any_query_of_the_malfunctions_is_a_selection(query: dict[str, Any]) -> None:
    assert parse(query, ("Early", "Late")).selection is not None


FIELDS = st.sampled_from(
    ("id", "action", "who", "alarms", "minutes", "limits", "extruder", "start")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
ACTIONS = st.sampled_from(
    ("acknowledge", "shelve", "set_limits", "annotate", "resolve_malfunction")
)


@MANY
@given(st.dictionaries(FIELDS | st.text(), JSON), ACTIONS, st.booleans())
def test_any_command_is_understood_or_refused(
    raw: dict[str, Any], action: str, known: bool
) -> None:
    given_ = {"id": "a", "who": "anna", **raw, **({"action": action} if known else {})}
    with suppress(CommandError):
        command_from_dict(given_, ts=0)
    json.dumps(given_)


@MANY
@given(
    st.sampled_from(sorted(name.upper() for name in Settings.__dataclass_fields__)),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
)
def test_any_setting_is_taken_or_refused_by_name(key: str, value: str) -> None:
    with suppress(MeltwatchError):
        Settings.from_env({key: value})
