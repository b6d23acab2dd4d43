"""Alarms after ISA-18.2 with the names of OPC UA Part 9: pure values and functions, no I/O."""
