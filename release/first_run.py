"""What a new user does first with a release, in an empty environment: `first_run.py DIST PYTHON`.

Installs the wheel that lies in DIST with its extra `simulator`, asks the command for its version,
starts the simulator, lists what it holds and, where `pulumi` is on PATH, runs examples/quickstart.
All of it happens in a folder of its own, from which nothing of the clone can be imported.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).parent / "uv"
LOOK = """
import importlib.metadata, importlib.resources, json, pathlib
import pulumi_masv, pulumi_masv.simulator
root = importlib.resources.files("pulumi_masv")
for name in ("masv", "seed"):
    json.loads(root.joinpath(f"schema/{name}.schema.json").read_text())
assert root.joinpath("py.typed").is_file()
assert importlib.metadata.version("pulumi_masv") == pulumi_masv.__version__
print(json.dumps([str(root), pulumi_masv.__version__]))
"""


def main(dist: str, python: str) -> None:
    [wheel] = Path(dist).resolve().glob("*.whl")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(ROOT / "examples" / "quickstart", folder, dirs_exist_ok=True)
        environment = clean(folder)
        installed = folder / ".venv" / "bin" / "python"
        run(folder, environment, UV, "venv", "--quiet", "--python", python, ".venv")
        run(folder, environment, UV, "pip", "install", "--quiet", f"{wheel}[simulator]")
        root, version = json.loads(run(folder, environment, installed, "-c", LOOK))
        assert Path(root).is_relative_to(folder.resolve()), f"imported from {root}"
        told = run(folder, environment, "pulumi-masv", "--version")
        assert version in told, told
        with simulator(folder, environment) as exported:
            environment |= exported
            [package, *_] = json.loads(run(folder, environment, "pulumi-masv", "list", "--json"))
            quickstart(folder, environment, package["id"])
    print(f"{wheel.name} runs the quick start on {python}")


def clean(folder: Path) -> dict[str, str]:
    """Return an environment without what points to the clone, its .venv or an account."""
    foreign = ("MASV_", "PULUMI_", "PYTHON", "VIRTUAL_ENV", "COV")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "PATH": os.pathsep.join([str(folder / ".venv" / "bin"), os.environ["PATH"]]),
        "PULUMI_BACKEND_URL": folder.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def run(folder: Path, environment: Mapping[str, str], *command: object) -> str:
    """Return what a command prints, or end with what it says."""
    words = [str(word) for word in command]
    # A command of the environment that is made here, not one that this process would find.
    words[0] = shutil.which(words[0], path=environment["PATH"]) or words[0]
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def simulator(folder: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the installed simulator; what its three lines export."""
    command = [str(folder / ".venv" / "bin" / "pulumi-masv"), "simulator"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            exported: dict[str, str] = {}
            while len(exported) < 3:
                line = running.stdout.readline()
                assert line, "the simulator ended"
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    exported[name] = value
            yield exported
        finally:
            running.terminate()


def quickstart(folder: Path, environment: Mapping[str, str], package_id: str) -> None:
    if not shutil.which("pulumi", path=environment["PATH"]):
        print("pulumi is not on PATH: no preview was run")
        return
    run(folder, environment, "pulumi", "stack", "init", "test", "--non-interactive")
    for name, value in (("dailies", package_id), ("keepUntil", "2099-01-31T00:00:00Z")):
        run(folder, environment, "pulumi", "config", "set", name, value)
    preview = "pulumi preview --diff --non-interactive 2>&1"
    told = run(folder, environment, "sh", "-c", preview)
    assert 'rename to "Day 12 dailies"' in told, told
    run(folder, environment, "pulumi", "up", "--yes", "--non-interactive")
    run(folder, environment, "pulumi", "preview", "--expect-no-changes", "--non-interactive")


if __name__ == "__main__":
    main(*sys.argv[1:])
