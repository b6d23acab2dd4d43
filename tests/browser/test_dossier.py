"""The dossier of a malfunction: opened, noted on, shared, printed."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from components import ids_dossier
from tests.browser.plants import history_plant
from tests.browser.waiting import until
from tests.stack import Stack

PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", name="plant")
def plant_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("dossier")
    with history_plant(folder, days=3, extruders=4, raw_minutes=90) as stack:
        yield stack


def store(plant: Stack) -> Path:
    return Path(plant.settings.database_url.removeprefix("sqlite:///"))


def ask(plant: Stack, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store(plant), timeout=10)) as db, db:
        return db.execute(sql, parameters).fetchall()


def framed(plant: Stack) -> str:
    """A resolved malfunction with a frame: workers leave it alone."""
    found = ask(
        plant,
        "SELECT m.id FROM malfunctions m JOIN frames f ON f.malfunction = m.id"
        " WHERE m.stage = 'resolved' AND f.count > 0 ORDER BY m.detected DESC LIMIT 1",
    )
    return str(found[0][0])


def lasting(plant: Stack) -> str:
    found = ask(plant, "SELECT id FROM malfunctions WHERE ended IS NULL ORDER BY detected LIMIT 1")
    return str(found[0][0])


def open_dossier(page: Page, plant: Stack, malfunction: str, query: str = "") -> None:
    page.add_init_script("localStorage.setItem('meltwatch-person', 'Ana')")
    page.goto(f"{plant.url}/malfunctions/{malfunction}{query}")
    expect(page.locator("#dossier-chart .main-svg").first).to_be_visible()


def lanes(page: Page) -> int:
    drawn = "document.querySelector('#dossier-chart .js-plotly-plot').data"
    return int(page.evaluate(f"{drawn}.filter(({{mode}}) => mode === 'lines').length"))


def test_a_dossier_shows_facts_readings_and_the_way_on(page: Page, plant: Stack) -> None:
    open_dossier(page, plant, framed(plant))
    expect(page.get_by_role("heading", level=1)).to_contain_text(" · Extruder ")
    expect(page.locator("#dossier-chart-note")).to_contain_text("kept for good")
    assert lanes(page) >= 4
    expect(page.get_by_role("link", name="Play back")).to_have_attribute(
        "href", re.compile(r"^/extruder/\d+\?at=\d+$")
    )
    # By its title: "Compare", below, may offer a way to Trends of its own.
    trends = page.get_by_title("These signals on the page Trends")
    expect(trends).to_have_attribute("href", re.compile(r"^/trends\?signals=\d+:.+&from=\d+&to="))


def test_a_note_with_a_text_is_there_after_a_reload(page: Page, plant: Stack) -> None:
    open_dossier(page, plant, framed(plant))
    page.get_by_label("Note", exact=True).fill("The <screen> was torn.")
    text = {"name": "lab.txt", "mimeType": "text/plain", "buffer": "melt index 0.3\n<i>é".encode()}
    page.get_by_label("Text file").set_input_files(text)
    page.get_by_role("button", name="Add note").click()
    notes = page.locator("#dossier-notes")
    expect(notes).to_contain_text("The <screen> was torn.")
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    page.reload()
    expect(notes).to_contain_text("Ana wrote a note")
    notes.get_by_text("lab.txt").click()
    expect(notes.locator("pre")).to_have_text("melt index 0.3\n<i>é")
    with page.expect_download() as download:
        notes.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "lab.txt"
    assert Path(download.value.path()).read_bytes() == text["buffer"]
    expect(page.locator("#dossier-events")).to_contain_text("The <screen> was torn. [lab.txt]")


#: Name, content, and what is said of it.
NOT_ATTACHED = [
    ("large.txt", b"x" * 40_000, "too large: 40 KiB, at most 32 KiB"),
    ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "is not a text"),
    ("latin.txt", "Temperatur über".encode("latin-1"), "is not a text"),
    ("empty.txt", b"", "is empty"),
]


def test_what_cannot_be_attached_is_said(page: Page, plant: Stack) -> None:
    open_dossier(page, plant, framed(plant))
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if r.url.endswith("/commands") else None)
    for name, content, problem in NOT_ATTACHED:
        file = {"name": name, "mimeType": "text/plain", "buffer": content}
        page.get_by_label("Text file").set_input_files(file)
        alert = page.get_by_role("alert").filter(has_text=name)
        expect(alert, name).to_contain_text(problem)
        page.get_by_role("button", name="Add note").click()
        expect(alert, name).to_contain_text(problem)
        assert not asked, name


def test_chosen_signals_are_in_the_link(page: Page, plant: Stack) -> None:
    open_dossier(page, plant, framed(plant))
    before = lanes(page)
    page.get_by_text("Signals", exact=True).click()
    page.get_by_label("Hopper level").check()
    expect(page).to_have_url(re.compile(r"signals=.*Hopper"))
    until(
        page,
        "(count) => document.querySelector('#dossier-chart .js-plotly-plot').data"
        ".filter(({mode}) => mode === 'lines').length === count",
        arg=before + 1,
    )
    page.reload()
    expect(page.locator("#dossier-chart .main-svg").first).to_be_visible()
    assert lanes(page) == before + 1


def test_the_link_can_be_copied_where_there_is_no_clipboard(page: Page, plant: Stack) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    one = framed(plant)
    open_dossier(page, plant, one)
    page.get_by_role("button", name="Copy link").click()
    shown = page.get_by_label("Address of this dossier")
    expect(shown).to_have_value(f"{plant.url}/malfunctions/{one}")


def test_the_way_back_leads_to_the_selection_one_came_from(page: Page, plant: Stack) -> None:
    one = framed(plant)
    open_dossier(page, plant, one)
    back = page.get_by_role("link", name="← Malfunctions")
    expect(back).to_have_attribute("href", "/malfunctions")
    page.goto(f"{plant.url}/malfunctions?extruder=1")
    page.evaluate(
        "(href) => { const a = document.createElement('a'); a.href = href; a.id = 'there';"
        " a.textContent = 'there'; document.body.prepend(a); }",
        f"/malfunctions/{one}",
    )
    page.locator("#there").click()
    expect(back).to_have_attribute("href", "/malfunctions?extruder=1")


def test_whatever_there_is_to_tell_it_is_one_page_of_paper(
    page: Page, plant: Stack, tmp_path: Path
) -> None:
    one = framed(plant)
    (found,) = ask(plant, "SELECT extruder, onset FROM malfunctions WHERE id = ?", one)
    extruder, onset = int(str(found[0])), int(str(found[1]))
    _tell_much(plant, one, extruder, onset)
    open_dossier(page, plant, one)
    every = page.evaluate(
        "[...document.querySelectorAll('#dossier-signals input')].map((one) => one.value)"
    )
    for query in ("", f"?signals={','.join(every[:12])}"):
        open_dossier(page, plant, one, query)
        paper = page.pdf(prefer_css_page_size=True, path=str(tmp_path / "dossier.pdf"))
        assert len(PAGES.findall(paper)) == 1
    before = page.locator("#dossier-chart").bounding_box()
    page.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")
    assert page.locator("#dossier-chart").bounding_box() == before


def _tell_much(plant: Stack, malfunction: str, extruder: int, onset: int) -> None:
    with closing(sqlite3.connect(store(plant), timeout=10)) as db, db:
        db.executemany(
            "INSERT INTO alarm_events (ts, extruder, source, condition, kind, state, priority,"
            ' value, "limit", limits, who, comment, command)'
            " VALUES (?, ?, 'MainDrive.Load.ActualValue', 'HH', 'ACTIVE', 'UNACKNOWLEDGED', 1,"
            " 101, 100, '{}', '', ?, '')",
            [(onset + 1000 * n, extruder, "a long comment " * 20) for n in range(80)],
        )
        db.executemany(
            "INSERT INTO malfunction_actions (malfunction, ts, who, action, text, command)"
            " VALUES (?, ?, 'Ana', 'note_malfunction', ?, ?)",
            [(malfunction, onset + 5000 * n, "many words " * 150, f"much{n}") for n in range(15)],
        )
        (text,) = db.execute(
            "SELECT document FROM malfunctions WHERE id = ?", (malfunction,)
        ).fetchone()
        document = json.loads(text)
        evidence = [{"text": "a long observation " * 6, "supports": True}] * 6
        document["causes"] = [{**document["causes"][0], "evidence": evidence}] * 4
        document["note"] = "words " * 300
        db.execute(
            "UPDATE malfunctions SET document = ? WHERE id = ?", (json.dumps(document), malfunction)
        )


def test_an_id_that_no_malfunction_has_is_told(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/malfunctions/9-9")
    expect(page.get_by_role("heading", name="No such malfunction")).to_be_visible()


def test_what_still_lasts_goes_on_without_jumping_and_is_acknowledged(
    page: Page, plant: Stack
) -> None:
    one = lasting(plant)
    open_dossier(page, plant, one)
    expect(page.locator(".dossier-title")).to_contain_text("still lasting")
    expect(page.locator("#dossier-chart-note")).to_contain_text("as they were read")
    if page.get_by_role("button", name="Acknowledge", exact=True).count():
        page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.locator(".dossier-title")).to_contain_text("acknowledged")
    page.locator("#dossier-note-form").scroll_into_view_if_needed()
    page.get_by_label("Note", exact=True).fill("half a sentence")
    before = page.evaluate("scrollY")
    # The page's own timer, but for waiting ten seconds.
    page.evaluate(f"dash_clientside.set_props('{ids_dossier.TICK}', {{ interval: 1000 }})")
    with page.expect_response(
        lambda r: (
            "_dash-update-component" in r.url and "dossier-facts" in (r.request.post_data or "")
        ),
    ):
        pass
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") == before
    expect(page.get_by_label("Note", exact=True)).to_have_value("half a sentence")


def test_readings_that_are_no_longer_kept_are_told(page: Page, plant: Stack) -> None:
    one = "2-1600000000000"
    document = ask(plant, "SELECT document FROM malfunctions WHERE stage = 'resolved' LIMIT 1")[0]
    old = {**json.loads(str(document[0])), "id": one, "extruder": 2, "onset": 1_600_000_000_000,
           "onset_early": 1_600_000_000_000, "detected": 1_600_000_000_000,
           "ended": 1_600_000_900_000}  # fmt: skip
    ask(
        plant,
        "INSERT OR REPLACE INTO malfunctions"
        " SELECT ?, 2, 1600000000000, 1600000000000, 1600000900000, 0, 'resolved', cause, kg,"
        " money, ?, product, hours FROM malfunctions LIMIT 1",
        one,
        json.dumps(old),
    )
    page.goto(f"{plant.url}/malfunctions/{one}")
    expect(page.locator("#dossier-chart-note")).to_contain_text("no longer kept")
    expect(page.locator("#dossier-notes")).to_be_visible()


def test_a_dossier_can_be_read_on_a_phone(page: Page, plant: Stack) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_dossier(page, plant, framed(plant))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
