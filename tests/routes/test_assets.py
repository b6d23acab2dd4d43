"""Files of the browser: joined, compressed, kept, and made anew when a part changes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from routes import assets
from routes.dash_files import FOLDER, MOST, DashFiles

LONG = {"cache-control": "public, max-age=31536000"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    (tmp_path / "meltwatch.mjs").write_text('import { x } from "./live/part.mjs";\nx();\n')
    (tmp_path / "live" / "part.mjs").write_text("export const x = () => 1;\n")
    (tmp_path / "a.css").write_text("a {}")
    return tmp_path


def test_an_edited_part_is_there_when_the_page_is_loaded_anew(folder: Path) -> None:
    web = TestClient(Starlette(routes=assets.routes(folder)))
    first = web.get(assets.SCRIPT)
    assert "() => 1" in first.text
    unchanged = {"if-none-match": first.headers["etag"]}
    assert web.get(assets.SCRIPT, headers=unchanged).status_code == 304
    part = folder / "live" / "part.mjs"
    part.write_text("export const x = () => 2;\n")
    os.utime(part, (4e9, 4e9))  # within the grain of the file system's clock
    second = web.get(assets.SCRIPT, headers=unchanged)
    assert second.status_code == 200
    assert "() => 2" in second.text


def test_what_cannot_be_joined_ends_the_start(folder: Path) -> None:
    (folder / "live" / "part.mjs").write_text("export default 3;\n")
    with pytest.raises(ValueError, match=r"part\.mjs: cannot join: export default"):
        assets.routes(folder)


def test_styles_are_one_file(folder: Path) -> None:
    answer = TestClient(Starlette(routes=assets.routes(folder))).get(assets.STYLE)
    assert answer.text == "a {}"
    assert answer.headers["content-type"].startswith("text/css")


class Counted:
    """Stands for Dash: what it was asked for, and an answer of its own for each."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        path = f"{FOLDER}{{name:path}}"
        dash = Starlette(routes=[Route(path, self._answer), Route("/other", self._answer)])
        self.web = TestClient(Starlette(routes=[Mount("/", DashFiles(dash))]))

    async def _answer(self, request: object) -> Response:
        path = request.url.path  # type: ignore[attr-defined]
        self.asked.append(path)
        if "missing" in path:
            return PlainTextResponse("no", 404, LONG)
        headers = {"cache-control": "no-cache"} if "unversioned" in path else LONG
        return Response(f"of {path}", headers=headers, media_type="text/javascript")


def test_a_file_of_dash_is_asked_for_once() -> None:
    dash = Counted()
    answers = [dash.web.get(f"{FOLDER}a.v1.js") for _ in range(3)]
    assert {one.text for one in answers} == {f"of {FOLDER}a.v1.js"}
    assert {one.headers["cache-control"] for one in answers} == {LONG["cache-control"]}
    assert [one.headers.get("content-encoding") for one in answers] == [None, "gzip", "gzip"]
    plain = dash.web.get(f"{FOLDER}a.v1.js", headers={"accept-encoding": "identity"})
    assert plain.text == answers[0].text
    assert "content-encoding" not in plain.headers
    assert len(dash.asked) == 1


@pytest.mark.parametrize("path", [f"{FOLDER}missing.js", "/other"])
def test_nothing_else_is_kept(path: str) -> None:
    dash = Counted()
    for _ in range(2):
        assert dash.web.get(path).status_code == (404 if "miss" in path else 200)
    assert len(dash.asked) == 2


def test_a_file_without_a_version_is_asked_for_each_time_and_answered_in_short() -> None:
    dash = Counted()
    dash.web.get(f"{FOLDER}unversioned.js")
    first = dash.web.get(f"{FOLDER}unversioned.js")
    assert first.headers["cache-control"] == "no-cache"
    again = dash.web.get(
        f"{FOLDER}unversioned.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, len(dash.asked)) == (304, 1)


def test_addresses_that_somebody_makes_up_do_not_fill_the_memory() -> None:
    dash = Counted()
    for number in range(MOST + 5):
        assert dash.web.get(f"{FOLDER}a.v{number}.js").status_code == 200
    dash.asked.clear()
    dash.web.get(f"{FOLDER}a.v1.js")
    assert not dash.asked
    dash.web.get(f"{FOLDER}a.v{MOST + 1}.js")
    assert len(dash.asked) == 1


@pytest.mark.anyio
async def test_the_page_links_what_is_there(web: httpx.AsyncClient) -> None:
    page = (await web.get("/")).text
    links = re.findall(r'(?:src|href)="(/[^"]+\.(?:m?js|css)[^"]*)"', page)
    assert [one for one in links if "/assets/" in one and ".css" in one] == [assets.STYLE]
    for link in links:
        answer = await web.get(link)
        assert answer.status_code == 200, link
        if FOLDER in link or link in {assets.SCRIPT, assets.STYLE}:
            answer = await web.get(link)
            assert answer.headers["content-encoding"] == "gzip", link


@pytest.mark.anyio
async def test_files_of_dash_are_what_dash_serves(web: httpx.AsyncClient) -> None:
    page = (await web.get("/")).text
    link = next(one for one in re.findall(r'src="(/_dash[^"]+)"', page) if "react-dom" in one)
    first = await web.get(link)
    again = await web.get(link, headers={"accept-encoding": "identity"})
    assert again.content == first.content
