"""What property tests generate is the same in every run."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def examples() -> list[tuple[str, int]]:
    found = []

    @settings(max_examples=300)
    @given(st.text(), st.integers())
    def generated(text: str, number: int) -> None:
        found.append((text, number))

    generated()
    return found


def test_examples_do_not_depend_on_what_other_tests_have_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = examples()
    imported = ModuleType("imported_since")
    imported.__file__ = str(tmp_path.parent / "imported_since.py")
    Path(imported.__file__).write_text(f"{[f'constant {number}' for number in range(99)]}")
    monkeypatch.setitem(sys.modules, imported.__name__, imported)
    assert examples() == before
