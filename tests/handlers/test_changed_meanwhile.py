"""What somebody changes by hand between a check and a verb that comes long after it."""

from collections.abc import Callable

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Refused
from tests.handlers.test_older_looks import JAN, KINDS, checked, declaring

HOUR = 3600.0


@pytest.fixture(autouse=True)
def package(masv: Simulator) -> str:
    return masv.account.add_package(name="raw", id="01HA", expiry=JAN)


@pytest.mark.parametrize("kind", KINDS)
def test_files_ended_by_hand_before_a_rename_are_told(
    engine: Engine, masv: Simulator, kind: str
) -> None:
    engine.up(declaring(kind, "01HA", expiry=JAN))
    verbs = checked(engine, declaring(kind, "01HA", expiry=JAN, name="x"))
    masv.account.delete("01HA")
    engine.stopwatch = HOUR
    verbs()
    assert "before its expiry" in "".join(engine.said)


@pytest.mark.parametrize("name", ["x", "raw"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_adoption_of_what_has_no_files_any_more_is_refused(
    engine: Engine, masv: Simulator, kind: str, name: str
) -> None:
    verbs = checked(engine, declaring(kind, "01HA", expiry=JAN, name=name))
    masv.account.delete("01HA")
    engine.stopwatch = HOUR
    with pytest.raises(Refused, match="nothing brings them back"):
        verbs()


def described(masv: Simulator) -> None:
    masv.account.rename("01HA", "raw", "by hand")


def moved(masv: Simulator) -> None:
    masv.account.set_expiry("01HA", "2026-12-01T00:00:00Z")


@pytest.mark.parametrize("hand", [described, moved])
@pytest.mark.parametrize("kind", KINDS)
def test_a_change_by_hand_during_a_run_is_not_masvs(
    engine: Engine, masv: Simulator, kind: str, hand: Callable[[Simulator], None]
) -> None:
    ids = ["01HA", *(masv.account.add_package(name=f"raw {n}") for n in range(40))]
    masv.account.rename("01HA", "raw", "as it was")
    verbs = checked(engine, declaring(kind, *ids, name="x"))
    hand(masv)
    engine.stopwatch = HOUR
    verbs()
    assert {one.name for one in masv.account.packages()} == {"x"}
    assert "by hand or by a write that left it out" in "".join(engine.said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_masv_that_forgets_is_found_out_in_a_long_run_too(
    engine: Engine, masv: Simulator, kind: str
) -> None:
    ids = ["01HA", *(masv.account.add_package(name=f"raw {n}") for n in range(40))]
    for package_id in ids:
        masv.account.rename(package_id, "raw", "as it was")
    masv.switch(put_keeps="nothing")
    verbs = checked(engine, declaring(kind, *ids, name="x"))
    engine.stopwatch = HOUR
    if kind == "PackageFleet":
        verbs()  # all are written side by side, before the first is read back
    else:
        with pytest.raises(Refused, match="MASV forgot"):
            verbs()
        assert [one.name for one in masv.account.packages()].count("x") == 2
    assert "left it out" in "".join(engine.said)
