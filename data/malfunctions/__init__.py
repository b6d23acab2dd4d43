"""Malfunctions: alarms and detectors combined into one event with ranked causes. Pure."""
