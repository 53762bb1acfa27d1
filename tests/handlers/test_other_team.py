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


@pytest.mark.parametrize("kind", DECLARED)
def test_an_unchanged_resource_of_another_team_is_refused(kind: str) -> None:
    handler: Any = HANDLERS[kind](session({"masv:teamId": "here"}))
    with pytest.raises(OtherTeam, match=r"01HP|this fleet|this window") as refused:
        handler.diff("01HP", {**DECLARED[kind], "teamId": "there"}, DECLARED[kind])
    assert "masv:teamId (or MASV_TEAM_ID) now says here: set it back" in str(refused.value)


def test_another_package_may_be_taken_in_another_team() -> None:
    handler: Any = HANDLERS["PackageLifecycle"](session({"masv:teamId": "here"}))
    diff = handler.diff("01HP", {"packageId": "01HP", "teamId": "there"}, {"packageId": "01HQ"})
    assert diff.replaces == ["packageId"]
