"""JobStatusEnumeration of OPC 40083 as Meltwatch's own three states."""

from __future__ import annotations

from math import isnan

from data.extruders import JOB_IN_PRODUCTION, NO_JOB, START_UP_ACTIVE

#: Codes of OPC 40083; all others (set-up, interrupted, finished, tear-down) make no product.
_START_UP_ACTIVE, _JOB_IN_PRODUCTION = 5, 6


def job_code(value: float) -> float:
    """Meltwatch's code for one of OPC 40083; NaN stays NaN."""
    if value == _JOB_IN_PRODUCTION:
        return JOB_IN_PRODUCTION
    if value == _START_UP_ACTIVE:
        return START_UP_ACTIVE
    return value if isnan(value) else NO_JOB
