"""What a program can tell of the run it is in: the engine's address, its stack, its sources."""

import hashlib
import os
import sys
from typing import Any, Final

from pulumi.runtime import settings as runtime

_FILES: Final = 2000  # enough to see a change, few enough to take no time


def address(engine: Any) -> str | None:
    """Return the engine's address, as a handler's process is told it."""
    channel = getattr(getattr(engine, "Log", None), "_channel", None)
    if channel is not None and hasattr(channel, "target"):
        target = channel.target()
        spelled = target.decode() if isinstance(target, bytes) else str(target)
        return spelled.removeprefix("dns:///")
    given = sys.orig_argv
    return given[given.index("--engine") + 1] if "--engine" in given[:-1] else None


def stack() -> str:
    """Return what tells a stack apart from all others of this machine."""
    return "\n".join(
        [
            os.getcwd(),
            os.environ.get("PULUMI_BACKEND_URL", ""),
            runtime.get_organization() or "",
            runtime.get_project() or "",
            runtime.get_stack() or "",
        ]
    )


def sources() -> str:
    """Return what tells this program apart from what it was before somebody changed it."""
    found = []
    for folder, folders, names in os.walk("."):
        folders[:] = sorted(one for one in folders if one[0] not in "._" and one != "node_modules")
        for name in sorted(names):
            if name.endswith((".py", ".yaml", ".yml", ".toml")):
                about = os.stat(os.path.join(folder, name))
                found.append(f"{folder} {name} {about.st_size} {about.st_mtime_ns}")
        if len(found) > _FILES:
            break
    return hashlib.sha256("\n".join(found).encode()).hexdigest()
