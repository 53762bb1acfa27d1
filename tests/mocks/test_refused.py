"""What is refused before a resource is made, under mocks as in a run."""

import inspect
from typing import Any

import pulumi
import pytest

import pulumi_masv as masv
from tests.mocks.conftest import Mocks


@pytest.mark.parametrize("empty", [None, "", " "])
def test_a_provider_without_key_or_team_is_refused(mocks: Mocks, empty: Any) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        masv.Provider("lab", api_key=empty, team_id=empty)
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == [
        " api_key is empty",
        " team_id is empty",
    ]
    assert mocks.made == {}


@pytest.mark.parametrize("made", [masv.PackageLifecycle, masv.PackageFleet, masv.ArchiveWindow])
def test_an_import_in_the_options_is_refused_in_words(mocks: Mocks, made: Any) -> None:
    required = [
        name
        for name, one in inspect.signature(made).parameters.items()
        if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    ]
    with pytest.raises(pulumi.RunError, match=r"'one': opts\.import_ does not work"):
        made("one", pulumi.ResourceOptions(import_="01HA"), **dict.fromkeys(required))
    assert mocks.made == {}
