"""What a user's mocks leave out of a package, and what they are given of one."""

from typing import Any

import pulumi
import pytest

import pulumi_masv as masv
from tests.mocks.conftest import Mocks, run


class Terse(Mocks):
    """Returns the state alone."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
        super().new_resource(args)
        return "one-id", {"state": "finalized"}


@pytest.mark.parametrize("preview", [False, True])
def test_flags_that_mocks_leave_out_are_as_pulumi_has_them(preview: bool) -> None:
    pulumi.runtime.set_mocks(Terse(), preview=preview)
    read: list[Any] = []

    async def program() -> None:
        one = masv.PackageLifecycle(
            "one", package_id="01HA", force_destroy=pulumi.Output.secret(True), archived=True
        )
        for flag in (one.force_destroy, one.archived, one.pending_archive):
            read.append(await flag.future() if await flag.is_known() else "unknown")

    run(program)
    given = "unknown" if preview else True
    assert read == [given, given, False]


def test_mocks_of_a_package_only_read_are_given_its_id_alone(mocks: Mocks) -> None:
    opts = pulumi.ResourceOptions(additional_secret_outputs=["archived"])
    run(lambda: masv.PackageLifecycle.get("read", "01HA", opts).archived)
    assert mocks.made == {"read": {"packageId": "01HA"}}
