"""A virtual environment whose Python starts at once: forked from one that has loaded the libraries.

Each program and each handler is a process of its own all the same, with its own arguments,
environment, folder and streams, and imports `pulumi_masv` itself. Only what others wrote (the SDK,
gRPC, pydantic and the like) and the rooms that are values alone are there already, which is most of
what Python costs in a command of the engine.
"""

import ast
import atexit
import contextlib
import gc
import io
import json
import os
import re
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

LIBRARIES = """
import json, sys
import grpc, pulumi.dynamic, pulumi_masv.handlers, pulumi_masv.resources, pulumi_masv.data
import icalendar, jinja2, pulumi_masv.cli.manifest, pulumi_masv.cli.report
print(json.dumps([name for name in sys.modules if name.split(".")[0] != "pulumi_masv"]))
"""
ROOMS = ("models", "plan", "policy", "report", "vocabulary")
"""Of ours: what no process can be told by, since it only makes values of values."""
CLIENT = """\
#!{python} -IS
import _signal, _socket, os, sys  # signal and socket take as long to load as all else here
real = [{python!r}, *{before!r}, *sys.argv[1:]]
known = ("pulumi-language-python-exec", "language_host.py", "pulumi-masv")
is_known = [os.path.basename(word) in known for word in real[2:3]] == [True]
is_known = real[1:2] == ["-u"] and (is_known or real[2:4] == ["-m", "pulumi.dynamic"])
if not is_known and real[1:2] != ["-c"]:
    os.execv(real[0], real)
told = {{n: v for n, v in os.environ.items() if n.startswith("PYTHON")}}
told.pop("PYTHONDONTWRITEBYTECODE", None)
if told != {variables!r}:
    os.execv(real[0], real)
words = real[2:] if is_known else real[1:]
told = repr([words, dict(os.environ), os.getcwd()]).encode(errors="surrogateescape")
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
server = _socket.socket(_socket.AF_UNIX)
server.connect({address!r})
sent = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)
server.sendmsg([len(told).to_bytes(4, "big")], [sent])
server.sendall(told)
pid = int.from_bytes(server.recv(4), "big")
def forward(number, _):
    try:
        os.kill(pid, number)
    except ProcessLookupError:  # it ends anyway
        pass
for number in (_signal.SIGINT, _signal.SIGTERM):
    _signal.signal(number, forward)
code = int.from_bytes(server.recv(4), "big", signed=True)
if code < 0:
    _signal.signal(-code, _signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@contextmanager
def environment(folder: Path) -> Iterator[Path]:
    """A virtual environment in a folder, as long as the context lasts, and the engine beside it.

    Elsewhere than on Linux, where no descriptor tells a process's end, it is the one there is.
    """
    if not hasattr(os, "pidfd_open"):
        for name in ("bin", "lib", "pyvenv.cfg"):
            (folder / name).symlink_to(Path(sys.prefix, name))
        yield folder
        return
    address = str(folder / "python")
    variables = {n: v for n, v in os.environ.items() if n.startswith("PYTHON")}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    others = {n: v for n, v in os.environ.items() if not n.startswith("PYTHON")}
    (folder / "bin").mkdir()
    shutil.copy(Path(sys.prefix, "pyvenv.cfg"), folder)

    def client(name: str, *before: str) -> None:
        file = folder / "bin" / name
        python = sys.executable
        file.write_text(
            CLIENT.format(python=python, before=before, address=address, variables=variables)
        )
        file.chmod(0o755)

    client("python")
    client("pulumi-masv", "-u", str(Path(sys.prefix, "bin", "pulumi-masv")))
    host = Path(sys.prefix, "bin", "pulumi-language-python")
    script = host.read_bytes() if host.is_file() else b""
    if found := re.search(rb"^exec \S+ (\S+/language_host\.py) ", script, re.MULTILINE):
        client(host.name, "-u", found[1].decode())
        for name in ("pulumi", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"):
            _copy(host.with_name(name), folder / "bin" / name)
    with subprocess.Popen(
        [sys.executable, __file__, address],
        env={**others, **variables},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield folder
        finally:
            process.terminate()


def _copy(file: Path, to: Path) -> None:
    """Copy it, where it cannot be linked: the engine looks for its host beside the real file."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy(file, to)


def _received(
    connection: socket.socket,
) -> tuple[list[str], dict[str, str], str, list[int]] | None:
    """What a client tells, unless it was killed before it had told all."""
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    length = int.from_bytes(head, "big")
    told = connection.recv(length, socket.MSG_WAITALL)
    if not head or len(told) < length:
        for one in streams:
            os.close(one)
        return None
    words, variables, folder = ast.literal_eval(told.decode(errors="surrogateescape"))
    return words, variables, folder, list(streams)


def _serve(server: socket.socket) -> list[str]:
    """Fork at each request; return, in the child alone, the words that it was started with."""
    clients = selectors.DefaultSelector()
    clients.register(server, selectors.EVENT_READ)
    parent = os.getppid()
    while os.getppid() == parent:  # tests that were killed end nothing
        for key, _ in clients.select(timeout=1)[:1]:  # it may end what the others are about
            if key.fileobj is server:
                connection, _ = server.accept()
                received = _received(connection)
                if received is None:
                    connection.close()
                    continue
                words, variables, folder, streams = received
                pid = os.fork()
                if pid == 0:
                    _become(variables, folder, streams)
                    return words
                for one in streams:
                    os.close(one)
                with contextlib.suppress(OSError):  # the client was killed, which is seen below
                    connection.sendall(pid.to_bytes(4, "big"))
                ended = os.pidfd_open(pid)
                clients.register(connection, selectors.EVENT_READ, (pid, None, ended))
                clients.register(ended, selectors.EVENT_READ, (pid, connection, ended))
                continue
            pid, connection, ended = key.data
            if connection is None:  # the client was killed: so is what it stands for
                os.kill(pid, signal.SIGKILL)
                clients.unregister(key.fileobj)
                continue
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            clients.unregister(ended)
            os.close(ended)
            with contextlib.suppress(KeyError):
                clients.unregister(connection)
            with contextlib.suppress(OSError):
                connection.sendall(code.to_bytes(4, "big", signed=True))
            connection.close()
    sys.exit()


def _become(variables: dict[str, str], folder: str, streams: list[int]) -> None:
    for number, one in enumerate(streams):
        os.dup2(one, number)
        os.close(one)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.dont_write_bytecode = bool(variables.get("PYTHONDONTWRITEBYTECODE"))
    tempfile.tempdir = None  # what the modules that are there have read of their own environment
    time.tzset()
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    for name, number in (("stdout", 1), ("stderr", 2)):
        old = getattr(sys, name)
        raw = open(number, "wb", buffering=0, closefd=False)  # noqa: SIM115 # as -u has it
        stream = io.TextIOWrapper(raw, old.encoding, old.errors, write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run(words: list[str]) -> None:
    if words[0] == "-m":
        sys.argv, sys.path[0] = words[1:], os.getcwd()
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    if words[0] == "-c":
        sys.argv, sys.path[0] = ["-c", *words[2:]], ""
        exec(words[1], main.__dict__)
        return
    sys.argv, sys.path[0] = words, str(Path(words[0]).parent)
    main.__file__ = words[0]
    exec(compile(Path(words[0]).read_bytes(), words[0], "exec"), main.__dict__)


def _code(words: list[str]) -> int:
    """Run what `python WORDS` would; return the exit code that it would have."""
    try:
        _run(words)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 # as Python itself does
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _end(code: int) -> None:
    """Do what Python does at its end, but for tidying away what it shares with its parent."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    for room in ROOMS:
        __import__(f"pulumi_masv.{room}")
    del sys.modules["pulumi_masv"]  # it begins a program
    listed = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, check=True)
    for library in json.loads(listed.stdout):
        if library != "__main__":
            with contextlib.suppress(ImportError):
                __import__(library)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(64)
        gc.collect()
        gc.freeze()
        os.write(1, b"ready\n")
        arguments = _serve(listening)
    _end(_code(arguments))
