"""How Pulumi runs a Python program: the engine asks this server, a child process runs the program.

It stands in for `pulumi-language-python` where only the engine could be built. It runs programs
and plugins in the virtual environment that Pulumi.yaml names, as the original does; it installs
nothing, generates no code and knows of no provider plugins but those on PATH.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2 as wire
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2

EXECUTOR = Path(sys.executable).parent / "pulumi-language-python-exec"
SHOWN_TO_THE_USER = 32  # the executor's exit code for a program whose error is already on display


class Refused(Exception):
    """The program cannot be started, for a reason that its author can mend."""


def environment(info: wire.ProgramInfo) -> tuple[str, dict[str, str]]:
    """The interpreter and the environment variables of a program."""
    env = dict(os.environ)
    virtualenv = MessageToDict(info.options).get("virtualenv")
    if not virtualenv:
        return env.get("PULUMI_PYTHON_CMD", "python3"), env
    folder = Path(info.root_directory, virtualenv)
    python = folder / "bin" / "python"
    if not python.is_file():
        raise Refused(f"Pulumi.yaml names the virtualenv {virtualenv}, but there is no {python}")
    env.pop("PYTHONHOME", None)
    env["VIRTUAL_ENV"] = str(folder)
    env["PATH"] = os.pathsep.join([str(python.parent), env.get("PATH", "")])
    return str(python), env


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.children: set[subprocess.Popen[bytes]] = set()

    @contextlib.contextmanager
    def child(
        self, context: grpc.ServicerContext, command: list[str], **options: Any
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A process that ends with the request, whoever ends first."""
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, **options) as process:
            self.children.add(process)
            if not context.add_callback(process.terminate):
                process.terminate()
            try:
                yield process
            finally:
                process.wait()
                self.children.discard(process)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        for process in tuple(self.children):
            process.terminate()
        return Empty()

    def Run(self, request: wire.RunRequest, context: grpc.ServicerContext) -> wire.RunResponse:
        info = request.info
        try:
            python, env = environment(info)
        except Refused as refusal:
            return wire.RunResponse(error=str(refusal))
        env["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        env["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        options = {
            "monitor": request.monitor_address,
            "engine": self.engine,
            "project": request.project,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": str(request.dryRun).lower(),
            "parallel": str(request.parallel),
            "organization": request.organization,
            "root_directory": info.root_directory,
        }
        given = [word for name, value in options.items() if value for word in (f"--{name}", value)]
        command = [python, "-u", str(EXECUTOR), *given, info.entry_point or ".", *request.args]
        with self.child(context, command, env=env) as process:
            code = process.wait()
        if code in (0, SHOWN_TO_THE_USER):
            return wire.RunResponse(bail=code == SHOWN_TO_THE_USER)
        return wire.RunResponse(error=f"Program exited with non-zero exit code: {code}")

    def RunPlugin(
        self, request: wire.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.RunPluginResponse]:
        info = request.info
        try:
            python, env = environment(info)
        except Refused as refusal:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(refusal))
        env.update(variable.split("=", 1) for variable in request.env)
        command = [python, "-u", os.path.join(info.program_directory, info.entry_point)]
        lines: queue.Queue[wire.RunPluginResponse | None] = queue.Queue()

        def forward(stream: str) -> None:
            for line in getattr(process, stream):
                lines.put(wire.RunPluginResponse(**{stream: line}))
            lines.put(None)

        streams = ("stdout", "stderr")
        pipes = dict.fromkeys(streams, subprocess.PIPE)
        with self.child(
            context, [*command, *request.args], cwd=request.pwd, env=env, **pipes
        ) as process:
            for stream in streams:
                threading.Thread(target=forward, args=(stream,), daemon=True).start()
            for _ in streams:
                yield from iter(lines.get, None)
            yield wire.RunPluginResponse(exitcode=process.wait())

    def Handshake(self, request: Any, context: Any) -> wire.LanguageHandshakeResponse:
        self.engine = request.engine_address
        return wire.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(self, request: Any, context: Any) -> wire.GetRequiredPackagesResponse:
        return wire.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> wire.GetRequiredPluginsResponse:
        return wire.GetRequiredPluginsResponse()

    def GetProgramDependencies(
        self, request: Any, context: Any
    ) -> wire.GetProgramDependenciesResponse:
        return wire.GetProgramDependenciesResponse()

    def InstallDependencies(
        self, request: Any, context: Any
    ) -> Iterator[wire.InstallDependenciesResponse]:
        yield wire.InstallDependenciesResponse(stdout=b"Nothing is installed: see `make setup`.\n")

    def About(self, request: Any, context: Any) -> wire.AboutResponse:
        return wire.AboutResponse(executable=sys.executable, version=platform.python_version())


def main() -> None:
    engine = sys.argv[-1]  # flags and their values may stand before it
    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # Each run and each plugin holds a thread while it lasts.
    server = grpc.server(
        ThreadPoolExecutor(32),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    host = LanguageHost(engine)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # An engine that was killed sends no signal, but its child gets another parent.
    while os.getppid() == parent and not stop.wait(1):
        pass
    host.Cancel(Empty(), None)
    server.stop(grace=None)


if __name__ == "__main__":
    main()
