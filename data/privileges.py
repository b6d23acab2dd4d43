"""Whether this process has more rights than it needs."""

from __future__ import annotations

import os
from pathlib import Path

_CONTAINER_SIGNS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def root_warning() -> str:
    """One line for who runs this as root, "" else; a container's root is fenced in already."""
    in_container = "container" in os.environ or any(sign.exists() for sign in _CONTAINER_SIGNS)
    if os.geteuid() != 0 or in_container:
        return ""
    return "running as root: Meltwatch needs no rights, an account of its own is safer"
