"""A preview writes nothing, and what is refused is one line."""

import pytest

from pulumi_masv.simulator import (
    Simulator,
    Switches,
)
from tests.engine.adopted import FLEET, ONE, WINDOW, adopted, declare, tombstone
from tests.engine.conftest import Stack


def test_a_preview_writes_nothing_whatever_it_shows(stack: Stack, masv: Simulator) -> None:
    package = adopted(stack, masv)
    other = masv.account.add_package(name="Day 13")
    many = masv.account.add_package(name="Day 14")
    tombstone(masv)
    before = ONE.format(name="day12", id=package, force=True, more="")
    stack.program(before + WINDOW.format(archived=False) + FLEET.format(id=many, name="Day 14"))
    stack.up()
    masv.reset_journal()
    for program in (
        ONE.format(name="day12", id=package, force=True, more=', name="x", unlimited_storage=True'),
        ONE.format(name="day12", id=other, force=True, more="") + WINDOW.format(archived=True),
        before + FLEET.format(id=many, name="Day 15"),
        "masv.get_packages()\n",
        "",
    ):
        stack.program(program)
        stack.preview("--refresh", expect=None)
    assert masv.writes == []


@pytest.mark.parametrize("known", ["id", "pulumi.Output.from_input(id)"])
def test_one_package_declared_twice_is_refused_by_both_names(
    stack: Stack, masv: Simulator, known: str
) -> None:
    package = masv.account.add_package(name="Day 12")
    stack.program(
        f"id = {package!r}\n"
        f"masv.PackageLifecycle('one', package_id={known})\n"
        f"masv.PackageLifecycle('two', package_id={known})\n"
    )
    refused = stack.preview(expect=1)
    assert f"package {package} is declared twice, by PackageLifecycle 'one'" in refused.text
    assert "by PackageLifecycle 'two'" in refused.text
    assert "Traceback" not in refused.text


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("kind", ["package", "fleet", "window"])
def test_an_error_is_one_line_unless_the_traceback_is_asked_for(
    stack: Stack, masv: Simulator, kind: str, debug: str
) -> None:
    masv.account.switches = Switches(expiry_edits="locked")
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    tombstone(masv)
    if kind == "package":
        declare(stack, package, force=False, more=', expiry="2027-06-01T00:00:00Z"')
        said = f"PUT /v1/packages/{package}/expiry answered 403"
    elif kind == "fleet":
        stack.program(FLEET.format(id=package, name="x"))
        said = f"PUT /v1/packages/{package} answered 400"
        masv.faults.set("status", status=400, method="PUT", times=None)
    else:
        stack.program(WINDOW.format(archived=True))
        said = f"PUT /v1/teams/{masv.team_id}/archive answered 400"
        masv.faults.set("status", status=400, method="PUT", times=None)
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, MASV_DEBUG=debug)
    assert len(refused.errors) == 1, refused.text
    assert said in refused.text
    assert ("Traceback" in refused.text) is bool(debug)
