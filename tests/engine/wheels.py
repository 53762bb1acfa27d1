"""A folder of wheels, with which pip needs no index: this project's, and all that it needs.

The wheel of this project is built. Those of what it needs are what `make setup` has installed,
packed again: pip cannot be given the cache that uv keeps.
"""

import importlib.metadata
import subprocess
import sys
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def build(folder: Path) -> Path:
    """Build this project's wheel, and say where it is."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    [wheel] = folder.glob("pulumi_masv-*.whl")
    return wheel


def pack(folder: Path, wanted: str) -> None:
    """Pack what is installed and wanted, and all that it needs in turn."""
    packed, missing = set(), [wanted]
    while missing:
        requirement = Requirement(missing.pop())
        found = importlib.metadata.distribution(requirement.name)
        missing += [one for one in found.requires or () if _holds(one, requirement.extras)]
        if (found.name, *requirement.extras) in packed:
            continue
        packed.add((found.name, *requirement.extras))
        if found.name != "pulumi_masv":
            _pack(folder, found)


def _holds(needed: str, extras: set[str]) -> bool:
    marker = Requirement(needed).marker
    return marker is None or any(marker.evaluate({"extra": one}) for one in extras or {""})


def _pack(folder: Path, found: importlib.metadata.Distribution) -> None:
    tags = [line for line in (found.read_text("WHEEL") or "").splitlines() if "Tag: " in line]
    name = f"{found.name.replace('-', '_')}-{found.version}-{tags[-1].removeprefix('Tag: ')}.whl"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        for file in found.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                wheel.write(str(file.locate()), str(file))
