"""What turns data into code, found in a module's syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MODULES = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve"}
CALLS = {"eval", "exec", "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"}
IMPORTERS = ("import_module", "__import__")
NAMES = {"DefaultSerializer", "PickleSerializer"}


def unsafe(source: str) -> list[str]:
    """What is unsafe in a module, as `line: name`."""
    tree = ast.walk(ast.parse(source))
    return [f"{node.lineno}: {name}" for node in tree for name in (*_imported(node), *_used(node))]  # type: ignore[attr-defined]


def _imported(node: ast.AST) -> Iterator[str]:
    """Modules that are imported by a statement, or by a function that is given their name."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
        yield from (alias.name for alias in node.names if alias.name in NAMES)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(IMPORTERS):
        names = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
    yield from (name for name in names if name.split(".")[0] in MODULES)


def _used(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if f"{owner}.{node.attr}" in CALLS or node.attr in NAMES:
            yield node.attr
    elif isinstance(node, ast.Name) and node.id in CALLS | NAMES:
        yield node.id
