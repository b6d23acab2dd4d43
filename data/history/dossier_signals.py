"""Which signals tell of a malfunction: those that its evidence names, then those to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from data.detection.channels import SINGLE
from data.extruders import Signal
from data.malfunctions.malfunction import Malfunction
from data.malfunctions.signatures import SIGNATURES

#: More lanes than this are too low to be read.
LANES = 8
#: Operators begin from these (DOMAIN.md): parts of data.detection.channels.
_FIRST = ("pressure", "melt", "load", "throughput")
#: Features of a signature that are no channel themselves: what they are made of.
_MADE_OF = {
    "output_drop": ("throughput", "speed"),
    "output_creep": ("throughput", "speed"),
    "swing": ("pressure", "load"),
    "dark": ("speed", "load"),
    "load": ("load", "current"),
}
_PATTERNS = {part.name: part.pattern for part in SINGLE}


def telling_signals(one: Malfunction, signals: Sequence[Signal]) -> tuple[str, ...]:
    """Names of at most LANES signals: named by evidence, moved by the cause, then the first four.

    `signals` are those that the extruder has; what it lacks is left out.
    """
    wanted = [*_named(one, signals), *_by_feature(_moved(one), signals)]
    first = _by_feature(_FIRST, signals)
    others = [name for name in dict.fromkeys(wanted) if name not in first]
    chosen = {*first, *others[: LANES - len(first)]}
    return tuple(name for name in dict.fromkeys([*wanted, *first]) if name in chosen)


def _named(one: Malfunction, signals: Sequence[Signal]) -> list[str]:
    """Signals that a text begins with the label of: data.malfunctions.observation words it so."""
    evidence = [e.text for cause in one.causes[:1] for e in cause.evidence if e.supports]
    by_length = sorted(signals, key=lambda signal: -len(signal.label))
    found = []
    for text in evidence or list(one.seen):
        named = next((s for s in by_length if _begins(text, s.label)), None)
        if named is not None:
            found.append(named.name)
    return found


def _begins(text: str, label: str) -> bool:
    return text == label or text.startswith((f"{label} ", f"{label}:"))


def _moved(one: Malfunction) -> list[str]:
    """Features of the cause, strongest first; of what was found, where somebody looked."""
    signature = SIGNATURES.get(one.cause_found or one.cause)
    moves = signature.moves if signature else {}
    return sorted(moves, key=lambda name: -abs(moves[name]))


def _by_feature(features: Iterable[str], signals: Sequence[Signal]) -> list[str]:
    parts = [part for name in features for part in _MADE_OF.get(name, (name,))]
    patterns = [_PATTERNS[part] for part in parts if part in _PATTERNS]
    names = {signal.name for signal in signals}
    return [
        name
        for pattern in patterns
        for name in (pattern, f"{pattern}.ActualValue")
        if name in names
    ]
