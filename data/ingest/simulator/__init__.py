"""A simulated plant of plastic extruders with malfunctions; `Simulator` is the source."""

from data.ingest.simulator.commands import request_fault
from data.ingest.simulator.faults import FAULTS
from data.ingest.simulator.simulator import Simulator

__all__ = ["FAULTS", "Simulator", "request_fault"]
