"""Ids of the playback on the Extruder page."""

#: Empty until the browser fills it with what a playback says and is controlled by.
HOST = "extruder-playback"
