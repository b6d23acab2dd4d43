"""The simulation behind docs/scaling.md obeys the rules that test_nginx.py sees in nginx."""

from __future__ import annotations

import numpy as np

from benchmarks.simulate_viewers import ANSWER_S, Plan, Requests, answers, waits


def played(plan: Plan, shielded: bool = False) -> tuple[Requests, np.ndarray, np.ndarray]:
    requests = Requests.of(plan, np.random.default_rng(3))
    got = answers(requests, np.zeros(plan.edges), plan.extruders, shielded)
    return requests, got.asks, requests.at - got.made


def test_each_edge_asks_once_a_second_and_key_however_many_watch() -> None:
    plan = Plan(viewers=2_000, extruders=3, edges=2)
    requests, asks, _ = played(plan)
    asked = np.floor(requests.at[asks]) * 6 + requests.edge[asks] * 3 + requests.key[asks]
    assert len(set(asked.tolist())) == len(asked)
    second = (requests.at >= 10) & (requests.at < 11)
    assert (asks & second).sum() == plan.edges * plan.extruders


def test_no_answer_is_older_than_a_second_and_the_way_to_the_web_process() -> None:
    _, _, age = played(Plan(viewers=2_000, extruders=3, edges=1))
    assert np.nanmin(age) >= 0
    assert np.nanmax(age) < 1.1


def test_a_shield_adds_a_second_more() -> None:
    _, _, age = played(Plan(viewers=2_000, extruders=3, edges=4), shielded=True)
    assert 1.1 < np.nanmax(age) < 2.1


def test_times_in_the_queue_are_those_of_serving_one_after_another() -> None:
    plan = Plan(viewers=500, extruders=1, edges=1)
    requests = Requests.of(plan, np.random.default_rng(3))
    free, expected = 0.0, []
    for at in requests.at:
        free = max(free, at) + ANSWER_S
        expected.append(free - at)
    assert np.allclose(waits(requests, plan), expected)
