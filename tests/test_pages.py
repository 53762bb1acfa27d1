"""The pages say what the code says: their tables, their programs, and the errors they quote."""

import ast
import functools
import html
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

import pulumi_masv
from docs import generate, picture
from docs.schema import schema as schema_of
from pulumi_masv import simulator
from pulumi_masv.policy import Manifest
from pulumi_masv.simulator.routes import ENDPOINTS
from pulumi_masv.simulator.switches import Switches
from tests.pages import ROOT, STORIES, pages, read, snippets

VERBS = {"file", "append", "run", "fails", "prints", "program", "manifest", "seed"}
RUNS = {
    *("make", "install", "background", "quickstart", "new"),
    *("story", "contract", "python", "last"),
}


@pytest.mark.parametrize("page", pages())
def test_every_block_of_code_says_how_a_test_runs_it(page: str) -> None:
    fences = [kind for kind in re.findall(r"^```(\w+)$", read(page), re.M) if kind != "text"]
    said = [one for one in snippets(page) if one.language != "text"]
    assert len(fences) == len(said)
    assert {one.verb for one in said} <= VERBS
    assert {one.what for one in said if one.verb == "run"} <= RUNS


def test_every_page_with_commands_is_part_of_a_story() -> None:
    told = ("run", "story"), ("fails", "story"), ("run", "quickstart"), ("run", "last")
    asked = {page for page in pages() if any(one[:2] in told for one in snippets(page))}
    assert {page for story in STORIES.values() for page in story} == asked


def test_every_endpoint_has_a_row_that_says_what_to_write() -> None:
    page = read("docs/reference/endpoints.md")
    rows = re.findall(r"^\| `([A-Z]+ /v[^`]+)` \| \S", page, re.MULTILINE)
    assert sorted(rows) == sorted(f"{one.method} {one.path}" for one in ENDPOINTS)


def test_every_public_name_is_in_the_reference() -> None:
    page = read("docs/reference/api.md")
    named = set(re.findall(r"^\.\. auto\w+:: ([\w.]+)", page, re.MULTILINE))
    public = {f"pulumi_masv.{name}" for name in pulumi_masv.__all__}
    constants = {name for name in simulator.__all__ if name.isupper()}
    rehearsal = {f"pulumi_masv.simulator.{name}" for name in {*simulator.__all__} - constants}
    assert named == public | rehearsal


def test_python_in_process_runs_as_written(tmp_path: Path) -> None:
    [seed] = [one.text for one in snippets("README.md") if one.what == "seed.json"]
    (tmp_path / "seed.json").write_text(seed)
    printed = ""
    for program in [one.text for one in snippets() if one[:2] == ("run", "python")]:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "http://127.0.0.1:" in done.stdout
        printed += done.stdout
    assert "Loss(package_id='01J8ZK3V9DA111ESDAY12A001R'" in printed


def test_every_manifest_is_one() -> None:
    shown = [one.text for one in snippets() if one.verb == "manifest"]
    assert shown
    for text in shown:
        assert Manifest.parse(text).rules


def test_the_tables_are_what_the_code_says() -> None:
    for page in pages():
        assert generate.generated(read(page)) == read(page), page


def test_the_page_of_the_simulator_names_every_position_of_a_switch() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+)$", read("docs/reference/simulator.md"), re.M))
    for name, hint in get_type_hints(Switches).items():
        words = get_args(hint) if get_origin(hint) is Literal else ()
        assert all(f"`{word}`" in rows[name] for word in words), name
    assert "`locked`" in rows["expiry_edits"]


def test_a_stale_table_is_told_in_one_line_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "docs/reference/configuration.md"
    others = [ROOT / other for other in pages() if other != page]
    old = tmp_path / "configuration.md"
    old.write_text(read(page).replace("| `masv:timeout` |", "| `masv:patience` |"), "utf-8")
    monkeypatch.setattr(generate, "pages", lambda: [*others, old])
    # Another pydantic may write another schema, so the committed one is left out here.
    schema = tmp_path / "masv.schema.json"
    schema.write_text(schema_of(), encoding="utf-8")
    monkeypatch.setattr(generate, "SCHEMA", schema)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generate.main() == 1
    told = capsys.readouterr().out
    assert told.count("\n") == 1
    assert "run python docs/generate.py" in told
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generate.main() == 0
    assert old.read_text(encoding="utf-8") == read(page)


def test_a_table_without_a_place_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "pages", lambda: [ROOT / "README.md"])
    with pytest.raises(SystemExit, match=r"not so: .*inputs"):
        generate.made()


def test_a_picture_refers_to_nothing_elsewhere() -> None:
    pictures = [one for one in (ROOT / "docs").rglob("*.svg") if "_build" not in one.parts]
    assert pictures
    for drawn in pictures:
        text = drawn.read_text(encoding="utf-8")
        assert set(re.findall(r"https?://[^\"\s]+", text)) == {"http://www.w3.org/2000/svg"}
        assert "@font-face" not in text


def test_every_picture_has_a_text_for_who_cannot_see_it() -> None:
    for page in pages():
        for text, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", read(page)):
            assert len(text) > 20, (page, path)


def test_folding_a_line_of_the_picture_neither_adds_nor_drops_anything() -> None:
    line = "\x1b[38;5;3m~ " + "word  " * 60 + "\x1b[0m<b> & \x1b[1mend"
    plain = re.sub(r"\x1b\[[\d;]*m", "", line)
    drawn = picture.draw(line, "v0")
    assert picture.drawn(drawn) == [plain]
    rows = re.findall(r"<text[^>]*>(.*?)</text>", drawn)[1:]
    widths = [len(html.unescape(re.sub(r"<[^>]*>", "", row)).rstrip()) for row in rows]
    assert len(widths) == 4
    assert max(widths) <= picture.COLUMNS


_SETTING = re.compile(r"masv:\w+ \(or MASV_\w+\)")
_QUOTED = re.findall(r"^\| `([^`]+)` \|", read("docs/reference/errors.md"), re.MULTILINE)


@pytest.mark.parametrize("quoted", _QUOTED)
def test_an_error_that_is_quoted_is_one_of_the_code(quoted: str) -> None:
    assert any(_says(template, quoted) for template in _messages())


def test_errors_are_quoted_and_a_wrong_quotation_would_be_found() -> None:
    assert len(_QUOTED) > 10
    assert not any(_says(template, "its files are a little late") for template in _messages())
    assert not any(_says(template, "masv:apiKey is stored in plain") for template in _messages())


@pytest.mark.parametrize("page", pages())
def test_every_path_that_is_named_exists(page: str) -> None:
    for path in re.findall(
        r"`((?:docs|examples|engine|benchmarks|tests|schema)/[\w./-]+)`", read(page)
    ):
        assert path == "docs/_build" or (ROOT / path).exists(), path


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
