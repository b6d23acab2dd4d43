"""What was spent: numbers by name, summed."""

from __future__ import annotations

from data.cost.spent import Process, Spent, from_hash, to_fields, total
from data.meter import Tally


def test_what_a_process_tells_comes_back_as_it_was() -> None:
    jobs = {"refresh": Tally(3, 3, 10, 1300), "trim": Tally(1)}
    fields = to_fields(jobs, "worker", Process(cpu_s=0.25))
    assert fields["job:refresh:bytes"] == 1300
    assert total([fields]) == Spent(jobs, {"worker": Process(0.25)})


def test_zeros_are_not_told() -> None:
    assert to_fields({"trim": Tally()}, "web", Process()) == {}


def test_minutes_and_processes_are_summed() -> None:
    web = to_fields({}, "web", Process(0.1, 30.0))
    worker = to_fields({"refresh": Tally(3, 3, 8, 800)}, "worker", Process(0.5))
    spent = total([web | worker, web, worker])
    assert spent.jobs == {"refresh": Tally(6, 6, 16, 1600)}
    assert spent.processes["worker"].cpu_s == 1.0
    assert spent.viewer_s == 60.0


def test_names_of_a_newer_version_are_left_out() -> None:
    raw = {b"job:refresh:rows": b"7", b"job:refresh:joules": b"1", b"host:a:cpu_s": b"1"}
    assert total([from_hash(raw)]) == Spent({"refresh": Tally(rows=7)}, {})
