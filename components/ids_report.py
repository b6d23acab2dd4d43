"""Ids of the Shift report page, declared once."""

ROOT = "report-root"
BODY = "report-body"
SELECTION = "report-selection"
DAY = "report-day"
GO = "report-go"
AGAIN = "report-again"
PRINT = "report-print"
PRINTED = "report-printed"

#: Address of the page, and of its CSV file.
PATH = "/report"
CSV_PATH = "/history/report.csv"
