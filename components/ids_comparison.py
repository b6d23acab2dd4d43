"""Ids of the section Compare on the dossier page."""

#: The dossier page's place for the section; the section's callbacks fill it.
HOST = "comparison-host"
SIGNALS = "comparison-signals"
EVENTS = "comparison-events"
CHART = "comparison-chart"
#: What the chart cannot draw, in words.
NOTE = "comparison-note"
#: Its data is what the URL says of this section: signals and events.
QUERY, QUERY_DONE = "comparison-query", "comparison-query-done"
SHOW = "comparison-show"
LAST = "comparison-last"
TABLE = "comparison-table"
