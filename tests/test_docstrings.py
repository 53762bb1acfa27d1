"""A docstring opens with a verb, also where ruff's D401, which knows verbs alone, misses it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pulumi_masv"
NO_VERBS = re.compile("A|All|An|As|At|Each|How|It|One|The|This|What|When|Where|Whether|Which|Who")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path, *, properties: bool = False) -> Iterator[Function]:
    """Yield those of a file that are properties, whose docstrings name a value, or all others."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            decorators = {ast.unparse(one) for one in node.decorator_list}
            if bool(decorators & {"property", "cached_property"}) is properties:
                yield node


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_a_docstring_opens_with_a_verb(path: Path) -> None:
    told = {one.name: (ast.get_docstring(one) or "Return").split()[0] for one in functions(path)}
    assert {name for name, word in told.items() if NO_VERBS.fullmatch(word.rstrip(",:;"))} == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_the_docstring_of_a_property_names_its_value(path: Path) -> None:
    found = functions(path, properties=True)
    assert [one.name for one in found if (ast.get_docstring(one) or "").startswith("Return")] == []
