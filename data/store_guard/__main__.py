"""python -m data.store_guard: what is wrong with the store, and what mends it; 1 if anything is."""

from __future__ import annotations

import sys
import time

from data.errors import MeltwatchError
from data.masking import masked
from data.settings import Settings
from data.store_guard.checks import day_check, minute_check
from data.store_guard.wording import all_findings, report


def main() -> int:
    """Check the store that DATABASE_URL names, and cancel nothing."""
    settings, now = Settings.from_env(), int(time.time() * 1000)
    minute = minute_check(settings.database_url, 0, now, None)
    day = day_check(settings, now)
    print("\n".join(report(minute, day)))
    return bool(all_findings(minute, day))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MeltwatchError as problem:
        print(masked(f"meltwatch guard: {problem}"), flush=True)
        sys.exit(2)
