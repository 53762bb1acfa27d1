"""How Pulumi runs a Python program: the engine asks this server, a child process runs the program.

It stands in for `pulumi-language-python` where only the engine could be built. It makes the virtual
environment that Pulumi.yaml names, installs into it, and runs programs and plugins in it, as the
original does with the toolchain pip; it knows no other toolchain, and generates no code.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bare  # noqa: F401 # before the messages
import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from program import Refused, environment, installation, plugins
from pulumi.runtime.proto import language_pb2 as wire
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2

EXECUTOR = Path(sys.executable).parent / "pulumi-language-python-exec"
SHOWN_TO_THE_USER = 32  # the executor's exit code for a program whose error is already on display


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

    def output(
        self, context: grpc.ServicerContext, command: list[str], **options: Any
    ) -> Iterator[tuple[str, Any]]:
        """Run a command: each line as it comes, with its stream's name, at last the `exitcode`."""
        lines: queue.Queue[tuple[str, bytes] | None] = queue.Queue()

        def forward(stream: str) -> None:
            for line in getattr(process, stream):
                lines.put((stream, line))
            lines.put(None)

        streams = ("stdout", "stderr")
        pipes = dict.fromkeys(streams, subprocess.PIPE)
        with self.child(context, command, **options, **pipes) as process:
            for stream in streams:
                threading.Thread(target=forward, args=(stream,), daemon=True).start()
            for _ in streams:
                yield from iter(lines.get, None)
            yield "exitcode", process.wait()

    def RunPlugin(
        self, request: wire.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.RunPluginResponse]:
        info = request.info
        with refusals(context):
            python, env = environment(info)
        env.update(variable.split("=", 1) for variable in request.env)
        command = [python, "-u", os.path.join(info.program_directory, info.entry_point)]
        for part, told in self.output(context, [*command, *request.args], cwd=request.pwd, env=env):
            yield wire.RunPluginResponse(**{part: told})

    def InstallDependencies(
        self, request: wire.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.InstallDependenciesResponse]:
        info = request.info
        yield wire.InstallDependenciesResponse(stdout=b"Installing dependencies...\n\n")
        with refusals(context):
            _, env = environment(info, made=False)
            for command in installation(info):
                for part, told in self.output(
                    context, command, cwd=info.program_directory, env=env
                ):
                    if part != "exitcode":
                        yield wire.InstallDependenciesResponse(**{part: told})
                    elif told:
                        raise Refused(f"`{' '.join(command[2:])}` did not work, see above")
        yield wire.InstallDependenciesResponse(stdout=b"Finished installing dependencies\n\n")

    def Handshake(self, request: Any, context: Any) -> wire.LanguageHandshakeResponse:
        self.engine = request.engine_address
        return wire.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def GetRequiredPackages(
        self, request: wire.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> wire.GetRequiredPackagesResponse:
        folders = ask(
            context, request.info, "-c", "import json, sys; print(json.dumps(sys.path[1:]))"
        )
        return wire.GetRequiredPackagesResponse(packages=plugins(json.loads(folders)))

    def GetProgramDependencies(
        self, request: wire.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> wire.GetProgramDependenciesResponse:
        which = [] if request.transitiveDependencies else ["--not-required"]
        listed = ask(context, request.info, "-m", "pip", "list", "--format", "json", *which)
        return wire.GetProgramDependenciesResponse(
            dependencies=[wire.DependencyInfo(**package) for package in json.loads(listed)]
        )

    def About(
        self, request: wire.AboutRequest, context: grpc.ServicerContext
    ) -> wire.AboutResponse:
        program = "import platform, sys; print(sys.executable, platform.python_version())"
        executable, version = ask(context, request.info, "-c", program).rsplit(maxsplit=1)
        return wire.AboutResponse(executable=executable, version=version)

    def RuntimeOptionsPrompts(
        self, request: wire.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> wire.RuntimeOptionsResponse:
        given = MessageToDict(request.info.options)
        for key, only in (("toolchain", "pip"), ("virtualenv", "venv")):
            if key not in given:
                kind = wire.RuntimeOptionPrompt.STRING
                value = wire.RuntimeOptionPrompt.RuntimeOptionValue(
                    promptType=kind, stringValue=only
                )
                prompt = wire.RuntimeOptionPrompt(
                    key=key, description=key, promptType=kind, choices=[value], default=value
                )
                return wire.RuntimeOptionsResponse(prompts=[prompt])
        return wire.RuntimeOptionsResponse()


@contextlib.contextmanager
def refusals(context: grpc.ServicerContext) -> Iterator[None]:
    """Answer a refusal as the request's error, which Pulumi prints."""
    try:
        yield
    except Refused as refusal:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(refusal))


def ask(context: grpc.ServicerContext, info: wire.ProgramInfo, *words: str) -> str:
    """Run a program's interpreter, and return what it prints."""
    with refusals(context):
        python, env = environment(info)
        done = subprocess.run(
            [python, *words],
            cwd=info.program_directory or None,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Refused(
                f"`{python} {' '.join(words)}` ended with {done.returncode}: {done.stderr}"
            )
    return done.stdout.strip()


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
