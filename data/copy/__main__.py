"""Copy a plant from SQLite to PostgreSQL; start it again to go on, or to take what came since."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing

from tqdm import tqdm

from data.copy.copying import Copying, Report
from data.copy.refusals import refuse_other_plant, refuse_running
from data.copy.source import Source
from data.copy.target import Target
from data.errors import MeltwatchError
from data.masking import masked

DIFFERENT, FAILED, INTERRUPTED = 1, 2, 130


def main(arguments: list[str] | None = None) -> int:
    """Copy or check; errors that a person can mend are one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return copy(options.source, options.target, options.check)
    except (MeltwatchError, OSError) as error:
        # libpq tells its errors in several lines.
        print("error:", masked(" ".join(str(error).split())), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return INTERRUPTED


def copy(source_url: str, target_url: str, only_check: bool) -> int:
    """The exit code: DIFFERENT if the stores are not equal in the end."""
    with closing(Source(source_url)) as source, closing(Target(target_url)) as target:
        refuse_running(target)
        refuse_other_plant(source, target)
        copying = Copying(source, target, _bar)
        report = copying.check() if only_check else copying.run()
        for line in _summary(report):
            print(line)
        for line in _meanwhile(source):
            print(line)
    return DIFFERENT if report.differing else 0


def _summary(report: Report) -> Iterator[str]:
    for table, digest in report.checked.items():
        written = report.written[table]
        now = f" ({written:,} written now)" if written else ""
        yield f"{digest.rows:>13,}  {digest.checksum:016x}  {table}{now}"
    if report.differing:
        yield from (f"DIFFERENT: {part}" for part in report.differing)
        yield "the target is not the same as the source: copy again"
    else:
        yield "checked by counts and checksums: the target is the same as the source"


def _meanwhile(source: Source) -> Iterator[str]:
    """What came into the source after the moment that was copied."""
    then = source.last_seq
    changed, now = source.changed_since()
    if now > then:
        yield f"meanwhile {now - then:,} readings came into the source (seq {then} → {now})"
    elif changed:
        yield "meanwhile the source was written to"
    if changed:
        yield "stop its ingest and worker, then start the same command again: it takes the rest"


def _bar(title: str, total: int) -> tqdm:
    # Only on a terminal: in a log, errors and the report are what counts.
    return tqdm(total=total, desc=title, unit=" rows", unit_scale=True, disable=None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m data.copy", description=__doc__)
    parser.add_argument("source", metavar="FROM", help="sqlite:///path")
    parser.add_argument("target", metavar="TO", help="postgresql://user@host/name")
    parser.add_argument("--check", action="store_true", help="only compare the two")
    return parser


if __name__ == "__main__":
    sys.exit(main())
