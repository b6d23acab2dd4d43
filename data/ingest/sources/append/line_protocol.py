"""InfluxDB's line protocol: text to points, every line that is none with its number and reason.

    measurement[,tag=value…] field=value[,field=value…] [time]

As InfluxDB reads it: a comma, equals sign or space after a backslash is meant as it stands, other
backslashes are just that; a text in quotes may hold line feeds. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

#: Names may hold a comma, equals sign or space after a backslash (quantifiers without going back).
_SERIES = re.compile(r"((?:[^ \n\\]|\\++ ?)++) ++")
_KEY = re.compile(r"((?:[^,= \n\\]|\\++[,= ]?)++)=")
_TEXT = re.compile(r'"(?:[^"\\]|\\[\s\S])*+"')
_VALUE = re.compile(r'[^," \r\n]*')
_END = re.compile(r"(?: ++([^ \r\n]++))? *+\r?(?=\n|\Z)")
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"(-?[0-9]{1,20})([iu])")
_TIME = re.compile(r"-?[0-9]{1,19}")
_TAG = re.compile(r"((?:[^,=\\]|\\++[,= ]?)++)=((?:[^,=\\]|\\++[,= ]?)++)(?:,(?!\Z)|\Z)")
_NAME = re.compile(r"((?:[^,\\]|\\++[, ]?)++)(?:,(?!\Z)|\Z)")
_ESCAPED, _IN_NAME = re.compile(r"\\([,= ])"), re.compile(r"\\([, ])")

_BOOLEANS = dict.fromkeys(("t", "T", "true", "True", "TRUE"), 1.0) | dict.fromkeys(
    ("f", "F", "false", "False", "FALSE"), 0.0
)
_RANGES = {"i": (-(2**63), 2**63 - 1), "u": (0, 2**64 - 1)}


class Point(NamedTuple):
    """`series` is measurement and tags as written, see `read_series`; a field is its key as
    written and a number, NaN for a text; `time` is in the sender's unit.
    """

    line: int
    series: str
    fields: list[tuple[str, float]]
    time: int | None


class BadLine(NamedTuple):
    """A line that is no point; numbers count from 1."""

    number: int
    text: str
    reason: str


class Malformed(ValueError):
    """What is no line protocol; `at` is where in the text that was seen."""

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.at = at


def read_points(text: str) -> Iterator[Point | BadLine]:
    """All points of a text in its order. Comments and empty lines hold nothing."""
    at, number, end = 0, 1, len(text)
    while at < end:
        stop = text.find("\n", at)
        stop = end if stop < 0 else stop
        line = text[at:stop]
        point: Point | BadLine | None
        if '"' not in line and "\\" not in line and (point := _plain(line, number)):
            yield point
        elif line.strip(" \r") and not line.lstrip(" ").startswith("#"):
            point, stop = _careful(text, at + len(line) - len(line.lstrip(" ")), number)
            yield point
        number += 1 if stop == at + len(line) else text.count("\n", at, stop) + 1
        at = stop + 1


def read_series(series: str) -> tuple[str, list[tuple[str, str]]]:
    """Measurement and tags without their backslashes. Raises Malformed."""
    name = _NAME.match(series)
    if name is None:
        raise Malformed("missing measurement" if series[:1] in ("", ",") else "missing tag")
    tags, at = [], name.end()
    while at < len(series):
        tag = _TAG.match(series, at)
        if tag is None:
            raise Malformed("missing tag key or value")
        tags.append((unescaped(tag[1]), unescaped(tag[2])))
        at = tag.end()
    return _IN_NAME.sub(r"\1", name[1]), tags


def unescaped(name: str) -> str:
    """The name of a tag or field without the backslashes that only keep it together."""
    return _ESCAPED.sub(r"\1", name) if "\\" in name else name


def _plain(line: str, number: int) -> Point | None:
    """A line without quotes and backslashes, as nearly all are; None if it needs care."""
    parts = line.split(" ")
    if len(parts) not in (2, 3) or line[:1] in ("#", ""):
        return None
    series, told = parts[0], parts[1]
    fields = []
    for pair in told.split(","):
        key, _, value = pair.partition("=")
        if not key or not series or not _NUMBER.fullmatch(value):
            return None
        fields.append((key, float(value)))
    if len(parts) == 2:
        return Point(number, series, fields, None)
    return Point(number, series, fields, int(parts[2])) if _TIME.fullmatch(parts[2]) else None


def _careful(text: str, at: int, number: int) -> tuple[Point | BadLine, int]:
    """The point of the line at `at`, and where its line feed is."""
    try:
        return _point(text, at, number)
    except Malformed as error:
        stop = text.find("\n", error.at)
        stop = len(text) if stop < 0 else stop
        line = text[at:stop].rstrip("\r")
        return BadLine(number, line, str(error)), stop


def _point(text: str, at: int, number: int) -> tuple[Point, int]:
    series = _SERIES.match(text, at)
    if series is None:
        raise Malformed("missing fields", at)
    fields, place = [], series.end()
    while True:
        key, value, place = _field(text, place)
        fields.append((key, value))
        if text[place : place + 1] != ",":
            break
        place += 1
    end = _END.match(text, place)
    if end is None:
        raise Malformed("invalid field format", place)
    if end[1] is not None and not _TIME.fullmatch(end[1]):
        raise Malformed("bad timestamp", place)
    return Point(number, series[1], fields, int(end[1]) if end[1] else None), end.end()


def _field(text: str, at: int) -> tuple[str, float, int]:
    key = _KEY.match(text, at)
    if key is None:
        raise Malformed("missing field key or value", at)
    if text[key.end() : key.end() + 1] == '"':
        quoted = _TEXT.match(text, key.end())
        if quoted is None:
            raise Malformed("unbalanced quotes", at)
        return key[1], math.nan, quoted.end()
    value = _VALUE.match(text, key.end())
    told = value[0] if value else ""
    return key[1], _number(told, at), key.end() + len(told)


def _number(told: str, at: int) -> float:
    if _NUMBER.fullmatch(told):
        return float(told)
    if (boolean := _BOOLEANS.get(told)) is not None:
        return boolean
    if whole := _WHOLE.fullmatch(told):
        low, high = _RANGES[whole[2]]
        if low <= int(whole[1]) <= high:
            return float(int(whole[1]))
        raise Malformed("integer out of range", at)
    raise Malformed("missing field value" if not told else "invalid number or boolean", at)
