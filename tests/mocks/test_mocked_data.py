"""Data functions and manifests under mocks: they ask the mocks, and nobody else."""

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks as pulumi_mocks

import pulumi_masv as masv
from tests.mocks.conftest import RECORD, Mocks, mocked, run


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


@pytest.mark.parametrize("manifest", [12, {"rules": []}, None])
def test_what_is_no_manifest_is_one_line(mocks: Mocks, manifest: Any) -> None:
    with pytest.raises(
        pulumi.RunError, match=r"manage 'm': manifest: \w+ is not a manifest: write"
    ):
        masv.manage("m", manifest)
