"""A user's unit tests: any number of them in a process, and nobody is asked but the mocks."""

import asyncio
import importlib
import inspect
import runpy
import sys
import unittest
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime import mocks as pulumi_mocks
from pulumi.runtime.config import CONFIG

import pulumi_masv as masv
from pulumi_masv.resources.base import WIRE
from pulumi_masv.short import FLAGS
from pulumi_masv.simulator import Simulator
from tests.generated import at_least, count

RECORD = {"id": "01HA", "state": "finalized", "name": "Day 12", "totalFiles": 3}


class Mocks(pulumi.runtime.Mocks):
    """Answers with what it was given, and keeps what it was asked."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = {"packages": [RECORD]} if answer is None else answer
        self.asked: list[tuple[str, Any, str]] = []
        self.made: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, str | None] = {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        self.asked.append((args.token, args.args, args.provider))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
        self.made[args.name] = {k: v for k, v in args.inputs.items() if k != "__provider"}
        self.ids[args.name] = args.resource_id
        return f"{args.name}-id", {**args.inputs, "state": "finalized", "teamId": "01TEAM"}


@pytest.fixture(autouse=True)
def _key_of_a_developer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with Simulator() as real:
        monkeypatch.setenv("MASV_BASE_URL", real.url)
        monkeypatch.setenv("MASV_API_KEY", real.api_key)
        monkeypatch.setenv("MASV_TEAM_ID", real.team_id)
        yield
        assert real.journal == []


# Pulumi's stack of a process lives in the first; it is not closed, since Pulumi's threads have
# loops of their own, which nobody closes.
LOOP = asyncio.new_event_loop()


@pytest.fixture(scope="module", autouse=True)
def _stack_ends_with_these_tests() -> Iterator[None]:
    yield
    pulumi.runtime.settings.ROOT.set(None)


@pytest.fixture(autouse=True)
def _process_stays_as_it_was() -> Iterator[None]:
    asyncio.set_event_loop(LOOP)
    settings = pulumi.runtime.settings
    before = {name: getattr(settings.SETTINGS, name) for name in ("monitor", "engine")}
    config = CONFIG.set({})
    try:
        asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:  # a test before has taken it away
        asyncio.set_event_loop(asyncio.new_event_loop())
    yield
    CONFIG.reset(config)
    for name, value in before.items():
        setattr(settings.SETTINGS, name, value)
    asyncio.set_event_loop(None)


@pytest.fixture
def mocks() -> Mocks:
    return mocked()


def mocked(answer: Any = None, **more: Any) -> Mocks:
    made = Mocks(answer)
    pulumi.runtime.set_mocks(made, **more)
    return made


def run(program: Callable[[], Any]) -> None:
    """Run a program as one test, and wait for all of it."""
    pulumi.runtime.test(program)()


def build(package_id: Any = "01HA", name: str = "one") -> masv.PackageLifecycle:
    return masv.PackageLifecycle(name, package_id=package_id, name="Day 12")


@pytest.mark.parametrize("known", [True, False])
def test_the_same_program_runs_any_number_of_times(known: bool) -> None:
    for _ in range(3):
        mocked()
        run(lambda: build("01HA" if known else pulumi.Output.from_input("01HA")))


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
        if isinstance(part, property)
    }
    assert {name for name, one in types.items() if one == pulumi.Output[bool]} == FLAGS


SHORT = {
    "live": {"01HA": {"totalFiles": 3.0, "archived": True}, "01HB": {"state": "new"}},
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


def test_data_functions_ask_mocks_in_the_wires_words(mocks: Mocks) -> None:
    until = datetime(2027, 1, 31, 1, tzinfo=timezone.utc)
    [package] = masv.get_packages(
        status="expired", tags=["a"], expiry_end=until, received=True, extra_storage=False
    )
    assert [one.id for one in masv.get_packages()] == ["01HA"]
    assert package.received is True
    assert isinstance(package, masv.Package)
    assert (package.id, package.total_files) == ("01HA", 3)
    asked = {
        "status": ["expired"],
        "tags": ["a"],
        "expiryEnd": "2027-01-31T01:00:00Z",
        "received": True,
        "extraStorage": False,
    }
    token = "masv:index:getPackages"
    assert mocks.asked == [(token, asked, ""), (token, {}, "")]


@pytest.mark.parametrize("answer", [{"name": "x"}, ({"name": "x"}, None), ({"name": "x"}, [])])
def test_one_package_is_what_the_mock_returns(answer: Any) -> None:
    mocks = mocked(answer)
    assert masv.get_package("01HZ").name == "x"
    assert masv.get_package("01HZ").id == "01HZ"
    mocks.answer = masv.get_package("01HZ").model_dump()
    assert masv.get_package(name="x", sender="y").id == "01HZ"
    token = "masv:index:getPackage"
    assert mocks.asked[0] == (token, {"packageId": "01HZ"}, "")
    assert mocks.asked[-1] == (token, {"name": "x", "sender": "y"}, "")


def test_the_output_forms_ask_the_mocks_as_well(mocks: Mocks) -> None:
    seen: list[Any] = []

    def program() -> Any:
        name = pulumi.Output.from_input("Day")
        several = masv.get_packages_output(name=name)
        return several.apply(lambda packages: seen.append(packages[0].id))

    run(program)
    assert seen == ["01HA"]
    assert mocks.asked == [("masv:index:getPackages", {"name": "Day"}, "")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, "Mocks.call returned no packages for masv:index:getPackages: return {'packages': ["),
        ({"packages": {}}, "Mocks.call returned no packages for"),
        ({"packages": [5]}, "no package for masv:index:getPackages: packages[0]: return {'id'"),
        ({"packages": [{"name": "x"}]}, "packages[0]: id: None is not a package id"),
        ({"packages": [{**RECORD, "totalFile": 3}]}, "totalFile is not a field of a package: did"),
        ({"packages": [{**RECORD, "size": "5 GB"}]}, "size: '5 GB' is not what a package has"),
        ({"packages": [{**RECORD, "expiry": "soon"}]}, "expiry: 'soon' is not what a package has"),
        ([RECORD], "Mocks.call returned list for masv:index:getPackages: return a dict"),
    ],
)
def test_an_answer_that_does_not_fit_is_one_line(answer: Any, said: str) -> None:
    mocked(answer)
    with pytest.raises(pulumi.RunError) as caught:
        masv.get_packages()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mock_may_fail_as_masv_does() -> None:
    mocks = mocked(masv.PackageNotFound("there is none"))
    with pytest.raises(masv.PackageNotFound, match="there is none"):
        masv.get_package("01HZ")
    mocks.answer = ({}, [("packageId", "not found")])
    with pytest.raises(masv.MasvError, match="getPackage failed: packageId: not found"):
        masv.get_package("01HZ")


def test_a_wrong_filter_is_refused_before_the_mock_is_asked(mocks: Mocks) -> None:
    with pytest.raises(masv.FilterError, match="name: int is not a string"):
        masv.get_packages(name=5)  # type: ignore[arg-type]
    assert mocks.asked == []


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


def test_a_manifest_is_decided_on_what_the_mocks_list(tmp_path: Path) -> None:
    path = tmp_path / "packages.yaml"
    path.write_text(
        "rules:\n"
        "  - match: {name: 'Day *', received: false}\n"
        "    set: {expiry: {at_most: created + 30d}}\n"
    )
    record = {**RECORD, "createdAt": "2027-01-01T00:00:00Z", "expiry": "2028-01-01T00:00:00Z",
              "unlimitedStorage": False}  # fmt: skip
    mocks = mocked({"packages": [record], "now": "2027-01-02T00:00:00Z"})
    for _ in range(2):
        run(lambda: masv.manage("fleet", path) and None)
    assert mocks.made["fleet"]["packages"] == {"01HA": {"expiry": "2027-01-31T00:00:00Z"}}
    assert {token for token, _, _ in mocks.asked} == {"masv:index:getPackages"}


def test_evaluate_needs_nobody(tmp_path: Path, mocks: Mocks) -> None:
    path = tmp_path / "packages.yaml"
    path.write_text("packages:\n  01HA: {name: Day 12}\n")
    manifest = masv.Manifest.load(path)
    declared = masv.evaluate(manifest, masv.get_packages(), datetime.now(timezone.utc))
    run(lambda: masv.PackageFleet("fleet", packages=declared) and None)
    assert mocks.made["fleet"]["packages"] == {"01HA": {"name": "Day 12"}}


def test_a_monitor_of_ones_own_needs_mocks_for_data_functions() -> None:
    class Monitor(pulumi_mocks.MockMonitor):
        def __init__(self) -> None:
            super().__init__(None)  # type: ignore[arg-type]

    pulumi.runtime.set_mocks(Mocks(), monitor=Monitor())
    with pytest.raises(pulumi.RunError, match=r"needs Mocks\.call, which the monitor"):
        masv.get_packages()


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
        masv.PackageFleet("fleet", packages={"01HB": {"nme": "x"}, "01HA": {}})

    with pytest.raises(pulumi.RunError) as caught:
        run(program)
    told = str(caught.value)
    assert "packages.01HB.nme is not an input of an entry: did you mean name?" in told
    assert "package 01HA is declared twice" in told
    run(lambda: build("01HC", "next"))


@pytest.mark.parametrize("manifest", [12, {"rules": []}, None])
def test_what_is_no_manifest_is_one_line(mocks: Mocks, manifest: Any) -> None:
    with pytest.raises(
        pulumi.RunError, match=r"manage 'm': manifest: \w+ is not a manifest: write"
    ):
        masv.manage("m", manifest)
