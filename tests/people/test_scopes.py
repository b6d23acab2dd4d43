"""The command line says who sees what."""

from __future__ import annotations

import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from data.audit import journal as audit
from data.errors import SettingError
from data.people.__main__ import main
from data.people.store import open_people


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redis_url: str) -> str:
    url = f"sqlite:///{tmp_path / 'people.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    main(["add", "anna"])
    return url


def test_a_scope_is_given_told_and_taken_back(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["scope", "anna", "North/Line 1", "South"])
    main(["list"])
    assert "North/Line 1, South" in capsys.readouterr().out
    with closing(open_people(url)) as people:
        assert people.by_login("anna").scope == ("North/Line 1", "South")
        (row,) = [one for one in audit.rows(people._session) if one.event == "scope_set"]
        assert json.loads(row.detail)["scope"] == '["North/Line 1", "South"]'
    main(["scope", "anna"])
    main(["list"])
    assert "whole plant" in capsys.readouterr().out


def test_a_token_has_its_scope_from_the_start(url: str) -> None:
    main(["token", "kiosk", "hall 2", "--see", "North/Line 2"])
    with closing(open_people(url)) as people:
        assert people.tokens()[0].scope == ("North/Line 2",)


def test_what_is_no_place_changes_nothing(url: str) -> None:
    main(["scope", "anna", "North"])
    with pytest.raises(SettingError, match="scope"):
        main(["scope", "anna", "/Line 1"])
    with closing(open_people(url)) as people:
        assert people.by_login("anna").scope == ("North",)
