"""`python -m data.audit verify [SEQ:HASH]` and `export`: is the audit journal as it was written?"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict

from data.audit.chain import first_fault
from data.audit.journal import rows
from data.errors import MeltwatchError, SettingError
from data.session import Session, open_session
from data.settings import Settings


def verify(session: Session, head: str) -> int:
    """Say whether all rows are whole, and the head to note; the exit code."""
    kept = list(rows(session))
    fault = first_fault(kept, _head(head))
    if fault:
        print(f"audit journal: {fault}", file=sys.stderr)
        return 1
    newest = f"{kept[-1].seq}:{kept[-1].hash}" if kept else "(none)"
    print(f"{len(kept)} rows, whole. Note elsewhere: {newest}")
    return 0


def export(session: Session) -> int:
    """Every row as a line of JSON."""
    for row in rows(session):
        print(json.dumps(asdict(row)))
    return 0


def _head(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or len(digest) != 64:
        raise SettingError("HEAD", text, "seq:hash as `verify` printed it")
    return int(seq), digest


def main(arguments: list[str]) -> int:
    """The command line."""
    what, *rest = arguments or ["verify"]
    with closing(open_session(Settings.from_env().database_url)) as session:
        if what == "export" and not rest:
            return export(session)
        if what == "verify" and len(rest) <= 1:
            return verify(session, "".join(rest))
    print("usage: python -m data.audit verify [SEQ:HASH] | export", file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MeltwatchError as problem:
        sys.exit(f"meltwatch audit: {problem}")
