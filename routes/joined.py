"""Many small source files as one: the modules of a script, and style sheets.

Each module becomes a function that returns what it exports, after the modules that it imports.
They keep their scopes, their lines and their order; why so: docs/decisions/0031-joined-scripts.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

#: As all of ours are written; anything else is refused, so that nothing is left out in silence.
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\./[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_EXPORTED = re.compile(r"^export \{([\w\s,]*)\};$", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_AS = re.compile(r"(\w+) as (\w+)")


def joined_modules(entry: Path) -> str:
    """`entry` and all that it imports, as one module.

    Raises ValueError for modules that import each other in a ring, and for an import or export in
    a form that is not known here.
    """
    return "".join(_as_function(path) for path in _in_order(entry.resolve(), ()))


def joined_styles(folder: Path) -> str:
    """The style sheets of a folder, by name, as Dash would link them."""
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.css")))


def _in_order(path: Path, way: tuple[Path, ...], seen: set[Path] | None = None) -> Iterator[Path]:
    """Modules after those that they import, each once."""
    seen = set() if seen is None else seen
    if path in way:
        raise ValueError(f"{path.name} imports itself by way of {way[-1].name}")
    if path in seen:
        return
    for _names, other in _IMPORT.findall(path.read_text()):
        yield from _in_order((path.parent / other).resolve(), (*way, path), seen)
    seen.add(path)
    yield path


def _as_function(path: Path) -> str:
    source = path.read_text()
    lists = ",".join(_EXPORTED.findall(source)).split(",")
    names = [*_EXPORT.findall(source), *filter(None, map(str.strip, lists))]
    body = _EXPORT.sub("", _EXPORTED.sub("", _IMPORT.sub(_taken, source)))
    if other := _OTHER.search(body):
        raise ValueError(f"{path.name}: cannot join: {other[0]}")
    # A module may wait, as that of the words does; so the next one waits for it.
    return (
        f"// {path.name}\nconst {_name(path)} = await (async () => {{\n{body}\n"
        f"return {{ {', '.join(names)} }};\n}})();\n"
    )


def _taken(found: re.Match[str]) -> str:
    # Destructuring writes "as" as a colon; new lines stay, as do the numbers of the lines.
    names = _AS.sub(r"\1: \2", found[1])
    return f"const {{{names}}} = {_name(Path(found[2]))};"


def _name(path: Path) -> str:
    return f"${path.stem}"
