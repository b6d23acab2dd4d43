"""The pipeline as its stages, each with a state in words: what the System page shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from data.alarms.events import Priority
from data.store_guard.wording import all_findings, headline, size
from data.team import spread
from data.vitals import Memory, QueueVitals, WindowVitals
from data.window_cache import Status

OK, LATE, FAILED, UNKNOWN = "ok", "late", "failed", "unknown"
#: From the best to the worst.
_ORDER = (OK, UNKNOWN, LATE, FAILED)
#: A Redis that uses more of its memory is nearly full: commits fail when it is.
NEARLY_FULL = 0.85
#: Letters of a worker's name that tell it from the others.
SHORT = 6
MOST_LINES = 8


@dataclass(frozen=True)
class Line:
    """A part of a stage in words; `last` (ms since the epoch) is its last success, if that says
    something."""

    text: str
    state: str = OK
    last: int | None = None


@dataclass(frozen=True)
class Stage:
    """A stage of the pipeline: `state` (OK, LATE, FAILED, UNKNOWN) and the same in `words`, its
    last success (ms since the epoch, None: never or not known), `backlog` with units and `error`
    ("" without), and what it is made of."""

    name: str
    state: str
    words: str
    last: int | None = None
    backlog: str = ""
    error: str = ""
    lines: tuple[Line, ...] = ()


def stages(
    windows: WindowVitals | None, queue: QueueVitals | None, now: int, stale_ms: float
) -> list[Stage]:
    """Source, store, workers and Redis at `now` (ms); None is a Redis that does not answer.

    Readings older than `stale_ms`, and shards not refreshed for as long, are late.
    """
    if windows is None:
        behind = [Stage(name, UNKNOWN, "Not known") for name in ("ingest", "store", "workers")]
        return [*behind, redis_stage(windows, queue)]
    since = now - stale_ms
    return [
        ingest_stage(windows, since),
        store_stage(windows, since),
        workers_stage(windows, queue, since),
        redis_stage(windows, queue),
    ]


def ingest_stage(windows: WindowVitals, since: float) -> Stage:
    """Where readings come from; success is the time of the newest reading on the screens."""
    newest = max(windows.heads.values(), default=None)
    fresh = sum(head >= since for head in windows.heads.values())
    spool = windows.spool
    waiting = spool.rows + spool.memory_rows if spool else 0
    lines = [Line(f"{fresh} of {_count(len(windows.heads), 'extruder')} with new readings")]
    if spool is None:
        lines.append(Line("No ingest of Meltwatch is heard", LATE))
    elif spool.dropped_rows:
        lines.append(Line(f"{_count(spool.dropped_rows, 'row')} lost: the spool was full", LATE))
    stage = Stage("ingest", OK, "Readings arrive", newest, _rows(waiting), "", tuple(lines))
    if spool and spool.refused:
        words = "Keeps readings until the store takes them"
        return replace(stage, state=FAILED, words=words, error=spool.refused)
    if spool and spool.rows:
        return replace(stage, state=LATE, words="Catches up")
    if fresh:
        return stage
    if _oldest(windows) < since:
        return replace(stage, state=UNKNOWN, words="Not known: no refresh reads the store")
    words = "No readings yet" if newest is None else "No new readings"
    return replace(stage, state=LATE, words=words)


def store_stage(windows: WindowVitals, since: float) -> Stage:
    """The store; success is the newest refresh that read it."""
    refused = windows.spool.refused if windows.spool else ""
    errors = [_error(one) for one in windows.statuses.values() if _error(one)]
    # What failed may be Redis itself: then it says so (data.redis_errors).
    failed = next((text for text in errors if not text.startswith("Redis")), "")
    last = max((one.last_success for one in windows.statuses.values()), default=-1)
    urgent = [one for one in all_findings(*windows.guard) if one.priority <= Priority.HIGH]
    guard = Line(f"Guard: {_begun(headline(*windows.guard))}", LATE if urgent else OK, _at(windows))
    stage = Stage("store", OK, "Takes and gives readings", _ms(last), lines=(guard,))
    if refused:
        return replace(stage, state=FAILED, words="Takes no readings", error=refused)
    if failed:
        return replace(stage, state=FAILED, words="Reading it fails", error=failed)
    if last < since:
        return replace(stage, state=UNKNOWN, words="Not known: no refresh reads it")
    if urgent:
        return replace(stage, state=LATE, words="Works, but look at panel Store")
    return stage


def workers_stage(windows: WindowVitals, queue: QueueVitals | None, since: float) -> Stage:
    """The workers by shard; success is that of the shard that was refreshed longest ago."""
    own = spread([name[:SHORT] for name in queue.living], len(windows.statuses)) if queue else []
    by_shard = {
        number: _shard_line(number, status, own[number] if own else "", since)
        for number, status in windows.statuses.items()
    }
    bad = [line for line in by_shard.values() if line.state != OK]
    errors = [
        f"shard {number}: {_error(one)}"
        for number, one in windows.statuses.items()
        if _error(one) and by_shard[number].state != OK
    ]
    lines = [*_worst_first(by_shard.values()), *_jobs(queue, windows.ticks)]
    stage = Stage(
        "workers",
        _worst(bad),
        f"{_count(len(by_shard), 'shard')} refreshed in time",
        _ms(_oldest(windows)),
        _backlog(windows, queue),
        errors[0] if errors else "",
        tuple(lines),
    )
    rebuilding = any(one.rebuilding for one in windows.statuses.values())
    if queue and not queue.living and not rebuilding:
        return replace(stage, state=FAILED, words="No worker is heard, or all do long jobs")
    if bad:
        return replace(stage, words=f"{len(bad)} of {_count(len(by_shard), 'shard')} not in time")
    return stage


def redis_stage(windows: WindowVitals | None, queue: QueueVitals | None) -> Stage:
    """Redis: that of the windows and that of the queue, which may be the same."""
    nodes = {**(queue.memory if queue else {}), **(windows.memory if windows else {})}
    full = any(one.most and one.used > NEARLY_FULL * one.most for one in nodes.values())
    lines = tuple(_memory_line(name, one) for name, one in sorted(nodes.items()))[:MOST_LINES]
    if windows is None or queue is None:
        which = {(True, False): "That of the windows does", (False, True): "That of the jobs does"}
        words = which.get((windows is None, queue is None), "Does")
        return Stage("redis", FAILED, f"{words} not answer", lines=lines)
    return Stage("redis", LATE if full else OK, "Nearly full" if full else "Answers", lines=lines)


def _shard_line(number: int, status: Status, worker: str, since: float) -> Line:
    who = f"Shard {number}" + (f", worker {worker}" if worker else "")
    last = _ms(status.last_success)
    if status.rebuilding:
        return Line(f"{who}: builds windows anew, {status.rebuilding} extruders", LATE, last)
    if last is None:
        return Line(f"{who}: not refreshed yet", LATE)
    took = f"{who}: took {status.duration_ms:.0f} ms"
    if status.last_success >= since:
        return Line(took, OK, last)
    return Line(f"{who}: not in time", FAILED, last)


def _worst_first(lines: Iterable[Line]) -> list[Line]:
    ordered = sorted(lines, key=lambda line: -_ORDER.index(line.state))
    more = len(ordered) - MOST_LINES
    if more <= 0:
        return ordered
    return [*ordered[:MOST_LINES], Line(f"and {_count(more, 'more shard')}", UNKNOWN)]


def _jobs(queue: QueueVitals | None, ticks: Mapping[str, int]) -> list[Line]:
    if queue is None:
        return [Line("Jobs and workers: not known, the job queue does not answer", UNKNOWN)]
    failed = sum(queue.failed.values())
    names = ", ".join(name[:SHORT] for name in queue.living[:MOST_LINES])
    return [
        Line(f"{_count(len(queue.living), 'worker')} heard{': ' if names else ''}{names}"),
        Line(f"{_count(failed, 'failed job')} in the last minutes", LATE if failed else OK),
        Line(
            f"{ticks.get('late', 0):,} refreshes late, {ticks.get('missed', 0):,} left out so far"
        ),
    ]


def _backlog(windows: WindowVitals, queue: QueueVitals | None) -> str:
    rows = _rows(sum(one.backlog for one in windows.statuses.values()))
    if queue is None:
        return rows
    waiting = sum(queue.waiting.values())
    oldest = f", oldest {max(queue.oldest_ms.values()) / 1000:.1f} s" if waiting else ""
    return f"{rows}, {_count(waiting, 'job')}{oldest}"


def _memory_line(node: str, memory: Memory) -> Line:
    most = f" of {size(memory.most)}" if memory.most else ""
    name = "" if node == "only" else f" {node}"
    full = memory.most and memory.used > NEARLY_FULL * memory.most
    return Line(f"Memory{name}: {size(memory.used)}{most}", LATE if full else OK)


def _error(status: Status) -> str:
    """What failed since the last success."""
    return status.last_error if status.last_error_at > status.last_success else ""


def _worst(lines: Iterable[Line]) -> str:
    return max((line.state for line in lines), key=_ORDER.index, default=OK)


def _oldest(windows: WindowVitals) -> int:
    return min((one.last_success for one in windows.statuses.values()), default=-1)


def _at(windows: WindowVitals) -> int | None:
    minute, _day = windows.guard
    return minute.checked if minute else None


def _ms(ts: int) -> int | None:
    return ts if ts >= 0 else None


def _rows(count: int) -> str:
    return _count(count, "row")


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _begun(text: str) -> str:
    return text[:1].lower() + text[1:]
