"""A key, a team or a network that is missing or wrong: a line that says whose, and nothing done."""

from typing import Any

from pulumi_masv.simulator import (
    Simulator,
)
from tests.engine.adopted import adopted, declare
from tests.engine.conftest import Stack


def test_an_offline_preview_without_a_key_says_so_and_goes_on(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12")
    declare(stack, package, force=False, more=', name="Day 13"')
    no_key: dict[str, Any] = {"MASV_API_KEY": ""}
    seen = stack.run("preview", **no_key)
    assert "masv:apiKey (or MASV_API_KEY) is not set" in seen.text
    assert masv.journal == []
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, **no_key)
    assert len(refused.errors) == 1, refused.text
    assert "masv:apiKey (or MASV_API_KEY) is not set" in refused.errors[0]

    no_network: dict[str, Any] = {"MASV_BASE_URL": "http://127.0.0.1:9", "MASV_MAX_RETRIES": "0"}
    seen = stack.run("preview", **no_network)
    assert "cannot look at MASV" in seen.text
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, **no_network)
    assert len(refused.errors) == 1, refused.text
    assert "no answer from http://127.0.0.1:9" in refused.errors[0]


def test_to_another_team_no_package_is_gone(stack: Stack, masv: Simulator) -> None:
    package = adopted(stack, masv)
    masv.account.teams["01OTHERTEAM"] = "other-key"
    other = {"MASV_TEAM_ID": "01OTHERTEAM", "MASV_API_KEY": "other-key"}
    declare(stack, package, more=', name="Day 13"')
    for command in ("refresh", "destroy"):
        refused = stack.run(command, "--yes", "--skip-preview", "--run-program", expect=1, **other)
        assert f"stored in team {masv.team_id}" in refused.text
        assert "01OTHERTEAM" in refused.text
    assert list(stack.state()) == ["day12"]
    assert masv.account.losses == ()


def test_a_wrong_key_is_one_line_that_says_where_it_came_from(
    stack: Stack, masv: Simulator
) -> None:
    declare(stack, masv.account.add_package(name="Day 12"))
    refused = stack.run("up", "--yes", "--skip-preview", expect=1, MASV_API_KEY="wrong")
    assert len(refused.errors) == 1, refused.text
    assert "the key came from the environment (MASV_API_KEY)" in refused.errors[0]


def test_a_refusal_of_a_rotated_key_names_run_program(stack: Stack, masv: Simulator) -> None:
    del stack.environment["MASV_API_KEY"]
    stack.run("config", "set", "--secret", "masv:apiKey", masv.api_key)
    adopted(stack, masv)
    masv.account.teams[masv.team_id] = "a-new-key"
    stack.run("config", "set", "--secret", "masv:apiKey", "a-new-key")
    settings = stack.folder / "Pulumi.yaml"
    once = settings.read_text()
    settings.write_text(once + "options: {refresh: always}\n")
    for refused in (stack.refresh(expect=1), stack.up(expect=1)):
        assert "use the recorded key unless --run-program" in refused.text
    settings.write_text(once)
    stack.refresh("--run-program")
    stack.up("--expect-no-changes", "--refresh")


def test_a_key_in_clear_and_an_unknown_setting_are_told(stack: Stack, masv: Simulator) -> None:
    declare(stack, masv.account.add_package(name="Day 12"))
    stack.run("config", "set", "masv:apikye", "x")
    stack.run("config", "set", "--plaintext", "masv:apiKey", "01CLEAR")
    refused = stack.preview(expect=1)
    assert "masv:apiKey is stored in clear text" in refused.text
    assert "Traceback" not in refused.text
    stack.run("config", "set", "--secret", "masv:apiKey", masv.api_key)
    assert "did you mean masv:apiKey?" in stack.preview().text
