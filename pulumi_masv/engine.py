"""What a program can tell of the run it is in: the engine's address, its stack, its sources."""

import asyncio
import atexit
import contextlib
import hashlib
import os
import sys
from collections.abc import Callable
from typing import Any, Final

import pulumi
from pulumi.runtime import settings as runtime
from pulumi.runtime.mocks import MockEngine

from pulumi_masv.text import visible

_COMMAND: Final = "PULUMI_LOG_OTLP_ENDPOINT"
"""Where one `pulumi` process takes the logs of all that it starts, in either phase."""
_LASTING: Final[set["asyncio.Future[None]"]] = set()
"""What waits for the end of a run; nobody else holds it."""
_FILES: Final = 2000  # enough to see a change, few enough to take no time


def warn(line: str) -> None:
    """Show a warning, whatever somebody else's text in it says."""
    pulumi.log.warn(visible(line))


def is_mocked() -> bool:
    """Return whether Pulumi's mocks stand in for the engine, as in a user's unit tests."""
    return isinstance(runtime.get_engine(), MockEngine)


def address(engine: Any) -> str | None:
    """Return the engine's address, as a handler's process is told it; None under mocks."""
    if isinstance(engine, MockEngine):
        return None
    channel = getattr(getattr(engine, "Log", None), "_channel", None)
    if channel is not None and hasattr(channel, "target"):
        target = channel.target()
        spelled = target.decode() if isinstance(target, bytes) else str(target)
        return spelled.removeprefix("dns:///")
    argv = sys.orig_argv
    return argv[argv.index("--engine") + 1] if "--engine" in argv[:-1] else None


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


def at_the_end(close: Callable[[], None]) -> None:
    """Call this once the run is over, or at the latest with its process.

    A process may have several runs (Automation API), and Pulumi cancels what is left of each.
    """
    atexit.register(close)
    if runtime.get_root_resource() is None:
        return

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            atexit.unregister(close)
            close()

    task = asyncio.ensure_future(wait())
    _LASTING.add(task)
    task.add_done_callback(_LASTING.discard)


def marks(root: str) -> str:
    """Return words of which an up has one in common with the preview that binds it.

    One tells the program in a folder apart from what it was before a change; one, where Pulumi
    gives it, tells this command apart from others: what it shows binds it, whatever changes then.
    """
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(one for one in folders if one[0] not in "._" and one != "node_modules")
        for name in sorted(names):
            if name.endswith((".py", ".yaml", ".yml", ".toml")):
                with contextlib.suppress(OSError):  # a link to nowhere, such as an editor's lock
                    about = os.stat(os.path.join(folder, name))
                    found.append(f"{folder} {name} {about.st_size} {about.st_mtime_ns}")
        if len(found) > _FILES:
            break
    sources = hashlib.sha256("\n".join(found).encode()).hexdigest()
    return " ".join(filter(None, [sources, os.environ.get(_COMMAND)]))
