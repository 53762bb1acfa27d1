"""Where a tool written in Go comes from: `go_tool.py NAME`, a build, once, into `bring.py`'s cache.

Go's checksum database says that it is the one published. Without a Go that can build it, what
needs it is skipped, and one line says so. Standard library only.
"""

import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple

import bring


class Tool(NamedTuple):
    """What to build, the lowest Go that can, and what is skipped without it."""

    module: str
    version: str
    go: str
    skipped: str


TOOLS = {
    # A real S3 server over a folder.
    "versitygw": Tool(
        "github.com/versity/versitygw/cmd/versitygw",
        "1.8.0",
        "1.25.0",
        "The tests of the S3 backend will be skipped.",
    ),
    "actionlint": Tool(
        "github.com/rhysd/actionlint/cmd/actionlint",
        "1.7.12",
        "1.25.0",
        "The workflows are not checked by actionlint.",
    ),
}


def main(command: str) -> None:
    tool = TOOLS[command]
    built = bring.cache() / f"{command}-{tool.version}"
    if not built.is_dir():
        try:
            bring.check_go(command, tool.go)
        except bring.Failed as failure:
            bring.say(f"{tool.skipped} {failure}")
            return
        with bring.alone(built.parent):
            # Another run may have built it while this one waited.
            if not built.is_dir():
                build(command, tool, built)
    bring.place(built, (command,))


def build(command: str, tool: Tool, built: Path) -> None:
    bring.say(f"Building {command} {tool.version} with Go, once: a minute on 2 cores.")
    started = time.monotonic()
    with bring.becomes(built) as partial:
        install = ["go", "install", "-trimpath", "-ldflags", "-s -w"]
        bring.run(["env", f"GOBIN={partial}", *install, f"{tool.module}@v{tool.version}"])
    bring.say(f"Built in {time.monotonic() - started:.0f} s: {built}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main(sys.argv[1])
    except bring.Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
