from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from routes import language
from words import t


async def _said(_request: Request) -> Response:
    return PlainTextResponse(t("Shift report"))


@pytest.fixture
def web() -> TestClient:
    app = Starlette(
        routes=[Route("/said", _said), *language.routes()],
        middleware=[Middleware(language.Language)],
    )
    return TestClient(app, base_url="http://localhost")


@pytest.mark.parametrize(
    ("accepts", "said"),
    [
        ("", "Shift report"),
        ("de-AT,de;q=0.9,en;q=0.8", "Schichtbericht"),
        ("fr,es;q=0.7,en;q=0.3", "Parte de turno"),
        ("fr,ja", "Shift report"),
        ("de;q=0.1,en-US", "Shift report"),
        (";;q=", "Shift report"),
    ],
)
def test_the_browsers_language_is_spoken_if_it_is_one_of_ours(
    web: TestClient, accepts: str, said: str
) -> None:
    assert web.get("/said", headers={"accept-language": accepts}).text == said


@pytest.mark.parametrize(
    ("chosen", "said"), [("es", "Parte de turno"), ("en", "Shift report"), ("xx", "Schichtbericht")]
)
def test_what_was_chosen_goes_first(web: TestClient, chosen: str, said: str) -> None:
    headers = {"accept-language": "de", "cookie": f"{language.COOKIE}={chosen}"}
    assert web.get("/said", headers=headers).text == said


def test_the_words_of_the_scripts_are_a_module(web: TestClient) -> None:
    answer = web.get("/assets/words/de.mjs")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "export const form = (n) => +((n != 1));" in answer.text
    again = web.get("/assets/words/de.mjs", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["fr", "..", "de.po", "%2e%2e%2fapp"])
def test_a_language_that_we_do_not_speak_has_none(web: TestClient, name: str) -> None:
    assert web.get(f"/assets/words/{name}.mjs").status_code == 404
