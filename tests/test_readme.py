"""The README says what the code says: its tables, its commands, and the errors it quotes."""

import ast
import functools
import html
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from docs import generate
from pulumi_masv.simulator.routes import ENDPOINTS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_SNIPPET = re.compile(r"<!-- (\w+): (\S+) -->\n```(\w+)\n(.*?\n)```\n", re.DOTALL)


class Snippet(NamedTuple):
    """A fenced block, and what the comment above it says is to be done with it."""

    verb: str  # file, append, program, run
    what: str
    language: str
    text: str


def snippets() -> list[Snippet]:
    return [Snippet(*found) for found in _SNIPPET.findall(README)]


def test_every_snippet_says_how_a_test_runs_it() -> None:
    fences = re.findall(r"^```\w+$", README, re.MULTILINE)
    assert len(fences) == len(snippets()) > 10
    assert {one.verb for one in snippets()} == {"file", "append", "program", "run"}
    runs = {"make", "install", "background", "quickstart", "new", "story", "python"}
    assert {one.what for one in snippets() if one.verb == "run"} == runs


def test_the_two_commands_are_there() -> None:
    [commands] = [one.text for one in snippets() if one.what == "make"]
    assert commands == "make demo\nmake test\n"
    for command in commands.splitlines():
        target = command.removeprefix("make ")
        done = subprocess.run(
            ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_template_is_an_example_and_its_wheel_can_be_made() -> None:
    [commands] = [one.text for one in snippets() if one.what == "new"]
    wheel, _, new = commands.splitlines()
    done = subprocess.run([*wheel.split(), "--dry-run"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    named = re.fullmatch(r'pulumi new "\$PWD/(\S+)" --dir \S+', new)
    assert named is not None
    assert (ROOT / named[1] / "Pulumi.yaml").is_file()


def test_the_quick_start_is_a_program_of_ten_lines() -> None:
    [program] = [one.text for one in snippets() if one[:2] == ("file", "__main__.py")]
    assert len([line for line in program.splitlines() if line.strip()]) == 10


def test_every_endpoint_has_a_row_that_says_what_to_write() -> None:
    rows = re.findall(r"^\| `([A-Z]+ /v[^`]+)` \| \S", README, re.MULTILINE)
    assert sorted(rows) == sorted(f"{one.method} {one.path}" for one in ENDPOINTS)


def test_python_in_process_runs_as_written(tmp_path: Path) -> None:
    [seed] = [one.text for one in snippets() if one.what == "seed.json"]
    [program] = [one.text for one in snippets() if one.what == "python"]
    (tmp_path / "seed.json").write_text(seed)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:" in done.stdout
    assert "Loss(package_id='01J8ZK3V9DA111ESDAY12A001R'" in done.stdout


def test_the_license_is_the_one_the_project_names() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_tables_are_what_the_code_says() -> None:
    assert generate.generated(README) == README


def test_a_table_that_is_not_current_is_told_in_one_line_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "README.md"
    old.write_text(README.replace("| `masv:timeout` |", "| `masv:patience` |"), encoding="utf-8")
    monkeypatch.setattr(generate, "README", old)
    # Another pydantic may write another schema, so the committed one is left out here.
    schema = tmp_path / "masv.schema.json"
    schema.write_text(generate.schema(), encoding="utf-8")
    monkeypatch.setattr(generate, "SCHEMA", schema)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generate.main() == 1
    told = capsys.readouterr().out
    assert told.count("\n") == 1
    assert "run python docs/generate.py" in told
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generate.main() == 0
    assert old.read_text(encoding="utf-8") == README


def test_the_picture_refers_to_nothing_elsewhere_and_has_a_text_for_who_cannot_see_it() -> None:
    picture = generate.PICTURE.read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\"\s]+", picture) == ["http://www.w3.org/2000/svg"]
    assert "@font-face" not in picture
    assert "prefers-color-scheme: dark" in picture
    assert re.search(r"!\[[^\]]{20,}\]\(docs/preview\.svg\)", README)


def test_folding_a_line_of_the_picture_neither_adds_nor_drops_anything() -> None:
    line = "\x1b[38;5;3m~ " + "word  " * 60 + "\x1b[0m<b> & \x1b[1mend"
    plain = re.sub(r"\x1b\[[\d;]*m", "", line)
    picture = generate.draw(line, "v0")
    assert generate.drawn(picture) == [plain]
    rows = re.findall(r"<text[^>]*>(.*?)</text>", picture)[1:]
    widths = [len(html.unescape(re.sub(r"<[^>]*>", "", row)).rstrip()) for row in rows]
    assert len(widths) == 4
    assert max(widths) <= generate.COLUMNS


_SETTING = re.compile(r"masv:\w+ \(or MASV_\w+\)")
_QUOTED = re.findall(r"^\| `([^`]+)` \|", README[README.index("## When it fails") :], re.MULTILINE)


@pytest.mark.parametrize("quoted", _QUOTED)
def test_an_error_that_is_quoted_is_one_of_the_code(quoted: str) -> None:
    assert any(_says(template, quoted) for template in _messages())


def test_errors_are_quoted_and_a_wrong_quotation_would_be_found() -> None:
    assert len(_QUOTED) > 10
    assert not any(_says(template, "its files are a little late") for template in _messages())
    assert not any(_says(template, "masv:apiKey is stored in plain") for template in _messages())


def test_every_path_that_is_named_exists() -> None:
    for path in re.findall(r"`((?:docs|examples|engine|benchmarks)/[\w./]+)`", README):
        assert (ROOT / path).exists(), path


@functools.cache
def _messages() -> frozenset[str]:
    """Every text in the code, with … for what is filled in."""
    found = set()
    for file in (ROOT / "pulumi_masv").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.add("".join(_part(value) for value in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return frozenset(found)


def _part(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else "…"


def _says(template: str, quoted: str) -> bool:
    """Whether what is quoted stands in a text of the code; a setting's names may be filled in."""
    return quoted in template or _SETTING.sub("…", quoted) in template
