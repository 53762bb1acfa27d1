"""Each error is caught by the name that Pulumi prints of it."""

import ast
from pathlib import Path

import pulumi_masv
from pulumi_masv import errors

PACKAGE = Path(errors.__file__).parent


def test_every_error_is_imported_by_the_name_that_is_printed() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    found = [one for one in kinds if issubclass(one, errors.MasvError)]
    assert len(found) > 20
    for kind in found:
        assert f"{kind.__module__}.{kind.__qualname__}" == f"pulumi_masv.{kind.__name__}"
        assert getattr(pulumi_masv, kind.__name__) is kind


def test_no_other_file_makes_an_error_that_nobody_could_import() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            bases = node.bases if isinstance(node, ast.ClassDef) else []
            if path != Path(errors.__file__):
                assert not {ast.unparse(base) for base in bases} & {*vars(errors)}, path
