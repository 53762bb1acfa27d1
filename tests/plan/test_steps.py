"""What a step may do to a package, whatever somebody has made of it by now."""

from datetime import datetime, timedelta, timezone
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from pulumi_masv.models import Package, earlier
from pulumi_masv.plan import Rename, SetUnlimited, Step, Unarchive, after
from tests.generated import at_least, count

START = datetime(2027, 1, 1, tzinfo=timezone.utc)
packages = st.builds(
    Package,
    id=st.just("01HA"),
    name=st.sampled_from(["raw", "x"]),
    state=st.sampled_from(["new", "finalized", "expired", "archived"]),
    expiry=st.integers(0, 1000).map(lambda days: START + timedelta(days)),
    unlimited_storage=st.booleans(),
)


def test_only_a_name_no_end_and_a_tombstone_shown_again_are_harmless() -> None:
    harmless = {step for step in get_args(Step) if step.is_harmless}
    assert harmless == {Rename, SetUnlimited, Unarchive}


@at_least(15, "it still ends", "it never ends")
@given(package=packages, step=st.sampled_from([Rename("x"), SetUnlimited(), Unarchive()]))
def test_a_harmless_step_ends_no_package_earlier(package: Package, step: Step) -> None:
    left = after(package, (step,))
    count("it still ends" if isinstance(left.end, datetime) else "it never ends")
    assert package.end is not None
    assert not (isinstance(left.end, datetime) and earlier(left.end, package.end))
