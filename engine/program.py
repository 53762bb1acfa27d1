"""A program's Python: where it is, what is installed into it, and which plugins that asks for.

It is told by Pulumi.yaml and by the files beside the program, as Pulumi's own language host reads
them with the toolchain pip.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import language_pb2 as wire
from pulumi.runtime.proto import plugin_pb2

PLUGIN = "pulumi-plugin.json"


class Refused(Exception):
    """The program cannot be started, for a reason that its author can mend."""


def system_python() -> str:
    """Find the interpreter that virtual environments are made with."""
    names = [os.environ[name] for name in ("PULUMI_PYTHON_CMD",) if os.environ.get(name)]
    for name in names or ("python3", "python"):
        if found := shutil.which(name):
            return found
    raise Refused(f"there is no {' or '.join(names) or 'python3'} on PATH")


def environment(info: wire.ProgramInfo, *, made: bool = True) -> tuple[str, dict[str, str]]:
    """Return the interpreter and the environment variables of a program.

    Args:
        info: where the program is, and the runtime options of its Pulumi.yaml.
        made: whether its virtual environment has to be there already.
    """
    env = dict(os.environ)
    options = MessageToDict(info.options)
    if options.get("toolchain", "pip") != "pip":
        raise Refused(
            f"Pulumi.yaml names the toolchain {options['toolchain']}, and this machine's Pulumi,"
            " which `make setup` built, knows pip alone"
        )
    virtualenv = options.get("virtualenv")
    if not virtualenv:
        return system_python(), env
    folder = Path(info.root_directory, virtualenv)
    python = folder / "bin" / "python"
    if made and not python.is_file():
        raise Refused(
            f"Pulumi.yaml names the virtualenv {virtualenv}, but there is no {python}:"
            " `pulumi install` makes it"
        )
    env.pop("PYTHONHOME", None)
    env["VIRTUAL_ENV"] = str(folder)
    env["PATH"] = os.pathsep.join([str(python.parent), env.get("PATH", "")])
    return str(python), env


def installation(info: wire.ProgramInfo) -> Iterator[list[str]]:
    """Give the commands that install what a program needs, each to run once the last one worked."""
    python, env = environment(info, made=False)
    if "VIRTUAL_ENV" in env and not Path(python).is_file():
        yield [system_python(), "-m", "venv", env["VIRTUAL_ENV"]]
    for file, words in (
        ("requirements.txt", ("--requirement", "requirements.txt")),
        ("pyproject.toml", ("--editable", ".")),
    ):
        if Path(info.program_directory, file).is_file():
            yield [python, "-m", "pip", "install", *words]
            return


def plugins(folders: list[str]) -> Iterator[plugin_pb2.PackageDependency]:
    """Name the provider plugins that the Python packages in these folders come with.

    A package says so in its pulumi-plugin.json. One without it whose name begins with pulumi is
    taken to have a plugin of its own name and version.
    """
    for described in chain.from_iterable(Path(folder).glob("*-info") for folder in folders):
        name = re.split("[-.]", described.name)[0]
        file = next(filter(Path.is_file, (Path(f, name, PLUGIN) for f in folders)), None)
        if not file and not name.startswith("pulumi"):
            continue  # what describes a package is read of few: it takes a while
        package = importlib.metadata.Distribution.at(described)
        told = json.loads(file.read_text()) if file else {"resource": True}
        if not told.get("resource") or not (file or re.match("pulumi[-_]", package.name)):
            continue
        found = plugin_pb2.PackageDependency(kind="resource")
        ParseDict(told, found, ignore_unknown_fields=True)
        numbers = re.fullmatch(r"(\d+)(\.\d+)?(\.\d+)?", package.version)
        if not found.version and numbers:
            found.version = "".join([numbers[1], numbers[2] or ".0", numbers[3] or ".0"])
        if found.version:  # else it cannot be told, as with a development version
            found.version = f"v{found.version.removeprefix('v')}"
            found.name = found.name or package.name.removeprefix("pulumi-")
            yield found
