"""Ids of the dossier page."""

ROOT = "dossier-root"
#: Its data is the malfunction's id: what other parts of the page begin from.
MALFUNCTION = "dossier-malfunction"
FACTS = "dossier-facts"
LINKS = "dossier-links"
CHART_HEAD = "dossier-chart-head"
CHART = "dossier-chart"
CHART_NOTE = "dossier-chart-note"
SIGNALS = "dossier-signals"
EVENTS = "dossier-events"
NOTES = "dossier-notes"
#: The browser's script builds these: they are empty in the tree.
BACK, TOOLS, NOTE_FORM = "dossier-back", "dossier-tools", "dossier-note-form"
TICK = "dossier-tick"
#: Its data changes when somebody has done something: ask again.
REFRESH = "dossier-refresh"
QUERY, QUERY_DONE = "dossier-query", "dossier-query-done"

#: Address of every dossier, without the malfunction's id.
PATH = "/malfunctions"


def address(malfunction: str) -> str:
    """Address of a malfunction's dossier."""
    return f"{PATH}/{malfunction}"
