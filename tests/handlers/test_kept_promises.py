"""What holds for every resource alike, whatever it is."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pulumi_masv.simulator import KEY_CANARY, PASSWORD_CANARY, TOKEN_CANARY, Simulator
from tests.handlers.conftest import Engine, Program, Refused

WINDOW = {"expiryStart": "2026-01-01T00:00:00Z", "expiryEnd": "2026-02-01T00:00:00Z"}


@dataclass
class Kind:
    """One kind of resource: how it begins, what changes of it, and what asks nothing of MASV.

    Attributes:
        add: adds what it is about to the account, and gives its first inputs.
        change: inputs that take a write.
        flag: inputs that take none.
        broken: outputs that cannot be read.
        subject: what an error calls it.
    """

    add: Callable[[Simulator], dict[str, Any]]
    change: dict[str, Any]
    flag: dict[str, Any]
    broken: dict[str, Any]
    subject: str

    def program(self, masv: Simulator) -> Program:
        return {"it": self.add(masv)}


def package(masv: Simulator) -> dict[str, Any]:
    return {"packageId": masv.account.add_package(name="raw", id="01HA")}


def fleet(masv: Simulator) -> dict[str, Any]:
    return {"__type": "PackageFleet", "packages": {masv.account.add_package(id="01HF"): {}}}


def window(masv: Simulator) -> dict[str, Any]:
    masv.account.add_package(state="expired", expiry="2026-01-15T00:00:00Z")
    return {"__type": "ArchiveWindow", "archived": False, **WINDOW}


KINDS = {
    "PackageLifecycle": Kind(
        package,
        {"name": "Day 12"},
        {"archiveOnDestroy": True, "forceDestroy": True},
        {"expiry": "soon", "size": "many"},
        "package 01HA",
    ),
    "PackageFleet": Kind(
        fleet,
        {"packages": {"01HF": {"name": "Day 12"}}},
        {"archiveOnDestroy": True, "forceDestroy": True},
        {"live": "many", "teamId": 5},
        "a fleet",
    ),
    "ArchiveWindow": Kind(
        window,
        {"archived": True},
        {"unarchiveOnDestroy": True},
        {"expiryEnd": "soon", "archivedCount": "many"},
        "an archive window",
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def changed(program: Program, changes: dict[str, Any]) -> Program:
    return {name: {**inputs, **changes} for name, inputs in program.items()}


def test_a_preview_writes_nothing(engine: Engine, masv: Simulator, kind: Kind) -> None:
    program = kind.program(masv)
    engine.preview(changed(program, kind.change))
    engine.up(program)
    masv.reset_journal()
    engine.preview(changed(program, {**kind.change, **kind.flag}), refresh=True)
    with contextlib.suppress(Refused):  # what is not forced is refused in the preview
        engine.preview({}, refresh=True)
    assert masv.writes == []


def test_an_up_of_what_is_so_already_asks_and_changes_nothing(
    engine: Engine, masv: Simulator, kind: Kind
) -> None:
    program = changed(kind.program(masv), kind.change)
    engine.up(program)
    masv.reset_journal()
    assert engine.up(program).changes == {}
    assert masv.journal == []
    assert engine.up(program, refresh=True).changes == {}
    assert masv.writes == []


def test_what_counts_only_at_the_end_needs_no_request(
    engine: Engine, masv: Simulator, kind: Kind
) -> None:
    """Nor a key."""
    program = kind.program(masv)
    engine.up(program)
    masv.reset_journal()
    engine.config = {"masv:apiKey": None}
    engine.up(changed(program, kind.flag))
    assert masv.journal == []
    assert engine.state["it"]["outputs"].items() >= kind.flag.items()


def test_a_preview_without_a_key_warns_in_one_line(
    engine: Engine, masv: Simulator, kind: Kind
) -> None:
    """The up refuses."""
    program = kind.program(masv)
    program = {f"{name}{i}": inputs for i in range(3) for name, inputs in program.items()}
    engine.config = {"masv:apiKey": None}
    [line] = engine.preview(program).warned
    assert line.startswith("cannot look at MASV, so nothing is checked there: ")
    assert "masv:apiKey (or MASV_API_KEY) is not set" in line
    with pytest.raises(Refused, match=r"masv:apiKey"):
        engine.up(program)


def test_a_wrong_key_fails_the_preview_in_one_line(
    engine: Engine, masv: Simulator, kind: Kind
) -> None:
    engine.config = {"masv:apiKey": "wrong"}
    with pytest.raises(Refused) as caught:
        engine.preview(kind.program(masv))
    [line] = caught.value.lines
    assert line.startswith("it: GET /v1.1/teams/")
    assert "check that it is a key of team" in line


def test_a_preview_without_network_asks_once_and_not_for_each_resource(
    engine: Engine, masv: Simulator
) -> None:
    program = {name: kind.add(masv) for name, kind in KINDS.items()}
    masv.faults.set("reset", times=None)
    engine.config = {"masv:maxRetries": "0"}
    [line] = engine.preview(program).said
    assert "no answer from" in line
    assert len(masv.journal) == 1


def test_a_wrong_setting_is_refused_in_the_preview(
    engine: Engine, masv: Simulator, kind: Kind
) -> None:
    engine.config = {"masv:baseUrl": "http://example.com"}
    with pytest.raises(Refused, match="is not encrypted: use https"):
        engine.preview(kind.program(masv))


def test_every_verb_names_another_team_beside_the_stored_one(
    engine: Engine, masv: Simulator, kind: Kind
) -> None:
    program = changed(kind.program(masv), kind.flag)
    engine.up(program)
    masv.reset_journal()
    masv.account.teams["01OTHER"] = "other-key"
    engine.config = {"masv:teamId": "01OTHER", "masv:apiKey": "other-key"}
    for verb in (
        engine.refresh,
        engine.destroy,
        lambda: engine._phase(changed(program, kind.change), refresh=True, dry=False),
        lambda: engine._phase({}, refresh=False, dry=False),
    ):
        with pytest.raises(Refused, match=f"stored in team {masv.team_id}.*now says 01OTHER"):
            verb()
    assert masv.journal == []
    assert list(engine.state) == ["it"]


def test_a_state_that_nobody_can_read_is_one_line(
    engine: Engine, masv: Simulator, kind: Kind
) -> None:
    """And does not break the diff of a refresh."""
    program = kind.program(masv)
    engine.up(program)
    engine.state["it"]["outputs"] |= kind.broken
    masv.reset_journal()
    with pytest.raises(Refused) as caught:
        engine.up(changed(program, kind.change))
    [line] = caught.value.lines
    first, second = kind.broken
    assert line.startswith(
        f"StateUnreadable: the state of {kind.subject} cannot be read ({first}: "
    )
    assert f"; {second}: " in line
    assert "pulumi state delete" in line
    assert masv.writes == []


def test_nothing_secret_is_stored_or_said(engine: Engine, masv: Simulator, kind: Kind) -> None:
    program = kind.program(masv)
    engine.up(program)
    engine.up(changed(program, kind.change), refresh=True)
    masv.faults.set("status", status=400, message=f"bad {masv.api_key}", times=None)
    with pytest.raises(Refused) as caught:
        engine.refresh()
    told = json.dumps([engine.state, engine.said, caught.value.lines])
    for canary in (KEY_CANARY, TOKEN_CANARY, PASSWORD_CANARY, "eyJ"):
        assert canary not in told


def test_an_end_moved_after_the_preview_stays_at_an_up(engine: Engine, masv: Simulator) -> None:
    """Though it refreshes."""
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    program = {"day12": {"packageId": package, "expiry": "2027-01-31T00:00:00Z"}}
    engine.up(program)
    assert engine.preview(program, refresh=True).changes == {}
    masv.account.set_expiry(package, "2027-12-01T00:00:00Z")
    with pytest.raises(Refused, match="304 days earlier than planned, which the preview before"):
        engine._phase(program, refresh=True, dry=False)
    engine.up(program, refresh=True)  # a preview of its own has shown it
    assert masv.account.package(package).expiry.month == 1


def test_what_a_preview_let_go_of_is_not_destroyed_by_its_up(
    engine: Engine, masv: Simulator
) -> None:
    alone, entry = (masv.account.add_package(name=name) for name in ("Day 12", "Day 13"))
    forced = {"forceDestroy": True}
    season = {"__type": "PackageFleet", "packages": {entry: {}}, **forced}
    engine.up({"day12": {"packageId": alone, **forced}, "season": season})
    moved = {"moved": {"packageId": alone}, "other": {"packageId": entry}}
    gone = {"season": {**season, "packages": {}}}
    engine.preview({**gone, **moved})
    for _ in range(2):  # what the program makes late may be there in its preview alone
        with pytest.raises(Refused, match="which the preview before this run did not show"):
            engine._phase(gone, refresh=False, dry=False)
        assert masv.account.losses == ()
        engine.preview({**gone, **moved})
    engine.up(gone)
    assert {loss.package_id for loss in masv.account.losses} == {alone, entry}


def test_a_review_that_cannot_be_read_is_one_line(engine: Engine, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12")
    engine.environment = {"MASV_REVIEWED": "/nowhere/report.json"}
    with pytest.raises(Refused, match=r"MASV_REVIEWED: /nowhere/report\.json: No such file"):
        engine.preview({"day12": {"packageId": package, "name": "x"}})
