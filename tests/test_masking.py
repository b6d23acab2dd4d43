"""Masking: no password, token or account is left in a text; what is none stays."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import masking
from data.masking import hide, hide_path, masked, masked_value


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """What is hidden here is not hidden from other tests of the process."""
    before = set(masking._known)
    yield
    masking._known.clear()
    masking._known.update(before)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:pa55@host:6379/0", "redis://***@host:6379/0"),
        ("postgresql://u:p@ss/w@host/db", "postgresql://***@host/db"),
        ("anna:geheim@localhost", "***@localhost"),
        ("GET /x?token=abc&page=2", "GET /x?token=***&page=2"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("{'password': 'a b', 'user': 'u'}", "{'password': ***, 'user': 'u'}"),
        ("Cookie: session=abc", "Cookie: ***"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    ["Error 111 connecting to localhost:6379.", "http://host:80/a?page=2", "12:30:01 all is well"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_a_secret_path_is_hidden_and_its_words_are_not() -> None:
    hide_path("https://hc.example/ping/0123456789abcdef0123")
    assert masked("no ping to 0123456789abcdef0123") == "no ping to ***"


def test_fields_are_masked_by_name_at_any_depth() -> None:
    value = {"headers": {"Set-Cookie": "a", "Host": "h"}, "tries": 3}
    assert masked_value("x", value) == {"headers": {"Set-Cookie": "***", "Host": "h"}, "tries": 3}


@given(st.text(st.characters(codec="ascii", min_codepoint=33), min_size=6, max_size=30))
def test_a_password_is_hidden_as_it_is_and_as_it_is_quoted(password: str) -> None:
    hide(f"redis://user:{quote(password, safe='')}@host:6379/0")
    assert password not in masked(f"refused: {password} and {quote(password, safe='')}")
