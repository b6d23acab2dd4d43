"""Everything that the store keeps about one malfunction."""

from __future__ import annotations

import time
from typing import get_type_hints

import msgspec
import pytest

from data.alarms.events import AlarmKey, Condition, Kind
from data.extruders import Limits
from data.history.dossier import Dossier, dossier
from data.history.dossier_journal import MOST_ALARMS
from data.malfunctions.malfunction import Scrap
from tests.history.dossier_store import (
    HOUR_MS,
    ID,
    MELT,
    MINUTE_MS,
    ONSET,
    PRESSURE,
    ZONE_2,
    PlantStore,
    alarm,
    malfunction,
    seconds,
)

pytestmark = pytest.mark.both_stores


@pytest.fixture(name="plant")
def plant_fixture(store_url: str) -> PlantStore:
    return PlantStore(store_url)


def dossier_of(plant: PlantStore, malfunction: str = ID) -> Dossier:
    found = plant.questions.ask(dossier, malfunction)
    assert found is not None
    return found


def test_an_unknown_malfunction_has_no_dossier(plant: PlantStore) -> None:
    assert plant.questions.ask(dossier, "3-1") is None


def test_a_dossier_tells_the_malfunction_its_extruder_and_its_product(plant: PlantStore) -> None:
    plant.write(malfunction())
    found = dossier_of(plant)
    assert found.malfunction == malfunction()
    assert (found.extruder_name, found.product_name) == ("Line 3", "HDPE pipe")
    assert found.price_known
    assert not found.lasts


def test_it_shows_half_an_hour_on_both_sides_of_what_has_ended(plant: PlantStore) -> None:
    plant.write(malfunction())
    found = dossier_of(plant)
    assert found.start == ONSET - 30 * MINUTE_MS
    assert found.end == ONSET + HOUR_MS + 30 * MINUTE_MS
    assert found.settled


def test_what_still_lasts_is_shown_up_to_now_and_is_not_settled(plant: PlantStore) -> None:
    onset = int(time.time() * 1000) - HOUR_MS
    plant.write(malfunction(onset=onset, detected=onset + 1000, ended=None))
    found = dossier_of(plant)
    assert found.lasts
    assert not found.settled
    assert abs(found.end - time.time() * 1000) < 5000


def test_what_ended_a_moment_ago_is_asked_for_again(plant: PlantStore) -> None:
    onset = int(time.time() * 1000) - HOUR_MS
    plant.write(malfunction(onset=onset, detected=onset + 1000, ended=onset + 50 * MINUTE_MS))
    assert not dossier_of(plant).settled


def test_a_frame_settles_it(plant: PlantStore) -> None:
    onset = int(time.time() * 1000) - HOUR_MS
    plant.write(malfunction(onset=onset, detected=onset + 1000, ended=onset + 50 * MINUTE_MS))
    plant.save_frame(seconds(ONSET, ONSET + 5000, 210, 200, 190))
    found = dossier_of(plant)
    assert found.settled
    assert found.start == ONSET - 30 * MINUTE_MS


def test_a_price_that_nobody_told_is_not_known(store_url: str) -> None:
    plant = PlantStore(store_url, price=0)
    plant.write(malfunction(scrap=Scrap(12.5, 0.0)))
    assert not dossier_of(plant).price_known


def test_the_signals_that_evidence_names_come_first(plant: PlantStore) -> None:
    plant.write(malfunction())
    assert dossier_of(plant).telling == (PRESSURE, ZONE_2, MELT)


def test_without_a_cause_what_was_seen_says_which_signals_to_show(plant: PlantStore) -> None:
    plant.write(malfunction(causes=(), seen=("Zone 2: sensor failure",)))
    assert dossier_of(plant).telling[0] == ZONE_2


def test_an_extruder_without_any_of_these_signals_has_none(plant: PlantStore) -> None:
    plant.write(malfunction(extruder=7))
    found = dossier_of(plant)
    assert found.extruder_name == "Extruder 7"
    assert (found.signals, found.telling, found.limits.by_signal) == ((), (), {})


def test_limits_are_those_that_were_in_force_at_the_onset(plant: PlantStore) -> None:
    plant.write(malfunction())
    plant.set_limits(ONSET - HOUR_MS, Limits(h=250.0))
    plant.set_limits(ONSET + HOUR_MS, Limits(h=260.0))
    found = dossier_of(plant).limits
    assert found.by_signal[PRESSURE] == Limits(h=250.0)
    assert found.since == ONSET - HOUR_MS
    assert not found.later


def test_limits_of_the_product_go_before_those_of_any(plant: PlantStore) -> None:
    plant.write(malfunction())
    plant.set_limits(ONSET - HOUR_MS, Limits(h=222.0), product=1)
    plant.set_limits(ONSET - 1000, Limits(h=250.0))
    plant.set_limits(ONSET - 500, Limits(h=111.0), product=2)
    assert dossier_of(plant).limits.by_signal[PRESSURE] == Limits(h=222.0)


def test_limits_that_are_younger_than_the_malfunction_are_told_as_such(plant: PlantStore) -> None:
    plant.write(malfunction())
    plant.sql("UPDATE limit_sets SET ts = ?", ONSET + HOUR_MS)
    found = dossier_of(plant).limits
    assert found.later
    assert found.by_signal[PRESSURE] == Limits(h=240.0, hh=270.0)


def test_alarms_of_the_span_are_told_in_order(plant: PlantStore) -> None:
    events = (
        alarm(ONSET + 1000),
        alarm(ONSET + 5000, Kind.ACKNOWLEDGED, who="Ben", comment="on my way"),
        alarm(ONSET - HOUR_MS),
        alarm(ONSET + 10 * HOUR_MS),
        alarm(ONSET + 2000, key=AlarmKey(4, PRESSURE, Condition.H)),
    )
    plant.write(malfunction(), events=events)
    found = dossier_of(plant)
    assert [one.ts for one in found.alarms] == [ONSET + 1000, ONSET + 5000]
    assert found.alarms[1].who == "Ben"
    assert found.alarms[1].comment == "on my way"
    assert not found.more_alarms


def test_the_alarm_of_another_malfunction_is_left_out(plant: PlantStore) -> None:
    mine = alarm(ONSET + 1000, key=AlarmKey(3, ID, Condition.MALFUNCTION))
    other = alarm(ONSET + 2000, key=AlarmKey(3, "3-77", Condition.MALFUNCTION))
    plant.write(malfunction(), events=(mine, other))
    assert [one.source for one in dossier_of(plant).alarms] == [ID]


def test_a_flood_of_alarms_is_cut_and_said_to_be(plant: PlantStore) -> None:
    plant.write(
        malfunction(), events=tuple(alarm(ONSET + n * 1000) for n in range(MOST_ALARMS + 5))
    )
    found = dossier_of(plant)
    assert len(found.alarms) == MOST_ALARMS
    assert found.more_alarms


def test_notes_come_with_their_attachments(plant: PlantStore) -> None:
    plant.write(malfunction())
    plant.act(
        ONSET + 9000, action="note_malfunction", comment="seen before",
        attachment_name="log.txt", attachment="a < b\n",
    )  # fmt: skip
    (note,) = dossier_of(plant).actions
    assert (note.who, note.action, note.text) == ("Ana", "note_malfunction", "seen before")
    assert (note.attachment_name, note.attachment) == ("log.txt", "a < b\n")


def test_limits_that_a_person_changed_meanwhile_are_an_action(plant: PlantStore) -> None:
    plant.write(malfunction())
    plant.act(ONSET + 900_000, action="note_malfunction", comment="later")
    plant.set_limits(ONSET + 60_000, Limits(h=260.0))
    plant.set_limits(ONSET + 70_000, Limits(h=261.0), who="source: simulator")
    found = dossier_of(plant).actions
    assert [(one.action, one.who) for one in found] == [
        ("limits", "Ben"), ("note_malfunction", "Ana"),
    ]  # fmt: skip


def test_a_dossier_survives_the_cache(plant: PlantStore) -> None:
    plant.write(malfunction(), events=(alarm(ONSET + 1000),))
    plant.act(ONSET + 9000, action="note_malfunction", comment="seen before")
    found = dossier_of(plant)
    kind = get_type_hints(dossier)["return"]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=kind) == found


def test_a_slow_question_does_not_settle_it(
    plant: PlantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(int(time.time() * 1000), 2**62, 3))
    monkeypatch.setattr("data.history.dossier.now_ms", lambda: next(clock))
    onset = int(time.time() * 1000) - HOUR_MS
    plant.write(malfunction(onset=onset, detected=onset + 1000, ended=onset + 50 * MINUTE_MS))
    assert not dossier_of(plant).settled
