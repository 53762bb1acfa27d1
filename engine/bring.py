"""Where the Pulumi engine comes from: the PATH, else Pulumi's own installer, else a Go build.

Afterwards `pulumi` works with this environment's bin folder at the front of PATH. What is
downloaded or built lies in a cache folder named after its version, for all clones; a lock keeps two
runs apart, and a folder gets its name only when it is complete. Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
MODULE = "github.com/pulumi/pulumi"
SHIMS = {
    "pulumi-language-python-exec": "python/cmd/pulumi-language-python-exec",
    "pulumi-resource-pulumi-python": "python/dist/pulumi-resource-pulumi-python",
}
COMMANDS = ("pulumi", "pulumi-language-python", *SHIMS)

# The installer sets no time limits of its own: 10 s for an answer, 180 s for some 100 MB.
INSTALL_SECONDS = 180
INSTALL = """
import socket, sys, pulumi.automation
socket.setdefaulttimeout(10)
pulumi.automation.PulumiCommand.install(root=sys.argv[1])
"""


class Failed(Exception):
    """A step did not work, and these are its last words."""


def main() -> None:
    if complete(*(folder for folder in os.get_exec_path() if not in_environment(folder))):
        for command in COMMANDS:
            (BIN / command).unlink(missing_ok=True)
        return
    go_version, engine_version = required()
    installed = cache() / f"pulumi-{importlib.metadata.version('pulumi')}"
    built = cache() / f"engine-{engine_version}"
    if not installed.is_dir() and not built.is_dir():
        with alone(cache()):
            # Another run may have brought it while this one waited.
            if not installed.is_dir() and not built.is_dir():
                try:
                    install(installed)
                except Failed as failure:
                    say(f"Not by Pulumi's own installer: {failure}")
                    build(built, go_version, engine_version)
    if installed.is_dir():
        place(installed / "bin", COMMANDS)
    else:
        place(built / "bin", ("pulumi", *SHIMS))
        wrap("pulumi-language-python", BIN / "python", HERE / "language_host.py")


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi_masv"


def in_environment(folder: str) -> bool:
    return Path(folder).resolve() == BIN.resolve()


def complete(*folders: str | Path) -> bool:
    path = os.pathsep.join(map(str, folders))
    return all(shutil.which(command, path=path) for command in COMMANDS)


def required() -> tuple[str, str]:
    """The lowest version of Go and the version of the engine, both from go.mod."""
    module = (HERE / "go.mod").read_text()
    found = re.search(rf"^go (\S+)$.*^require {MODULE}/pkg/v3 v(\S+)", module, re.M | re.S)
    assert found, "engine/go.mod names no engine"
    return found[1], found[2]


def install(folder: Path) -> None:
    say(f"Pulumi is not on PATH: asking its own installer, {INSTALL_SECONDS} s at most.")
    with becomes(folder) as partial:
        run([sys.executable, "-c", INSTALL, str(partial)], limit=INSTALL_SECONDS)
        if not complete(partial / "bin"):
            raise Failed("it brought no complete Pulumi.")


def build(folder: Path, go_version: str, engine_version: str) -> None:
    check_go("Pulumi", go_version, instead="Pulumi, or ")
    say(f"Building Pulumi {engine_version} with Go, once: 6 to 10 minutes on 2 cores.")
    started = time.monotonic()
    with becomes(folder) as partial:
        (partial / "bin").mkdir()
        version = f"-X {MODULE}/sdk/v3/go/common/version.Version=v{engine_version}"
        flags = ["-trimpath", "-ldflags", f"-s -w {version}"]
        run(["go", "build", *flags, "-o", str(partial / "bin"), f"{MODULE}/pkg/v3/cmd/pulumi"])
        sdk = Path(run(["go", "list", "-m", "-f", "{{.Dir}}", f"{MODULE}/sdk/v3"]))
        for command, source in SHIMS.items():
            target = partial / "bin" / command
            shutil.copyfile(sdk / source, target)
            target.chmod(0o755)
    say(f"Built in {time.monotonic() - started:.0f} s: {folder}")


def check_go(what: str, least: str, instead: str = "") -> None:
    advice = f"install {instead}Go {least} or later, and try again."
    try:
        # In the module's folder a Go that may fetch a newer one answers with the newer version.
        found = run(["go", "env", "GOVERSION"])
    except FileNotFoundError:
        raise Failed(f"There is no Go to build {what} with: {advice}") from None
    if numbers(found) < numbers(least):
        raise Failed(f"{found} is too old to build {what} with: {advice}")


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def run(command: Sequence[str], limit: float = float("inf")) -> str:
    """Run it to its end or its limit, with a sign of life, and leave nothing of it behind."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command,
            cwd=HERE,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while True:
                spent = time.monotonic() - started
                if spent >= limit:
                    raise Failed(f"no end after {limit:.0f} s.")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(min(15, limit - spent))
                    break
                say(f"  … {time.monotonic() - started:.0f} s")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        said = output.read().strip()
    if process.returncode:
        raise Failed(said.rpartition("\n")[2] or f"{command[0]} ended with {process.returncode}.")
    return said


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run fills the cache: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def becomes(folder: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name when all went well. Only under the lock."""
    for left in folder.parent.glob("partial-*"):
        shutil.rmtree(left)
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=folder.parent))
    try:
        yield partial
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def place(folder: Path, commands: Sequence[str]) -> None:
    """Have the commands in the environment, as the files themselves.

    Pulumi looks for its language hosts beside its own file, links resolved, and warns at every
    command about one that it finds elsewhere.
    """
    for command in commands:
        source, target = folder / command, BIN / command
        if target.is_file() and filecmp.cmp(source, target, shallow=True):
            continue
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(source)
        except OSError:  # another file system
            shutil.copy2(source, target)


def wrap(command: str, *words: Path) -> None:
    target = BIN / command
    target.unlink(missing_ok=True)
    target.write_text(f'#!/bin/sh\nexec {" ".join(quote(str(word)) for word in words)} "$@"\n')
    target.chmod(0o755)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
