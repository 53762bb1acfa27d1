"""What import-linter cannot see: a room's words, a file's length, a test's name and its clocks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pulumi_masv"
BELOW = ("lifecycle", "plan", "client", "models", "policy")
FRONT_ENDS_WORDS = re.compile(
    r"force_destroy=True|retain_on_delete|retain_removed=True|--refresh|--run-program"
    r"|pulumi (state|up|destroy|preview|refresh)\b"
)
FOLDERS = ("pulumi_masv", "tests", "benchmarks", "examples", "docs", "engine", "release")
FILES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if not {"_build", "venv", ".venv"} & {*path.parts}
)
TESTS = [path for path in FILES if path.name.startswith("test_")]
CLOCKS = {"monotonic", "perf_counter", "time", "now", "utcnow"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def below() -> list[Path]:
    rooms = [path for room in BELOW for path in (PACKAGE / room).rglob("*.py")]
    return rooms + [PACKAGE / f"{name}.py" for name in ("reader", "settings", "errors")]


def found_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            node.name.startswith("test_")
        ):
            yield node


def reads_clock(test: ast.AST) -> bool:
    """Tell whether an assertion reads a clock, or compares what a test has read before."""
    asserted = [node for node in ast.walk(test) if isinstance(node, ast.Assert)]
    named = {name.id for one in asserted for name in ast.walk(one) if isinstance(name, ast.Name)}
    read = [
        node.value
        for node in ast.walk(test)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id in named for target in node.targets)
    ]
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("time", "datetime")
        for one in (*asserted, *read)
        for node in ast.walk(one)
    )


@pytest.mark.parametrize("path", below(), ids=named)
def test_nothing_below_the_front_ends_names_what_a_user_writes(path: Path) -> None:
    assert FRONT_ENDS_WORDS.findall(path.read_text()) == []


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert len(lengths) > 300
    long = [name for name, length in lengths.items() if length > 300]
    assert long == []


def test_a_name_of_a_test_has_at_most_twelve_words() -> None:
    names = [(named(path), test.name) for path in TESTS for test in found_in(path)]
    assert len(names) > 1000
    long = [(path, name) for path, name in names if len(name.split("_")) > 1 + 12]
    assert long == []


def test_no_two_files_of_tests_have_the_same_name() -> None:
    names = [path.name for path in TESTS]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_test_asserts_what_a_clock_says() -> None:
    clocks = [
        (named(path), test.name) for path in TESTS for test in found_in(path) if reads_clock(test)
    ]
    assert clocks == []


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        ("assert time.monotonic() - began < 5", True),
        ("took = time.perf_counter() - began\n assert took < 5", True),
        ("assert there.at < datetime.now(timezone.utc)", True),
        ("end = time.time() + 5\n act(end)\n assert done", False),
        ("assert masv.account.now == MOMENT", False),
    ],
)
def test_a_clock_in_an_assertion_is_found(body: str, reads: bool) -> None:
    assert reads_clock(ast.parse(f"def test():\n {body}")) == reads
