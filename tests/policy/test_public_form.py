"""`masv.evaluate`, as a program calls it."""

from datetime import datetime

import pytest

import pulumi_masv as masv
from tests.policy.conftest import NOW, manifest, package


def test_evaluate_gives_what_a_fleet_takes() -> None:
    rules = manifest({"match": {}, "set": {"expiry": "unlimited", "archived": True}})
    given_ = masv.evaluate(rules, (one for one in [package()]), NOW)
    assert given_ == {"P": masv.PackageArgs(unlimited_storage=True, archived=True)}
    with pytest.raises(ValueError, match="now has no time zone"):
        masv.evaluate(rules, [package()], datetime(2026, 11, 24))  # noqa: DTZ001


def test_the_path_of_a_manifest_is_not_a_manifest() -> None:
    with pytest.raises(TypeError, match=r"str is not a masv\.Manifest: write masv\.Manifest\.load"):
        masv.evaluate("masv.yaml", [package()], NOW)  # type: ignore[arg-type]
