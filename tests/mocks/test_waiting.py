"""What the end of a program waits for, as Pulumi keeps account of it."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime.settings import SETTINGS

import pulumi_masv as masv
from tests.mocks.conftest import Mocks, build, mocked, run

RESOURCES: dict[str, Callable[[], Any]] = {
    "lifecycle": build,
    "read": lambda: masv.PackageLifecycle.get("read", "01HB"),
    "fleet": lambda: masv.PackageFleet("fleet", packages={"01HC": {"name": "Day 13"}}),
    "window": lambda: masv.ArchiveWindow(
        "window", expiry_start="2026-01-01", expiry_end="2026-02-01", archived=True
    ),
}


class Refusing(Mocks):
    """Registers nothing."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
        raise RuntimeError(f"{args.name} is refused")


@pytest.mark.skipif(
    not hasattr(pulumi.Output, "_untrack"), reason="this version of Pulumi waits for all Outputs"
)
@pytest.mark.parametrize("kind", RESOURCES)
def test_the_end_of_a_program_waits_for_one_output_of_a_resource(mocks: Mocks, kind: str) -> None:
    waited_for: list[int] = []

    def program() -> None:
        before = len(SETTINGS.outputs)
        RESOURCES[kind]()
        waited_for.append(len(SETTINGS.outputs) - before)

    run(program)
    assert waited_for == [1]
    assert len(mocks.made) == 1


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_resource_that_fails_fails_the_program(kind: str) -> None:
    pulumi.runtime.set_mocks(Refusing())
    with pytest.raises(RuntimeError, match="is refused"):
        run(RESOURCES[kind])


@pytest.fixture(autouse=True)
def _what_nobody_retrieves_is_told_here() -> Iterator[None]:
    """Collected while pytest parses a file, its traceback would break that."""
    yield
    mocked()
    gc.collect()


def test_what_a_program_makes_of_an_output_is_waited_for(mocks: Mocks) -> None:
    made: list[str | None] = []
    run(lambda: build().name.apply(made.append) and None)
    assert made == ["Day 12"]
