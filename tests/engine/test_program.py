"""What the language host reads of a program: its environment, its files, its plugins."""

import json
from pathlib import Path

import pytest
import yaml
from pulumi.runtime.proto import language_pb2 as wire

from engine import program
from tests.engine.conftest import Stack


def info(folder: Path, **options: str) -> wire.ProgramInfo:
    made = wire.ProgramInfo(root_directory=str(folder), program_directory=str(folder))
    made.options.update(options)
    return made


@pytest.mark.parametrize(
    ("name", "version", "told", "required"),
    [
        ("pulumi_masv", "0.1.0", {"resource": False}, None),
        ("pulumi_aws", "6.1", {"resource": True, "name": "aws", "version": "6.1.0"}, "aws v6.1.0"),
        ("terraform-x", "2", {"resource": True, "name": "x"}, "x v2.0.0"),
        ("pulumi-old", "1.2", None, "old v1.2.0"),
        ("pulumi-old", "1.2.dev3", None, None),
        ("requests", "2.32.2", None, None),
    ],
)
def test_a_package_asks_for_the_plugin_that_its_file_names(
    name: str, version: str, told: dict[str, object] | None, required: str | None, tmp_path: Path
) -> None:
    module = name.replace("-", "_")
    (tmp_path / module).mkdir()
    record = tmp_path / f"{module}-{version}.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if told is not None:
        (tmp_path / module / "pulumi-plugin.json").write_text(json.dumps(told))
    found = [f"{one.name} {one.version}" for one in program.plugins([str(tmp_path)])]
    assert found == ([required] if required else [])


def test_requirements_go_before_pyproject_and_neither_is_needed(tmp_path: Path) -> None:
    asked = info(tmp_path, toolchain="pip", virtualenv=".venv")
    python = str(tmp_path / ".venv" / "bin" / "python")
    assert [words[1:3] for words in program.installation(asked)] == [["-m", "venv"]]
    (tmp_path / "pyproject.toml").touch()
    pip = [python, "-m", "pip", "install"]
    assert list(program.installation(asked))[1] == [*pip, "--editable", "."]
    (tmp_path / "requirements.txt").touch()
    assert list(program.installation(asked))[1] == [*pip, "--requirement", "requirements.txt"]


def test_an_environment_that_is_not_there_is_refused_with_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(program.Refused, match=r"there is no \S+/python: `pulumi install`"):
        program.environment(info(tmp_path, virtualenv=".venv"))


def test_a_toolchain_that_is_not_known_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(program.Refused, match="the toolchain uv"):
        program.environment(info(tmp_path, toolchain="uv"))


def test_a_template_without_options_gets_those_of_every_python_project(
    stack: Stack, tmp_path: Path
) -> None:
    template = tmp_path / "template"
    template.mkdir()
    (template / "Pulumi.yaml").write_text("name: plain\nruntime: python\n")
    stack.run("new", str(template), "--yes", "--generate-only", "--dir", str(tmp_path / "new"))
    made = yaml.safe_load((tmp_path / "new" / "Pulumi.yaml").read_text())
    options = {"toolchain": "pip", "virtualenv": "venv"}
    assert made["runtime"] == {"name": "python", "options": options}
