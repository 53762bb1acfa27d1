"""What an up does was named by its preview, losses first; what it could not name is not done."""

from typing import Any

import pytest
from pulumi.output import Unknown

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program, Refused
from tests.handlers.programs import DEC, FEB, JAN, day12, refused


def test_every_loss_of_an_up_was_named_by_its_preview(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry=DEC, custom_metadata_id="01META")
    named = engine.preview(day12(package, expiry=JAN)).said
    assert named[1] == (
        f'{package} "Day 12": LOSS 3 files (1.5GB, 1500000000 bytes) and a form response end on '
        "2027-01-31 00:00 UTC, 304 days earlier than planned"
    )
    assert engine.up(day12(package, expiry=JAN)).said == named


def test_what_an_up_says_is_said_once_though_a_replacement_checks_twice(
    engine: Engine, masv: Simulator
) -> None:
    old = masv.account.add_package(name="Day 12")
    new = masv.account.add_package(name="Day 13", expiry=DEC)
    engine.up(day12(old, forceDestroy=True))
    said = engine.preview(day12(new, expiry=JAN)).said
    assert len(said) == len(set(said)) == 4
    assert said[2:] == [
        f'{old} "Day 12": delete',
        f'{old} "Day 12": LOSS 3 files (1.5GB, 1500000000 bytes) end now, 10 days earlier than '
        "planned",
    ]


def test_an_expiry_that_is_not_known_may_be_a_loss(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    said = engine.preview(day12(package, expiry=Unknown())).said
    assert said == [
        f'{package} "Day 12": 3 files (1.5GB, 1500000000 bytes) may end earlier: '
        "its new expiry is not known yet"
    ]
    said = engine.preview(day12(Unknown())).said  # type: ignore[arg-type]
    assert said == ["cannot look at a package whose package_id is not known yet"]


def test_an_expiry_that_was_not_known_names_no_removal(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package, forceDestroy=True))
    engine.preview(day12(package, expiry=Unknown(), forceDestroy=True))
    with pytest.raises(Refused, match="the preview before this run did not show"):
        engine._phase({}, refresh=False, dry=False)
    assert masv.account.package(package).state == "finalized"


def blind(engine: Engine, masv: Simulator) -> None:
    """The looks of the preview and of the up fail; what the up reads after them does not."""
    engine.config = {"masv:maxRetries": "0"}
    masv.faults.set("reset", times=2)


@pytest.mark.parametrize(
    ("state", "inputs", "error"),
    [
        ("finalized", {"expiry": "2026-01-01T00:00:00Z"}, "is not in the future"),
        ("finalized", {"unlimitedStorage": False}, "never expires now"),
        ("expired", {"expiry": JAN}, "nothing brings them back"),
    ],
)
def test_what_a_preview_could_not_look_at_is_refused_by_the_up(
    engine: Engine, masv: Simulator, state: Any, inputs: dict[str, Any], error: str
) -> None:
    package = masv.account.add_package(state=state, unlimited_storage="unlimitedStorage" in inputs)
    blind(engine, masv)
    assert error in refused(engine, day12(package, **inputs))
    assert masv.writes == []
    masv.faults.clear()
    engine.config = {}
    with pytest.raises(Refused, match=error):
        engine.preview(day12(package, **inputs))


def test_an_end_moved_between_preview_and_up_is_not_shortened(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=JAN)
    engine.up(day12(package))
    assert engine.preview(day12(package, expiry=FEB)).said[0].endswith(f"{JAN} -> {FEB}")
    masv.account.set_expiry(package, DEC)
    with pytest.raises(Refused, match="run with --refresh"):
        engine._phase(day12(package, expiry=FEB), refresh=False, dry=False)
    assert masv.writes == []


def test_an_update_writes_nothing_that_its_check_did_not_say(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry=DEC)
    given = {"packageId": package, "name": "Day 12", "expiry": JAN}
    outputs = {"packageId": package, "name": "Day 12", "state": "finalized"}
    engine.state["day12"] = {
        "type": "PackageLifecycle",
        "id": package,
        "inputs": given,
        "outputs": outputs,
    }
    said = engine.up(day12(package, name="Day 13", expiry=JAN)).said
    assert said == [f'{package} "Day 12": rename to "Day 13"']
    assert not masv.account.losses
    assert masv.account.package(package).expiry.month == 12


def test_ids_that_move_along_a_list_destroy_only_what_left(engine: Engine, masv: Simulator) -> None:
    """Though each resource may destroy."""
    ids = [masv.account.add_package(name=f"Day {i}") for i in range(4)]

    def listed(*chosen: str) -> Program:
        forced = {"forceDestroy": True}
        return {f"p{i}": {"packageId": one, **forced} for i, one in enumerate(chosen)}

    engine.up(listed(*ids[:3]))
    engine.up(listed(ids[3], *ids[:3]))
    assert not masv.account.losses
    named = engine.preview(listed(*ids[:3])).said
    assert any(ids[3] in line and "LOSS" in line for line in named)
    engine.up(listed(*ids[:3]))
    assert [loss.package_id for loss in masv.account.losses] == [ids[3]]


def test_a_replacement_that_a_preview_cannot_know_names_what_it_may_destroy(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.up(day12(package, forceDestroy=True))
    phase = engine.preview(day12(Unknown(), forceDestroy=True))  # type: ignore[arg-type]
    assert phase.changes == {"day12": "replace"}
    [line] = phase.warned
    assert line.startswith(f'{package} "Day 12": 3 files')
    assert "may end now: whether the program still declares it is not known yet" in line


def test_a_flag_that_is_not_known_says_what_it_may_mean(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    [line] = engine.preview(day12(package, forceDestroy=Unknown())).said
    assert "from now on removing this resource may destroy 3 files" in line
    [line] = engine.up(day12(package, forceDestroy=True)).said
    assert "from now on removing this resource destroys 3 files" in line
    assert engine.up(day12(package, forceDestroy=True, name="Day 12")).said == []


def test_an_unlimited_package_may_get_an_expiry_not_known_yet(
    engine: Engine, masv: Simulator
) -> None:
    package = masv.account.add_package(unlimited_storage=True)
    phase = engine.preview(day12(package, unlimitedStorage=False, expiry=Unknown()))
    assert phase.changes == {"day12": "create"}


def test_trouble_with_one_package_hides_no_loss_of_another(engine: Engine, masv: Simulator) -> None:
    first = masv.account.add_package(name="first")
    second = masv.account.add_package(name="second", expiry=DEC)
    masv.faults.set("status", status=500, times=None, route=f"*{first}")
    for _ in range(100):  # so that none is found in a listing
        masv.account.add_package()
    program = {"b": {"packageId": second, "expiry": JAN}, "a": {"packageId": first}}
    with pytest.raises(Refused, match=f"packages/{first} answered 500") as caught:
        engine.preview(program)
    assert len(caught.value.lines) == 1
    assert any(line.startswith(second) and "LOSS" in line for line in engine.said)
