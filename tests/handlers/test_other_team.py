"""A resource that is handed to another team is refused in a preview, changed or not."""

from typing import Any

import pytest

from pulumi_masv.errors import OtherTeam
from tests.handlers.conftest import HANDLERS
from tests.sessions import session

DECLARED: dict[str, dict[str, Any]] = {
    "PackageLifecycle": {"packageId": "01HP"},
    "PackageFleet": {"packages": {"01HP": {}}},
    "ArchiveWindow": {"expiryStart": "2026-01-01T00:00:00Z", "expiryEnd": "2026-02-01T00:00:00Z"},
}
CALLED = {
    "PackageLifecycle": '01HP "Day 12"',
    "PackageFleet": "this fleet",
    "ArchiveWindow": "this window 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z (sent)",
}


@pytest.mark.parametrize("kind", DECLARED)
def test_an_unchanged_resource_of_another_team_is_refused(kind: str) -> None:
    handler: Any = HANDLERS[kind](session({"masv:teamId": "here"}))
    state = {**DECLARED[kind], "name": "Day 12", "teamId": "there"}
    told = []
    for verb in (handler.diff, handler.update):
        with pytest.raises(OtherTeam) as refused:
            verb("01HP", state, DECLARED[kind])
        told.append(str(refused.value))
    assert told[0] == told[1]
    assert told[0].startswith(f"{CALLED[kind]} was stored in team there, but masv:teamId (or ")
    assert "MASV_TEAM_ID) now says here: set it back" in told[0]


def test_another_package_may_be_taken_in_another_team() -> None:
    handler: Any = HANDLERS["PackageLifecycle"](session({"masv:teamId": "here"}))
    diff = handler.diff("01HP", {"packageId": "01HP", "teamId": "there"}, {"packageId": "01HQ"})
    assert diff.replaces == ["packageId"]
