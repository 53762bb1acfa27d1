"""Whatever is sent to a route that the simulator describes, it answers as it describes."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from pulumi_masv.simulator import Simulator

with Simulator(packages=0) as described:
    API = schemathesis.openapi.from_url(
        f"{described.url}/openapi.json",
        config=schemathesis.Config.from_dict(
            {
                "generation": {"deterministic": True, "max-examples": 15},
                "request-timeout": 5,
                # What is sent must not depend on what another test was answered.
                "phases": {
                    "fuzzing": {
                        "extra-data-sources": {"responses": False},
                        "error-feedback": {"enabled": False},
                    },
                },
                "checks": {
                    # MASV ignores what it does not know, and state and clock refuse what fits.
                    "negative_data_rejection": {"enabled": False},
                    "positive_data_acceptance": {"enabled": False},
                },
            }
        ),
    )
# One simulator for all that is sent to one route: the answers must fit whatever came before.
on_one_simulator = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def masv() -> Iterator[Any]:
    with Simulator(packages=3) as masv:
        yield masv


@pytest.fixture
def package_id(masv: Simulator) -> Any:
    return masv.account.packages()[0].id


@pytest.mark.thorough
@API.parametrize()
@on_one_simulator
def test_a_described_route_answers_a_stranger_as_described(case: Any, masv: Simulator) -> None:
    case.call_and_validate(base_url=masv.url)


@API.parametrize()
@on_one_simulator
def test_a_described_route_answers_who_may_ask_as_described(
    case: Any, masv: Simulator, package_id: str
) -> None:
    known = {"team": masv.team_id, "id": package_id}
    for name in known.keys() & case.path_parameters.keys():
        case.path_parameters[name] = known[name]
    if case.path.startswith("/v1/packages/"):
        headers = {"X-Package-Token": masv.account.issue_token(package_id)}
    else:
        headers = {"X-API-KEY": masv.api_key}
    case.call_and_validate(base_url=masv.url, headers=headers)
