"""What an import file says of a package is what an up would store of it, whatever it is like."""

import ast
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

import pulumi_masv
from pulumi_masv import imports
from pulumi_masv.client import Client
from pulumi_masv.handlers import PackageFleetHandler, PackageLifecycleHandler
from pulumi_masv.models import FleetInputs, Observed, Package, Query, State
from pulumi_masv.policy import Manifest
from pulumi_masv.providers import PackageFleetProvider, PackageLifecycleProvider, pickled
from pulumi_masv.resources.base import WIRE
from pulumi_masv.settings import resolve
from pulumi_masv.short import entries_of
from pulumi_masv.simulator import Simulator
from tests.generated import at_least, count
from tests.sessions import session

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
NAMES = st.sets(st.sampled_from(imports.DECLARABLE))
INSTANTS = st.none() | st.integers(-(10**9), 10**9).map(lambda n: NOW + timedelta(milliseconds=n))
TEXTS = st.none() | st.sampled_from(["", " ", "null", "on", "a: b", "# c", "\x85\u2028\x1b"])
IDS = st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True) | st.sampled_from(
    ["1", "1e3", "null", "no", "-", "2027-01-01", "0x1F"]
)
PACKAGES = st.lists(
    st.builds(
        Package,
        id=IDS,
        state=st.sampled_from(get_args(State)),
        name=TEXTS | st.text(),
        expiry=INSTANTS,
        unlimited_storage=st.none() | st.booleans(),
        size=st.none() | st.integers(0, 2**50),
        total_files=st.none() | st.integers(0, 10**6),
        sender=TEXTS,
        created_at=INSTANTS,
        updated_at=INSTANTS,
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda package: package.id,
)


def observed(packages: list[Package]) -> list[Observed]:
    return [
        Observed(package, SecretStr("token"), NOW, received=n == 1)
        for n, package in enumerate(packages)
    ]


def offline(kind: Any) -> Any:
    return kind(session(connect=lambda _: pytest.fail("nothing is to be asked")))


def own(bag: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in bag.items() if name != "__provider"}


def calls(program: str) -> list[tuple[str, list[Any], dict[str, Any]]]:
    """Of a program: each function that is called, and with what."""
    _, *statements = ast.parse(program).body
    made = []
    for statement in statements:
        assert isinstance(statement, ast.Expr)
        call = statement.value
        assert isinstance(call, ast.Call)
        given_ = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        made.append((ast.unparse(call.func), [ast.literal_eval(a) for a in call.args], given_))
    return made


@at_least(10, "packages", "names")
@settings(max_examples=40)
@given(packages=PACKAGES, names=NAMES)
def test_the_written_program_declares_what_was_imported(
    packages: list[Package], names: set[str]
) -> None:
    """Its diff and check find no change."""
    listed = observed(packages)
    count("packages", len(packages))
    count("names", len(names))
    entries = imports.lifecycles(listed, "01TEAM", names)
    handler = offline(PackageLifecycleHandler)
    program = imports.program(listed, names)
    assert program.isascii() or all(line.isprintable() for line in program.split("\n"))
    for entry, (called, [name], given_) in zip(entries, calls(program), strict=True):
        assert (called, name) == ("masv.PackageLifecycle", entry["name"])
        declared = {WIRE.get(key, key): value for key, value in given_.items()}
        inputs, outputs = own(entry["inputs"]), own(entry["outputs"])
        assert declared == inputs
        checked = handler.check(inputs, declared)
        assert (checked.inputs, checked.failures) == (inputs, [])
        assert handler.diff(entry["id"], outputs, declared).changes is False


@at_least(10, "packages", "names")
@settings(max_examples=40)
@given(packages=PACKAGES, names=NAMES)
def test_the_written_manifest_declares_what_was_imported(
    packages: list[Package], names: set[str]
) -> None:
    """Its diff and check find no change."""
    listed = observed(packages)
    count("packages", len(packages))
    count("names", len(names))
    [entry] = imports.fleet("season", listed, "01TEAM", names)
    text = imports.manifest(listed, names)
    assert text.isascii() or all(line.isprintable() for line in text.split("\n"))
    assert Manifest.parse(text).text() == text
    declared = FleetInputs(packages=yaml.safe_load(text)["packages"], retain_removed=True).wire()
    inputs, outputs = own(entry["inputs"]), own(entry["outputs"])
    assert declared == inputs
    handler = offline(PackageFleetHandler)
    checked = handler.check(inputs, declared)
    assert (checked.inputs, checked.failures) == (inputs, [])
    assert handler.diff(entry["id"], outputs, declared).changes is False


DESCRIBED: st.SearchStrategy[Any] = st.lists(
    st.builds(
        dict,
        name=st.text(min_size=1, max_size=8).filter(lambda text: "\x00" not in text),
        state=st.sampled_from(get_args(State)),
        unlimited_storage=st.booleans(),
        size=st.integers(0, 10**12),
        portal=st.sampled_from(["", "rushes"]),
    ),
    min_size=1,
    max_size=5,
)
SWITCHES = st.fixed_dictionaries(
    {
        "read_keys": st.sampled_from(["all", "bare"]),
        "expiry_while_unlimited": st.sampled_from(["zero", "absent", "stale"]),
        "inbox_read": st.sampled_from(["served", "missing"]),
        "instants": st.sampled_from(["utc", "offset"]),
    }
)


@settings(max_examples=60)
@at_least(20, "an entry that declares", "an entry that declares nothing")
@given(described=DESCRIBED, switches=SWITCHES, names=NAMES)
def test_what_is_imported_is_what_an_adoption_stores(
    described: list[dict[str, Any]], switches: dict[str, Any], names: set[str]
) -> None:
    """And what a refresh finds."""
    masv = Simulator(packages=0)
    for one in described:
        masv.account.add_package(**one)
    masv.switch(**switches, listed_keys=switches["read_keys"])
    own_session = session({}, masv.environment)
    with masv.in_process():
        client = Client(resolve({}, masv.environment))
        listed = [
            one
            for received in (False, True)
            for one in client.list_packages(Query(status=get_args(State), received=received))
        ]
        for handler, entries in (
            (PackageLifecycleHandler(own_session), imports.lifecycles(listed, masv.team_id, names)),
            (PackageFleetHandler(own_session), imports.fleet("f", listed, masv.team_id, names)),
        ):
            for entry in entries:
                inputs, outputs = own(entry["inputs"]), own(entry["outputs"])
                declares = outputs["declared"] not in ([], ["packageId"], {})
                count(f"an entry that declares{'' if declares else ' nothing'}")
                assert _comparable(handler.create(inputs).outs) == _comparable(outputs)
                read = handler.read(entry["id"], outputs)
                assert read.inputs == inputs
                assert _comparable(read.outs) == _comparable(outputs)
    assert masv.writes == []


def _comparable(outputs: dict[str, Any] | None) -> dict[str, Any]:
    """The single read serves a received package, or does not; then it is known as one."""
    assert outputs is not None
    live = outputs.get("live", {})
    return {
        **{name: value for name, value in outputs.items() if name != "received"},
        "live": {**live, **{i: {**one, "received": None} for i, one in entries_of(live).items()}},
    }


@pytest.mark.parametrize(
    ("package", "declared"),
    [
        (Package(id="P", state="finalized", name=" "), {"archived": False}),
        (
            Package(id="P", state="finalized", expiry=NOW, unlimited_storage=True),
            {"unlimitedStorage": True, "archived": False},
        ),
        (Package(id="P", state="expired", name="A", expiry=NOW), {"name": "A", "archived": False}),
        (Package(id="P", state="archived", unlimited_storage=True), {"archived": True}),
    ],
)
def test_what_masv_does_not_say_or_a_check_refuses_is_not_declared(
    package: Package, declared: dict[str, Any]
) -> None:
    every = set(imports.DECLARABLE)
    assert imports.declared(package, every).wire() == {"packageId": "P", **declared}
    assert imports.declared(package).wire() == {"packageId": "P"}


@pytest.mark.parametrize(
    ("token", "provider", "resource"),
    [
        (imports.LIFECYCLE, PackageLifecycleProvider, pulumi_masv.PackageLifecycle),
        (imports.FLEET, PackageFleetProvider, pulumi_masv.PackageFleet),
    ],
)
def test_the_handler_is_named_as_a_program_names_it(
    token: str, provider: Any, resource: Any
) -> None:
    assert imports.PROVIDERS[token] == pickled(provider)
    assert token == f"pulumi-python:{resource._resource_type_name}"
