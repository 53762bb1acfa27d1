"""What a user's mocks leave out of a package, and what they are given of one."""

from typing import Any

import pulumi

import pulumi_masv as masv
from tests.mocks.conftest import Mocks, run


class Silent(Mocks):
    """Returns no output at all."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
        super().new_resource(args)
        return "one-id", {}


def test_mocks_that_return_no_outputs_leave_flags_as_declared() -> None:
    pulumi.runtime.set_mocks(Silent(), preview=False)
    read: list[Any] = []

    def program() -> Any:
        one = masv.PackageLifecycle("one", package_id="01HA", force_destroy=True, archived=True)
        flags = (one.force_destroy, one.archived, one.pending_archive)
        return pulumi.Output.all(*flags).apply(read.extend)

    run(program)
    assert read == [True, True, False]


def test_mocks_of_a_package_only_read_are_given_its_id_alone(mocks: Mocks) -> None:
    opts = pulumi.ResourceOptions(additional_secret_outputs=["archived"])
    run(lambda: masv.PackageLifecycle.get("read", "01HA", opts).archived)
    assert mocks.made == {"read": {"packageId": "01HA"}}
