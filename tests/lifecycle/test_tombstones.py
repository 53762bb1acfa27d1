"""What the processes of a run write down of packages that have expired."""

from datetime import datetime, timezone

import pytest

from pulumi_masv.lifecycle.registry import Declaration, Registry
from pulumi_masv.lifecycle.window import contradicted
from pulumi_masv.models import LifecycleInputs
from tests.sessions import session

EXPIRY = "2026-01-15T00:00:00Z"


@pytest.mark.parametrize(("secrets", "written"), [((), EXPIRY), (("expiry",), None)])
def test_when_a_package_expired_is_not_written_down_if_it_is_secret(
    secrets: tuple[str, ...], written: str | None
) -> None:
    run = Registry()
    asked = session(share=run, clock=lambda: datetime(2026, 6, 1, tzinfo=timezone.utc))
    run.declare([Declaration("01HP", asked.account, 1, archived=True)])
    bag = {"packageId": "01HP", "expiry": EXPIRY, "archived": True, "secretInputs": secrets}
    assert contradicted(asked, [LifecycleInputs.model_validate(bag)]) == []
    assert run.tombstones(asked.account, archived=True) == [("01HP", written)]
