"""Writes readings and alarms to a store for ever, and says of each when it is durable."""

from __future__ import annotations

import sys
import time
from contextlib import closing

from data.journal import Batch, open_journal
from data.telemetry import open_store
from tests.copy.filled import EXTRUDERS
from tests.journal.samples import event
from tests.rows import row

PERIOD_S = 0.05


def main(url: str) -> None:
    with closing(open_store(url)) as store, closing(open_journal(url)) as journal:
        while True:
            ts = time.time_ns() // 1_000_000
            store.append([row(ts, one, 1.0, 2.0, 3.0) for one in range(1, EXTRUDERS + 1)])
            journal.write(Batch(ts, [event(ts)]))
            print(ts, flush=True)
            time.sleep(PERIOD_S)


if __name__ == "__main__":
    main(sys.argv[1])
