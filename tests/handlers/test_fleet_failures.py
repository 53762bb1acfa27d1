"""What fails in a fleet stops nothing else, and is told at once, with its place."""

import re

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine
from tests.handlers.programs import FEB, JAN, added, fleet, refusals


def test_lines_of_a_kind_are_twenty_and_the_number_of_the_rest(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 25)
    said = engine.preview(fleet({i: {"name": "x", "expiry": JAN} for i in ids})).said
    assert sum(": rename to" in line for line in said) == 20
    assert said[0].startswith("fleet: LOSS 25 packages with 75 files")
    assert sum(": LOSS 3 files" in line for line in said) == 20
    assert [line for line in said if ": and 5 more " in line] == [
        "fleet: and 5 more losses: `pulumi-masv preview` lists all",
        "fleet: and 5 more changes: `pulumi-masv preview` lists all",
    ]
    early = "2026-01-01T00:00:00Z"
    lines = refusals(engine, fleet({i: {"expiry": early} for i in ids}))
    assert len(lines) == 21
    assert lines[-1] == "fleet: and 5 more refusals"


def test_every_refusal_comes_before_the_first_write(engine: Engine, masv: Simulator) -> None:
    first, second = added(masv, 2)
    program = fleet({first: {"name": "x"}, second: {"expiry": "2026-01-01T00:00:00Z"}})
    engine.config = {"masv:maxRetries": "0"}
    masv.faults.set("reset", times=2)  # neither look is answered
    [line] = refusals(engine, program)
    assert "is not in the future" in line
    assert masv.writes == []


def test_one_package_that_fails_stops_no_other(engine: Engine, masv: Simulator) -> None:
    """The next up does only what is missing."""
    ids = added(masv, 30)
    program = fleet({i: {"name": f"Day {n}"} for n, i in enumerate(ids)})
    for package in ids[:25]:
        masv.faults.set("status", status=422, route=f"/v1/packages/{package}", times=None)
    [line] = refusals(engine, program)
    assert line.startswith("PartlyDone: 5 of 30 packages are done, 25 failed: ")
    assert line.count("answered 422") == 20
    assert "; and 5 more failures: run again, nothing is done twice" in line
    assert {p.name for p in masv.account.packages() if p.id in ids[25:]} == {
        f"Day {n}" for n in range(25, 30)
    }
    masv.faults.clear()
    masv.reset_journal()
    engine.up(program)
    assert len(masv.writes) == 25


def test_where_the_whole_account_fails_the_rest_is_not_begun(
    engine: Engine, masv: Simulator
) -> None:
    ids = added(masv, 40)
    engine.config = {"masv:maxRetries": "0", "masv:concurrency": "2"}
    masv.faults.set("reset", at=6, method="PUT", times=None)
    [line] = refusals(engine, fleet({i: {"name": "x"} for i in ids}))
    found = re.search(r"(\d+) of 40 packages are done, (\d) failed", line)
    assert found is not None
    assert found[1] == "5"
    assert int(found[2]) in (1, 2)
    assert "not begun, since they would fail alike" in line
    assert len(masv.writes) <= 7


def test_what_masv_keeps_otherwise_is_named_after_all_writes(
    engine: Engine, masv: Simulator
) -> None:
    """For each package."""
    ids = added(masv, 3, expiry="2026-03-20T00:00:00Z")
    masv.switch(expiry_cap_days=30)
    [line] = refusals(engine, fleet({ids[0]: {"expiry": FEB}, ids[1]: {"name": "x"}, ids[2]: {}}))
    assert line.startswith("PartlyDone: 2 of 3 packages are done, 1 failed: ")
    assert f"expiry was to be {FEB}, but MASV keeps 2026-04-01T09:00:00Z" in line
    assert masv.account.package(ids[1]).name == "x"


@pytest.mark.parametrize("status", [403, 404])
def test_an_inbox_that_cannot_be_read_blinds_no_other_check(
    engine: Engine, masv: Simulator, status: int
) -> None:
    ids = added(masv, 4)
    masv.faults.set("status", status=status, route="*/inbox", times=None)
    other = {"day12": {"packageId": ids[3], "expiry": JAN}}
    program = {**fleet({ids[0]: {}, ids[1]: {}, "01HWRONG": {}}), **other}
    if status == 404:
        assert "MASV has no package 01HWRONG" in refusals(engine, program)[0]
        return
    [line] = refusals(engine, {**other, **program})
    assert line.startswith("fleet: 01HWRONG: not among the packages that team")
    assert any("LOSS" in line for line in engine.said)


def test_a_package_that_cannot_be_read_stops_no_other(engine: Engine, masv: Simulator) -> None:
    ids = added(masv, 300)[:3]
    masv.faults.set("status", status=500, route=f"*/packages/{ids[0]}", times=None)
    program = fleet({i: {"name": "x"} for i in ids})
    [line] = refusals(engine, program)
    assert line.startswith("fleet: GET /v1.1/teams/")
    masv.faults.clear()
    masv.faults.set("status", status=500, route=f"*/packages/{ids[0]}", at=3, times=None)
    [line] = refusals(engine, program)
    assert line.startswith("PartlyDone: 2 of 3 packages are done, 1 failed: ")
    assert sum(package.name == "x" for package in masv.account.packages()) == 2


def test_the_error_at_the_end_counts_what_was_due(engine: Engine, masv: Simulator) -> None:
    ids = added(masv, 6)
    engine.up(fleet({i: {} for i in ids}, forceDestroy=True))
    for package in ids[1:4]:
        masv.faults.set("status", status=422, route=f"/v1/packages/{package}", times=None)
    [line] = refusals(engine, fleet({ids[0]: {}}, forceDestroy=True))
    assert line.startswith("PartlyDone: 2 of 5 packages are done, 3 failed: ")


def test_every_mistake_in_a_fleet_is_told_at_once_with_its_place(engine: Engine) -> None:
    wrong = {
        "01HA": {"name": " ", "bogus": 1, "unlimitedStorage": True, "expiry": JAN},
        "a/b": {},
        "01HB": {"expiry": "soon"},
        "01HC": 5,
    }
    lines = refusals(engine, fleet(wrong, forceDestroy=True, retainRemoved=True))
    told = "\n".join(lines)
    for place in ("01HA.name", "01HA.bogus", "01HA.unlimitedStorage", "01HB.expiry", "01HC", "a/b"):
        assert f"packages.{place}" in told, told
    assert "fleet.retainRemoved: excludes force_destroy" in told


def test_an_end_that_its_check_could_not_name_is_not_done(engine: Engine, masv: Simulator) -> None:
    first, second = added(masv, 2)
    engine.up(fleet({first: {}, second: {}}, forceDestroy=True))
    masv.faults.set("reset", times=2)
    engine.config = {"masv:maxRetries": "0"}
    [line] = refusals(engine, fleet({first: {}}, forceDestroy=True))
    assert "which no check has shown: run again" in line
    assert not masv.account.losses
    engine.up(fleet({first: {}}, forceDestroy=True))
    assert [loss.package_id for loss in masv.account.losses] == [second]


def test_an_entry_that_a_window_contradicts_is_refused(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")
    window = {"expiryStart": "2026-01-01T00:00:00Z", "expiryEnd": "2026-03-01T00:00:00Z"}
    program = {
        "old": {"__type": "ArchiveWindow", **window},
        **fleet({package: {"archived": False}}),
    }
    [line] = refusals(engine, program)
    assert line.startswith(f"fleet: {package} lies in the window")
