"""Back up the store that DATABASE_URL names, once or all the time, and bring it back."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from data.backup import postgres_store, sqlite_store
from data.backup.contents import contents
from data.backup.moments import Span, of_person, told
from data.backup.windows import forget_windows
from data.errors import BackupRefused, MeltwatchError, WindowsUnavailable
from data.masking import masked
from data.settings import Settings, is_postgres
from data.sqlite_file import path_of

FAILED, INTERRUPTED = 2, 130


def main(arguments: list[str] | None = None) -> int:
    """Run one command; errors that a person can mend are one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(Settings.from_env(), options))
    except (MeltwatchError, OSError) as error:
        # libpq and pg_basebackup tell their errors in several lines.
        print("error:", masked(" ".join(str(error).split())), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("stopped; nothing was put in the place of anything", file=sys.stderr)
        return INTERRUPTED


def now(settings: Settings, options: argparse.Namespace) -> int:
    """One backup of the whole store."""
    started, url, folder = time.monotonic(), settings.database_url, _folder("TO", options.to)
    if is_postgres(url):
        made = postgres_store.back_up(url, folder)
    else:
        made = sqlite_store.back_up(Path(path_of(url)), folder, _bar)
    size = sum(path.stat().st_size for path in [made, *made.glob("*")] if path.is_file())
    print(f"{made}: {size / 1e6:,.1f} MB in {time.monotonic() - started:.1f} s")
    return 0


def follow(settings: Settings, options: argparse.Namespace) -> NoReturn:
    """Ship every commit until told to stop."""
    url, folder = settings.database_url, _folder("TO", options.to)
    if is_postgres(url):
        postgres_store.follow(url, folder)
    sqlite_store.follow(Path(path_of(url)).resolve(), folder)


def restore(settings: Settings, options: argparse.Namespace) -> int:
    """Bring a store back, and make Redis forget what it was told by the one before."""
    started, folder = time.monotonic(), _folder("FROM", options.source)
    at = of_person(options.at) if options.at else None
    if not folder.is_dir():
        raise BackupRefused(f"there is no folder {folder}")
    if postgres_store.holds(folder):
        if not options.data:
            raise BackupRefused(f"{folder} is of PostgreSQL: name a new data folder with DATA=…")
        span = postgres_store.restore(folder, Path(options.data), at)
        print(f"{options.data} is made; the server brings in the WAL when you start it on that")
    else:
        store = Path(path_of(settings.database_url)).resolve()
        span, aside = sqlite_store.restore(folder, store, at, options.replace, _bar)
        print(f"{store} is back" + (f"; the one before is {aside}" if aside else ""))
    _tell(span, at, settings.redis_url)
    print(f"took {time.monotonic() - started:.1f} s")
    return 0


def compare(settings: Settings, _options: argparse.Namespace) -> int:
    """Print what the store holds, for comparing it with another."""
    for table, digest in contents(settings.database_url, _bar).items():
        print(f"{digest.rows:>13,}  {digest.checksum:016x}  {table}")
    return 0


def _tell(span: Span, at: object, redis_url: str) -> None:
    until = "as it was last" if at is None else f"as it was at {at}"
    print(f"from {span.path}, which reaches from {told(span.first)} to {told(span.last)}: {until}")
    try:
        print(f"windows in Redis: {forget_windows(redis_url)} keys deleted, workers make them anew")
    except WindowsUnavailable:
        print(
            "Redis does not answer: if it keeps its data, empty it before workers start"
            " (the embedded one keeps nothing)"
        )


def _folder(name: str, path: str) -> Path:
    if not path:
        raise BackupRefused(f"name a folder with {name}=…")
    return Path(path).resolve()


def _bar(title: str, total: int) -> tqdm:
    # Only on a terminal: in a log, errors and the report are what counts.
    unit = " rows" if title == "reading" else "B"
    return tqdm(total=total or None, desc=title, unit=unit, unit_scale=True, disable=None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m data.backup", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in (("now", now), ("follow", follow)):
        one = commands.add_parser(name, help=command.__doc__)
        one.set_defaults(command=command)
        one.add_argument("to", metavar="TO", help="a folder, best on another disk")
    one = commands.add_parser("restore", help=restore.__doc__)
    one.set_defaults(command=restore)
    one.add_argument("source", metavar="FROM", help="the folder of the backups")
    one.add_argument("--at", help="a time such as 2026-11-25T18:00:00Z; default: the last")
    one.add_argument("--replace", action="store_true", help="put a store that is there aside")
    one.add_argument("--data", help="PostgreSQL: the new data folder of a server")
    one = commands.add_parser("contents", help=compare.__doc__)
    one.set_defaults(command=compare)
    return parser


if __name__ == "__main__":
    sys.exit(main())
