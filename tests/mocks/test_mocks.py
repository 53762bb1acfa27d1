"""A user's unit tests: any number of them in a process, and nobody is asked but the mocks."""

import importlib
import inspect
import runpy
import sys
import unittest
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pulumi_masv as masv
from pulumi_masv.resources.base import WIRE
from pulumi_masv.short import FLAGS
from tests.generated import at_least, count
from tests.mocks.conftest import LOOP, Mocks, build, mocked, run


@pytest.mark.parametrize("known", [True, False])
def test_the_same_program_runs_any_number_of_times(known: bool) -> None:
    for _ in range(3):
        mocks = mocked()
        run(lambda: build("01HA" if known else pulumi.Output.from_input("01HA")))
        assert mocks.made.keys() == {"one"}


def test_one_set_of_mocks_serves_many_tests(mocks: Mocks) -> None:
    """Also where another test declares the same packages by other names, or the other way round."""
    run(lambda: [build("01HA", "one"), build("01HB", "two")])
    run(lambda: [build("01HA", "one"), build("01HB", "two")])
    run(lambda: [build("01HA", "two"), build("01HB", "one")])
    run(lambda: build("01HA", "three"))
    assert set(mocks.made) == {"one", "two", "three"}


def test_the_same_program_without_the_decorator_is_the_next_test(
    mocks: Mocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        build()

    run(build)
    LOOP.run_until_complete(test())
    LOOP.run_until_complete(test())
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "tests/test_infra.py::test_other (call)")
    LOOP.run_until_complete(async_build("another"))
    assert set(mocks.made) <= {"one", "another"}


async def async_build(name: str) -> None:
    build(name=name)


@pytest.mark.parametrize("second", ["two", "one in a fleet"])
def test_a_package_declared_twice_in_one_program_is_refused(mocks: Mocks, second: str) -> None:
    def another() -> Any:
        if second == "two":
            return build(name="two")
        return masv.PackageFleet("fleet", packages={"01HA": {}})

    def program() -> None:
        build()
        with pytest.raises(pulumi.RunError, match="package 01HA is declared twice, by Package"):
            another()

    run(program)
    assert list(mocks.made) == ["one"]


def test_a_test_that_fails_midway_leaves_nothing_behind(mocks: Mocks) -> None:
    def fails() -> None:
        build()
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            run(fails)
    run(build)


def test_a_program_may_be_a_module_that_is_run_or_loaded_anew(
    mocks: Mocks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "infra_of_a_test.py"
    path.write_text(
        "import pulumi_masv as masv\n"
        "one = masv.PackageLifecycle('one', package_id='01HA')\n"
        "fleet = masv.PackageFleet('fleet', packages={'01HB': {}})\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    def program() -> None:
        module = importlib.import_module("infra_of_a_test")
        importlib.reload(module)
        runpy.run_path(str(path))

    run(program)
    run(program)
    assert mocks.made.keys() == {"one", "fleet"}
    del sys.modules["infra_of_a_test"]


def test_outputs_resolve_with_the_inputs_and_what_the_mock_returns(mocks: Mocks) -> None:
    seen: list[Any] = []

    def program() -> Any:
        until = datetime(2027, 1, 31, tzinfo=timezone.utc)
        one = masv.PackageLifecycle("one", package_id="01HA", expiry=until, archived=True)
        read = masv.PackageLifecycle.get("read", "01HB")
        window = masv.ArchiveWindow("window", expiry_start=until, expiry_end="2027-02-01T00:00:00Z")
        fleet = masv.PackageFleet("fleet", packages={"01HC": masv.PackageArgs(name="x")})
        every = (one.expiry, one.archived, one.state, one.size, one.id, read.package_id)
        more = (window.expiry_end, fleet.team_id, fleet.live)
        return pulumi.Output.all(*every, *more).apply(seen.extend)

    run(program)
    assert seen[:4] == ["2027-01-31T00:00:00Z", True, "finalized", None]
    assert seen[4:] == ["one-id", "01HB", "2027-02-01T00:00:00Z", "01TEAM", None]
    assert mocks.ids["read"] == "01HB"
    assert mocks.made["fleet"] == {"packages": {"01HC": {"name": "x"}}}
    assert not any("resourceUrn" in inputs for inputs in mocks.made.values())


@at_least(10, "left out", "true", "spelled")
@given(
    flags=st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(FLAGS), st.booleans())),
    is_preview=st.booleans(),
)
@settings(max_examples=40)
def test_a_program_reads_false_where_a_state_leaves_a_flag_out(
    flags: dict[str, bool], is_preview: bool
) -> None:
    class Stored(Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
            stored = {WIRE.get(name, name): value for name, value in flags.items()}
            return "one-id", {**args.inputs, "state": "expired", **stored}

    pulumi.runtime.set_mocks(Stored(), preview=is_preview)
    read = {}

    async def read_all() -> None:
        one = masv.PackageLifecycle("one", package_id="01HA")
        for name in FLAGS:
            output = getattr(one, name)
            read[name] = await output.future()
            assert await output.is_known()
            assert not await output.is_secret()
        assert await one.unlimited_storage.future() is None

    run(read_all)
    for name in FLAGS:
        assert read[name] is flags.get(name, False)
        count("left out" if name not in flags else "true" if flags[name] else "spelled")


def test_the_flags_that_are_left_out_are_those_that_are_never_unknown() -> None:
    types = {
        name: get_type_hints(inspect.unwrap(part.fget))["return"]
        for name, part in vars(masv.PackageLifecycle).items()
        if isinstance(part, property) and part.fget
    }
    assert {name for name, one in types.items() if one == pulumi.Output[bool]} == FLAGS


SHORT = {
    "live": {
        "01HA": {"archived": True},
        "01HB": {"state": "new"},
        "*": '{"01HA":[null,3],"01HC":[4,5]}',
    },
    "off": ["archived", "pendingArchive", "state"],
    "declared": {"*": ["name"], "01HB": ["expiry", "name"]},
}


LONG = {
    "live": {
        "01HA": {"state": "finalized", "totalFiles": 3, "archived": True, "pendingArchive": False},
        "01HB": {"state": "new", "archived": False, "pendingArchive": False},
    },
    "declared": {"01HA": ["name"], "01HB": ["expiry", "name"]},
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("state", [SHORT, LONG])
def test_a_program_reads_a_fleet_as_if_its_state_were_spelled_out(
    state: dict[str, Any], preview: bool
) -> None:
    class Stored(Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
            return "fleet-1", {**args.inputs, **state}

    pulumi.runtime.set_mocks(Stored(), preview=preview)
    read: list[Any] = []

    async def read_all() -> None:
        fleet = masv.PackageFleet("fleet", packages={"01HA": {}, "01HB": {}})
        for output in (fleet.live, fleet.declared, fleet.live["01HB"]["archived"]):
            read.append(await output.future())
            assert await output.is_known()
            assert not await output.is_secret()

    run(read_all)
    live = {
        "01HA": {
            "state": "finalized", "total_files": 3, "archived": True, "pending_archive": False
        },
        "01HB": {"state": "new", "archived": False, "pending_archive": False},
    }  # fmt: skip
    assert read == [live, LONG["declared"], False]
    assert isinstance(read[0]["01HA"]["total_files"], int)


def test_a_size_that_somebody_wrote_and_is_none_is_handed_on() -> None:
    class Stored(Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
            return "fleet-1", {**args.inputs, "live": {"01HA": {}, "*": '{"01HA":[NaN,1e999]}'}}

    pulumi.runtime.set_mocks(Stored())
    read: list[Any] = []
    run(lambda: masv.PackageFleet("fleet", packages={}).live.apply(read.append))
    assert str(read) == "[{'01HA': {'size': nan, 'total_files': inf}}]"


def test_a_preview_under_mocks_leaves_unknown_what_is_not_returned() -> None:
    mocked(preview=True)
    known: list[bool] = []

    async def is_known(one: masv.PackageLifecycle) -> None:
        known.extend([await one.state.is_known(), await one.size.is_known()])

    run(lambda: is_known(build()))
    assert known == [True, False]


def test_a_provider_and_its_resources_are_mocked_too(mocks: Mocks) -> None:
    def program() -> None:
        pulumi.runtime.set_config("masv:apiKey", "in clear, as tests have it")
        second = masv.Provider("second", api_key="k", team_id=pulumi.Output.from_input("01T"))
        build_by = pulumi.ResourceOptions(provider=second)
        masv.PackageLifecycle("one", build_by, package_id="01HA")
        other = masv.Provider("third", api_key="k", team_id="01T")
        masv.get_packages(opts=pulumi.InvokeOptions(provider=other))

    run(program)
    assert mocks.made["second"]["masv:teamId"] == "01T"
    assert [provider for _, _, provider in mocks.asked] == ["third"]


def test_all_wrong_arguments_of_a_resource_are_told_under_mocks(mocks: Mocks) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        masv.PackageFleet(
            "fleet",
            packages={"01HA": {"expry": "x", "name": 5}, UUID(int=1): {}},  # type: ignore
            force_destroy="yes",  # type: ignore[arg-type]
        )
    assert str(caught.value).splitlines() == [
        "PackageFleet 'fleet': packages.01HA.expry is not an input of an entry: "
        "did you mean expiry?",
        "PackageFleet 'fleet': packages.01HA.name: int is not a string: write str(…)",
        "PackageFleet 'fleet': packages: a package id is a str, not uuid.UUID: write str(…)",
        "PackageFleet 'fleet': force_destroy: str is not a bool: "
        "write True or False, without quotes",
    ]
    assert mocks.made == {}


def test_each_test_of_a_unittest_case_is_a_test(mocks: Mocks) -> None:
    class Case(unittest.TestCase):
        def test_one(self) -> None:
            build(name="one")

        def test_two(self) -> None:
            build(name="two")

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])


def test_what_is_wrong_is_told_with_what_is_declared_twice(mocks: Mocks) -> None:
    def program() -> None:
        build()
        masv.PackageFleet("fleet", packages={"01HB": {"nme": "x"}, "01HA": {}})  # type: ignore[dict-item]

    with pytest.raises(pulumi.RunError) as caught:
        run(program)
    told = str(caught.value)
    assert "packages.01HB.nme is not an input of an entry: did you mean name?" in told
    assert "package 01HA is declared twice" in told
    run(lambda: build("01HC", "next"))
