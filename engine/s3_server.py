"""Where the S3 server of the tests comes from: a Go build, once, into the cache of `bring.py`.

It is versitygw, a real S3 server over a folder; Go's checksum database says that it is the one
published. Without a Go that can build it, its tests are skipped. Standard library only.
"""

import signal
import sys
import time
from pathlib import Path

import bring

MODULE = "github.com/versity/versitygw"
COMMAND = "versitygw"
VERSION = "1.8.0"
GO = "1.25.0"


def main() -> None:
    built = bring.cache() / f"{COMMAND}-{VERSION}"
    if not built.is_dir():
        try:
            bring.check_go(COMMAND, GO)
        except bring.Failed as failure:
            bring.say(f"The tests of the S3 backend will be skipped. {failure}")
            return
        with bring.alone(built.parent):
            # Another run may have built it while this one waited.
            if not built.is_dir():
                build(built)
    bring.place(built, (COMMAND,))


def build(folder: Path) -> None:
    bring.say(f"Building {COMMAND} {VERSION} with Go, once: a minute on 2 cores.")
    started = time.monotonic()
    with bring.becomes(folder) as partial:
        install = ["go", "install", "-trimpath", "-ldflags", "-s -w"]
        bring.run(["env", f"GOBIN={partial}", *install, f"{MODULE}/cmd/{COMMAND}@v{VERSION}"])
    bring.say(f"Built in {time.monotonic() - started:.0f} s: {folder}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except bring.Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
