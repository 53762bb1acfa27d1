"""What a release holds: all that it needs and nothing else, by whichever way it was built."""

import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from pulumi_masv import __version__

ROOT = Path(__file__).parents[1]
OUTSIDE = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
SCHEMAS = {"masv.schema.json", "seed.schema.json"}


def build(source: Path, folder: Path) -> Path:
    command: list[str | Path] = [sys.executable, "-m", "hatchling", "build", "-d", folder]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


def held(dist: Path) -> dict[str, bytes]:
    """What the wheel holds, but for the list of it."""
    [path] = dist.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        files = {name: wheel.read(name) for name in wheel.namelist()}
    return {name: text for name, text in files.items() if not name.endswith("/RECORD")}


def metadata(dist: Path) -> Message:
    [name] = [one for one in held(dist) if one.endswith("/METADATA")]
    return message_from_bytes(held(dist)[name])


def package() -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / "pulumi_masv").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_sdist_holds_the_package_its_schemas_and_its_pages(dist: Path) -> None:
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert names == package() | OUTSIDE | {f"schema/{name}" for name in SCHEMAS}


def test_the_wheel_holds_the_package_and_its_schemas(dist: Path) -> None:
    files = held(dist)
    own = {name for name in files if ".dist-info/" not in name}
    assert own == package() | {f"pulumi_masv/schema/{name}" for name in SCHEMAS}
    for name in SCHEMAS:
        assert files[f"pulumi_masv/schema/{name}"] == (ROOT / "schema" / name).read_bytes()


def test_a_wheel_built_from_the_sdist_is_the_same(dist: Path, tmp_path: Path) -> None:
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        sdist.extractall(tmp_path)
    [source] = tmp_path.iterdir()
    assert held(build(source, tmp_path / "again")) == held(dist)


def test_the_metadata_is_whole_but_for_the_address(dist: Path) -> None:
    told = metadata(dist)
    for name in ("Summary", "Author", "License-Expression", "Keywords", "Requires-Python"):
        assert told[name], name
    assert told["Version"] == __version__
    assert told["Description-Content-Type"] == "text/markdown"
    assert set(told.get_all("Provides-Extra") or ()) == {"cli", "simulator"}


def test_each_python_that_is_tested_is_a_classifier(dist: Path) -> None:
    [tested] = re.findall(r"^VERSIONS := (.+)$", (ROOT / "Makefile").read_text(), re.M)
    told = metadata(dist).get_all("Classifier") or []
    minor = re.findall(r"Python :: (3\.\d+)$", "\n".join(told), re.M)
    assert minor == tested.split()
    assert metadata(dist)["Requires-Python"] == f">={minor[0]}"


def test_the_changelog_tells_of_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text()
    [newest, *_] = re.findall(r"^## \[(\S+)\]", changes.replace("## [Unreleased]", ""), re.M)
    assert newest == __version__
    assert changes.count("### What states notice") == len(re.findall(r"^## \[", changes, re.M))
