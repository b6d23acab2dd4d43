"""Every id that a callback or script addresses, declared once."""

SHELL = "mw-shell"
BANNER = "mw-banner"
CLOCK = "mw-clock"
THEME_TOGGLE = "mw-theme"
LANGUAGE = "mw-language"
PLANT_ROOT = "plant-root"
PLANT_CARDS = "plant-cards"
EXTRUDER_ROOT = "extruder-root"
TRENDS = "extruder-trends"
ZONE_PROFILE = "zone-profile"
SCOPE_ROOT = "scope-root"
ALARMS_ROOT = "alarms-root"
ALARM_BAR = "mw-alarm-bar"
EXTRUDER_ALARMS = "extruder-alarms"
SYSTEM_ROOT = "system-root"
COST_VIEWERS = "cost-viewers"
SOURCES_ROOT = "sources-root"

#: Address of the Alarms page; what it shows comes from addresses below it.
ALARMS_PATH = "/alarms"
SYSTEM_PATH = "/system"
SOURCES_PATH = "/sources"


def gauge(slot: int) -> str:
    """Id of the DAQ gauge of a signal's slot on the Extruder page."""
    return f"gauge-{slot}"
