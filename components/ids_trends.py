"""Ids of the Trends page, declared once."""

ROOT = "trends-root"
#: Where the browser lays the controls and the picker.
CONTROLS = "trends-controls"
GRAPH = "trends-graph"
#: What is looked at, as the browser says: signals, start, end, columns, compare, limits, ask.
VIEW = "trends-view"
#: When somebody wrote an annotation: asks for them anew.
WRITTEN = "trends-written"
#: Words on what is shown: the span, its resolution, what is not kept.
STATUS = "trends-status"
LINES = "trends-lines"
NOTES = "trends-notes"
MALFUNCTIONS = "trends-malfunctions"
CSV = "trends-csv"
DOWNLOAD = "trends-download"
#: Takes what nobody needs.
SINK = "trends-sink"
