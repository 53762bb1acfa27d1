"""What a Provider leaves to the stack's configuration, so that no simulator is missed."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import CONFIG

import pulumi_masv as masv
from tests.mocks.conftest import Mocks, run

STACK = "http://127.0.0.1:9"


@pytest.mark.parametrize("given", [lambda empty: empty, pulumi.Output.from_input])
@pytest.mark.parametrize("empty", ["", " ", None])
def test_an_empty_setting_of_a_provider_is_the_stacks(
    mocks: Mocks, empty: str | None, given: Callable[[Any], Any]
) -> None:
    CONFIG.set({"masv:baseUrl": STACK})
    run(lambda: masv.Provider("lab", api_key="k", team_id="01T", base_url=given(empty)))
    made = mocks.made["lab"]
    assert json.loads(json.dumps(made["masv:baseUrl"])) == STACK


def test_a_setting_that_a_provider_is_given_is_not_the_stacks(mocks: Mocks) -> None:
    CONFIG.set({"masv:maxRetries": "3"})
    run(lambda: masv.Provider("lab", api_key="k", team_id="01T", max_retries=0))
    assert mocks.made["lab"]["masv:maxRetries"] == "0"
