"""Which names nothing may have: each idea has one word, and some words say nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pulumi_masv"
SAYS_NOTHING = {"data", "payload", "obj", "manager", "helper", "utils"}
OTHER_WORDS = {"Seen", "unseen", "Claims", "Given", "unsettled"}
ON_MASVS_SIDE = {"simulator", "contract"}  # they have words of their own


def names(path: Path) -> Iterator[str]:
    """Yield what a file names: functions, classes, arguments, variables."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_no_name_says_nothing_or_has_a_word_too_many(path: Path) -> None:
    other = set() if ON_MASVS_SIDE & set(path.parts) else OTHER_WORDS
    assert not {name.strip("_") for name in names(path)} & (SAYS_NOTHING | other)
