"""What the program keeps secret: no line, record or refusal shows it, in any verb."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program, Refused
from tests.handlers.wire import Phase

DEC, SOON, SOONER = "2027-12-01T00:00:00Z", "2027-03-04T05:06:07Z", "2027-03-03T05:06:07Z"
PAST = "2020-03-04T05:06:07Z"
NAME, OTHER = "Merger 'A' & B", "Merger C"
CLEAR = re.compile(r"Merger|2027-03-0[34]|2020-03-04|\d days? (earlier|before)")
SECRET = ["expiry", "name"]
Make = Callable[..., Program]


def lifecycle(package: str, secrets: list[str] | None = None, **values: Any) -> Program:
    named = SECRET if secrets is None else secrets
    return {"p": {"packageId": package, "secretInputs": named or None, **values}}


def fleet(package: str, secrets: list[str] | None = None, **values: Any) -> Program:
    flags: dict[str, Any] = {
        n: values.pop(n) for n in ("forceDestroy", "archiveOnDestroy") if n in values
    }
    named = {package: SECRET if secrets is None else secrets}
    bag: dict[str, Any] = {"packages": {package: values}, "secretInputs": named, **flags}
    return {"p": {"__type": "PackageFleet", **bag}}


@pytest.fixture(params=[lifecycle, fleet])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


@pytest.fixture
def recorded(engine: Engine) -> Engine:
    engine.environment["MASV_VERDICTS"] = "1"
    return engine


def nothing_in_clear(*phases: Phase) -> str:
    told = "\n".join(line for phase in phases for line in [*phase.said, repr(phase.records)])
    assert not CLEAR.search(told), told
    return told


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as raised:
        act()
    told = "\n".join(raised.value.lines)
    assert not CLEAR.search(told), told
    return told


def test_a_change_tells_of_a_secret_name_and_end_without_them(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    first = recorded.up(make(package, name=NAME, expiry=SOON))
    told = nothing_in_clear(first, recorded.up(make(package, name=OTHER, expiry=SOONER)))
    assert f"{package} [secret]: rename to [secret]; expiry [secret] -> [secret]" in told
    assert "end on [secret], some time earlier than planned" in told
    assert masv.account.package(package).name == OTHER
    nothing_in_clear(recorded.up(make(package, name=OTHER, expiry=SOONER)))


def test_a_refresh_tells_of_files_that_ended_early_without_the_secrets(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    recorded.up(make(package, name=NAME, expiry=SOON))
    masv.account.delete(package)
    told = nothing_in_clear(recorded.refresh())
    assert f"{package} [secret]: its files are gone, some time before its expiry" in told


def test_a_deletion_is_told_without_the_secrets(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    recorded.up(make(package, name=NAME, expiry=SOON))
    assert "still has 3 files" in refused(lambda: recorded.up({}))
    recorded.up(make(package, name=NAME, expiry=SOON, forceDestroy=True))
    told = nothing_in_clear(recorded.up({}))
    assert "end now, some time earlier than planned" in told


@pytest.mark.parametrize("expiry", [PAST, "2020-03-04", "Merger"])
def test_a_wrong_secret_is_refused_without_being_quoted(
    recorded: Engine, masv: Simulator, make: Make, expiry: str
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    assert "[secret]" in refused(lambda: recorded.up(make(package, name=NAME, expiry=expiry)))


def test_masv_may_quote_a_secret_that_it_refuses(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    masv.faults.set("status", status=422, message=f"{NAME} is too long", method="PUT", times=None)
    assert "answered 422: MASV's words may contain a secret" in refused(
        lambda: recorded.up(make(package, name=NAME))
    )


def test_an_end_that_masv_cuts_is_told_without_it(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry="2026-04-01T00:00:00Z")
    masv.account.switches = replace(masv.account.switches, expiry_cap_days=1)
    told = refused(lambda: recorded.up(make(package, expiry=SOON)))
    assert "expiry was to be [secret], but MASV keeps [secret]" in told


def test_an_up_is_bound_by_the_secret_end_that_its_preview_named(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    recorded.preview(make(package, expiry=SOON))
    masv.account.set_expiry(package, "2027-11-30T00:00:00Z")
    assert "which the preview before this run did not show" in refused(
        lambda: recorded._phase(make(package, expiry=SOON), refresh=False, dry=False)
    )


def test_an_id_cannot_be_secret(recorded: Engine, masv: Simulator) -> None:
    package = masv.account.add_package()
    program = lifecycle(package)
    program["p"]["secretInputs"] = ["packageId"]
    assert "packageId: is secret, but Pulumi keeps" in refused(lambda: recorded.up(program))


def test_a_window_is_told_without_its_secret_ends(recorded: Engine, masv: Simulator) -> None:
    masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")
    window = {"expiryStart": "2020-03-04T00:00:00Z", "expiryEnd": "2026-02-02T00:00:00Z"}
    secret = {"__type": "ArchiveWindow", "secretInputs": ["expiryStart"], **window}
    told = nothing_in_clear(recorded.up({"w": secret}))
    assert "window [secret] to 2026-02-02T00:00:00Z (sent): archive 1 package" in told
    opposite = {**window, "__type": "ArchiveWindow", "archived": False}
    opposite["expiryStart"] = "2019-01-01T00:00:00Z"
    assert "overlaps the window [secret]" in refused(
        lambda: recorded.up({"v": opposite, "w": secret})
    )


def test_an_entry_that_is_taken_out_keeps_its_secret(recorded: Engine, masv: Simulator) -> None:
    kept, taken = (masv.account.add_package(name="raw", expiry=DEC) for _ in range(2))
    both = fleet(taken, name=NAME, expiry=SOON, forceDestroy=True)
    both["p"]["packages"][kept] = {}
    recorded.up(both)
    told = nothing_in_clear(recorded.up(fleet(kept, [], forceDestroy=True)))
    assert f"{taken} [secret]: LOSS 3 files" in told
    recorded.up(fleet(kept, name=NAME, expiry=SOON))
    other = masv.account.add_package()
    assert f"{kept} [secret] still has 3 files" in refused(lambda: recorded.up(fleet(other, [])))


def test_what_was_secret_is_not_told_when_it_changes(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    recorded.up(make(package, name=NAME, expiry=SOON))
    told = nothing_in_clear(recorded.up(make(package, [], name="Public", expiry=SOON)))
    assert f'{package} [secret]: rename to "Public"' in told
    again = make(package, [], name="Public", expiry=SOON)
    again["p"].pop("secretInputs")
    assert recorded.preview(again).changes == {}
    assert "secretInputs" not in str(recorded.state)


def test_a_name_that_is_not_declared_any_more_stays_secret(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    recorded.up(make(package, name=NAME, expiry=SOON))
    nothing_in_clear(recorded.up(make(package, ["expiry"], expiry=SOONER)))
    nothing_in_clear(recorded.refresh(), recorded.up(make(package, ["expiry"], expiry=SOONER)))
    assert not CLEAR.search(stored_in_clear(recorded))


def test_an_end_that_goes_and_comes_back_is_stored_as_a_secret(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    recorded.up(make(package, name=NAME, expiry=SOON))
    masv.account.set_unlimited(package)
    nothing_in_clear(recorded.refresh())
    masv.account.set_expiry(package, SOON)
    nothing_in_clear(recorded.refresh())
    assert not CLEAR.search(stored_in_clear(recorded))
    assert recorded.preview(make(package, name=NAME, expiry=SOON)).changes == {}


def stored_in_clear(engine: Engine) -> str:
    """What a verb gave Pulumi to store, without what it marked secret."""
    return re.sub(r"\{'4dabf18193072939515e22adb298388d'[^}]*\}", "", str(engine.given))


def test_what_is_declared_as_before_costs_no_request(
    recorded: Engine, masv: Simulator, make: Make
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    recorded.up(make(package, name=NAME, expiry=SOON))
    masv.reset_journal()
    phase = recorded.up(make(package, name=NAME, expiry=SOON))
    assert masv.journal == []
    assert [record.does for record in phase.records] == ["unchanged"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ["Merger"]},
        {"name": {"Merger": 1}},
        {"name": 20200304.5},
        {"expiry": "Merger"},
        {"unlimitedStorage": "Merger"},
        {"archived": "Merger"},
    ],
    ids=str,
)
def test_a_secret_of_a_wrong_kind_is_refused_without_being_quoted(
    recorded: Engine, masv: Simulator, make: Make, wrong: dict[str, Any]
) -> None:
    package = masv.account.add_package(name="raw", expiry=DEC)
    told = refused(lambda: recorded.up(make(package, [*wrong], **wrong)))
    assert "[secret]" in told
    assert "20200304" not in told


def test_a_map_that_is_no_map_is_refused_without_being_quoted(recorded: Engine) -> None:
    bag: dict[str, Any] = {
        "packages": '{"01H": {"name": "Merger"}}',
        "secretInputs": {"": ["packages"]},
    }
    told = refused(lambda: recorded.up({"p": {"__type": "PackageFleet", **bag}}))
    assert told == "p: packages: expected names and their values, not [secret]"


def test_the_ends_of_a_window_are_compared_without_being_quoted(recorded: Engine) -> None:
    window = {"expiryStart": "2027-03-04T05:06:07+01:00", "expiryEnd": "2027-03-03T05:06:07Z"}
    bag = {"__type": "ArchiveWindow", "secretInputs": ["expiryEnd", "expiryStart"], **window}
    assert "[secret] lies before the start, [secret]" in refused(lambda: recorded.up({"w": bag}))


def test_windows_that_are_secret_are_told_apart(recorded: Engine, masv: Simulator) -> None:
    masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")
    ends = (("2020-03-04T00:00:00Z", "2026-02-02T00:00:00Z"), ("2019-01-01T00:00:00Z", PAST))
    recorded.up(
        {
            str(number): {
                "__type": "ArchiveWindow",
                "secretInputs": ["expiryEnd", "expiryStart"],
                "expiryStart": start,
                "expiryEnd": end,
            }
            for number, (start, end) in enumerate(ends)
        }
    )
    assert [recorded.state[name]["outputs"]["archivedCount"] for name in "01"] == [1, 0]


def test_a_secret_window_hides_masvs_words_of_itself_and_of_no_package(
    recorded: Engine, masv: Simulator
) -> None:
    masv.account.add_package(state="expired", expiry="2026-02-01T00:00:00Z")
    package = masv.account.add_package(name="raw", expiry=DEC)
    ends = {"expiryStart": "2020-03-04T00:00:00Z", "expiryEnd": "2026-02-02T00:00:00Z"}
    window = {"__type": "ArchiveWindow", "secretInputs": ["expiryStart"], **ends}
    masv.faults.set("status", status=422, message="no 2020-03-04", method="PUT", times=None)
    assert "MASV's words may contain a secret" in refused(lambda: recorded.up({"w": window}))
    both: Program = {
        "w": {**window, "archived": False},
        "p": {"packageId": package, "name": "Day 12"},
    }
    with pytest.raises(Refused, match="answered 422: no 2020-03-04"):
        recorded.up(both)


@pytest.mark.parametrize("odd", [True, 3, "name", ["name", 3, ["x"]], {"": 3}, {"name": ["x", 1]}])
def test_a_state_written_by_hand_may_call_anything_secret(
    make: Make, engine: Engine, masv: Simulator, odd: Any
) -> None:
    program = make(masv.account.add_package(name="raw", expiry=DEC), [], name="raw")
    engine.up(program)
    engine.state["p"]["inputs"]["secretInputs"] = odd
    engine.up(program)
