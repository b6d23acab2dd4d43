"""The ingest process and its commands: run, import, fault."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event, Timer

from tqdm import tqdm

from data.cost.publish import publishing
from data.errors import MeltwatchError, StoreError
from data.extruders import Extruder
from data.ingest import Source
from data.ingest.backlog import Backlog
from data.ingest.clock import now_ms
from data.ingest.csv_import import CsvImport, summary
from data.ingest.feed import feed
from data.ingest.mapping import CsvMapping, load_mapping
from data.ingest.publish import telling
from data.ingest.recorded import shipped_mapping_for
from data.ingest.replay import Replay
from data.ingest.simulator.commands import request_fault
from data.ingest.sources.counted import Counted
from data.ingest.sources.run import run_sources
from data.ingest.spool import Spool
from data.logs import configure
from data.masking import masked
from data.meter import metered
from data.settings import Settings
from data.telemetry import open_store
from data.window_cache import connect
from data.window_cache.source_state import SIMULATOR, SOURCES, encoded
from data.window_cache.spool_state import SPOOL

log = logging.getLogger("ingest")

FAILED, INTERRUPTED = 2, 130
#: The demonstration's fault: begins so long after the start, and is mended so long after that.
DEMO_AFTER_S, DEMO_MINUTES = 45.0, 5.0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; errors that a person can mend are one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        configure("ingest", settings.log_format, settings.log_syslog)
        with publishing(connect(settings.redis_url), "ingest"), metered("ingest"):
            return int(options.command(settings, options))
    except (MeltwatchError, OSError) as error:
        print(masked(f"error: {error}"), file=sys.stderr)
        return FAILED


def run(settings: Settings, _options: argparse.Namespace) -> int:
    """Feed the store from the plant's sources, from a recording, or from the simulator."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if settings.sources:
        run_sources(settings, stop)
    elif settings.replay:  # it can wait: what the store does not take is still in the file
        _feed(settings, _replay(settings), stop, Backlog())
    else:
        _run_simulator(settings, stop)
    return 0


def _run_simulator(settings: Settings, stop: Event) -> None:
    folder = settings.var_dir / "spool" / "simulator"
    with closing(Spool(folder, settings.spool_mb << 20)) as spool:
        backlog = Backlog(spool)
        source = Counted(_simulator(settings, spool.newest_ts), SIMULATOR)
        told: dict[str, Callable[[], str | bytes]] = {
            SPOOL: lambda: backlog.state().told(),
            SOURCES: lambda: encoded([source.state(now_ms(), backlog.state())]),
        }
        if settings.demo:
            _begin_demo(settings)
        with telling(connect(settings.redis_url), told):
            _feed(settings, source, stop, backlog)


def _begin_demo(settings: Settings) -> None:
    """A screen clogs when people have had time to look round (assets/live/tour_steps.mjs)."""
    fault = partial(request_fault, settings.var_dir, 1, "screen_clogging", DEMO_MINUTES)
    timer = Timer(DEMO_AFTER_S, fault)
    timer.daemon = True
    timer.start()


def _feed(settings: Settings, source: Source, stop: Event, backlog: Backlog) -> None:
    log.info("%s → %s", source.name, masked(settings.database_url))
    feed(source, partial(open_store, settings.database_url), stop, backlog)


def import_csv(settings: Settings, options: argparse.Namespace) -> int:
    """Import one recorded file, CSV or Parquet, and print what it held."""
    path = Path(options.file)
    rejects = options.rejects or settings.var_dir / f"{path.name}.rejects.csv"
    try:
        job = CsvImport(path, _mapping(options.mapping, path), _bar)
        with closing(open_store(settings.database_url)) as store:
            report = job.run(store, Path(rejects), options.again)
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return INTERRUPTED
    for line in summary(report, options.verbose):
        print(line)
    if settings.retain_raw_days and not report.already:
        print(
            f"readings older than {settings.retain_raw_days} days are deleted once they are"
            " rolled up: RETAIN_RAW_DAYS=0 keeps them"
        )
    return 0


def fault(settings: Settings, options: argparse.Namespace) -> int:
    """Ask the running simulator for a fault."""
    request_fault(settings.var_dir, options.extruder, options.fault, options.minutes)
    print(
        f"asked the simulator for {options.fault} on extruder {options.extruder};"
        " its log says if it could not"
    )
    return 0


def _replay(settings: Settings) -> Source:
    path, speed, now = Path(settings.replay), settings.speed, now_ms()
    mapping = _mapping(settings.mapping, path)
    free_ms = now - _newest_stored(settings, mapping.catalogue().extruders) - 1
    backfill_s = max(0.0, min(settings.window_s, free_ms / 1000 * speed))
    return Replay(path, mapping, speed, now, backfill_s)


def _simulator(settings: Settings, newest_spooled: int) -> Source:
    from data.ingest.simulator.plant import catalogue  # noqa: PLC0415  not for a replay
    from data.ingest.simulator.simulator import FAULT_EVERY_H, Simulator  # noqa: PLC0415

    now = now_ms()
    newest = newest_spooled
    try:
        newest = max(newest, _newest_stored(settings, catalogue(settings.extruders).extruders))
    except StoreError:
        if not newest:  # else the spool knows: it is newer than what the store holds
            raise
    return Simulator(
        extruders=settings.extruders,
        seed=settings.seed,
        start_ts_ms=now,
        var_dir=settings.var_dir,
        backfill_s=max(0, min(settings.window_s, (now - newest) // 1000)),
        fault_every_h=None if settings.demo else FAULT_EVERY_H,
    )


def _newest_stored(settings: Settings, extruders: Iterable[Extruder]) -> int:
    """Time of the newest reading in ms: a restart must not rewrite what happened."""
    with closing(open_store(settings.database_url)) as store:
        return max(store.last_ts(extruder.id) or 0 for extruder in extruders)


def _mapping(named: str | None, csv: Path) -> CsvMapping:
    return load_mapping(Path(named)) if named else shipped_mapping_for(csv)


def _bar(title: str, total: int) -> tqdm:
    # Only on a terminal: in a log, errors and the report are what counts.
    return tqdm(total=total, desc=title, unit="B", unit_scale=True, disable=None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m data.ingest", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("run", help="simulator, or a recording if REPLAY names one")
    one.set_defaults(command=run)
    _import_options(commands.add_parser("import", help="store a recorded CSV or Parquet file"))
    one = commands.add_parser("fault", help="ask the running simulator for a fault")
    one.set_defaults(command=fault)
    one.add_argument("extruder", type=int, help="number of the extruder")
    one.add_argument("fault", help="name of the fault, e.g. screen_clogging")
    one.add_argument("--minutes", type=float, help="from onset to repair; default: usual time")
    return parser


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=import_csv)
    parser.add_argument("file", help="the file")
    parser.add_argument("--mapping", help="mapping file; default: the one that fits, of mappings/")
    parser.add_argument("--rejects", help="where rejects go; default: a file in VAR_DIR")
    parser.add_argument("--again", action="store_true", help="read a file that is already imported")
    parser.add_argument("-v", "--verbose", action="store_true", help="name columns not mapped")


if __name__ == "__main__":
    sys.exit(main())
