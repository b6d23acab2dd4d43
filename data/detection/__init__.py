"""Detectors: what moves, swings, freezes or fails, on arrays of all extruders at once. Pure."""
