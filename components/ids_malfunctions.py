"""Ids of the Malfunctions page, declared once."""

PATH = "/malfunctions"
ROOT = "malfunctions-root"
CSV_PATH = "/history/malfunctions.csv"

# What is chosen: query by key (data/history/selection_query.py) without the parts that follow.
FILTERS = "malfunctions-filters"
BRUSH = "malfunctions-brush"  # [start, end] in ms, or nothing
SORT = "malfunctions-sort"  # as in the address
QUERY = "malfunctions-query"  # all of it, for the address
KEPT = "malfunctions-kept"  # nothing: the address is kept by a script
PURGED = "malfunctions-purged"  # the selection that the grid asked its rows for

PERIOD = "malfunctions-period"
FIRST = "malfunctions-from"
LAST = "malfunctions-to"
EXTRUDERS = "malfunctions-extruders"
CAUSES = "malfunctions-causes"
PRODUCTS = "malfunctions-products"
SHIFTS = "malfunctions-shifts"
STATES = "malfunctions-states"
MIN_MONEY = "malfunctions-min-money"
MIN_KG = "malfunctions-min-kg"
CLEAR = "malfunctions-clear"
CSV = "malfunctions-csv"
NOTES = "malfunctions-notes"
SUMMARY = "malfunctions-summary"

BAND = "malfunctions-band"
BAND_NOTE = "malfunctions-band-note"
CLEAR_BRUSH = "malfunctions-clear-brush"
BRUSH_TEXT = "malfunctions-brush-text"

GRID = "malfunctions-grid"
GRID_NOTE = "malfunctions-grid-note"

MEASURE = "malfunctions-measure"
PARETO_CAUSE = "malfunctions-pareto-cause"
PARETO_EXTRUDER = "malfunctions-pareto-extruder"
PARETO_NOTE = "malfunctions-pareto-note"

FIGURES = "malfunctions-figures"
WEEKS = "malfunctions-weeks"
REPAIR_NOTE = "malfunctions-repair-note"
