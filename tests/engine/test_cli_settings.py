"""Where the command line's settings come from, with the real engine in a project's folder."""

import subprocess
from pathlib import Path

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack


def listing(stack: Stack, folder: Path, **changes: str) -> tuple[int, str]:
    """Run `list` in a folder with no MASV in the environment: its exit status and stderr."""
    kept = {k: v for k, v in stack.environment.items() if not k.startswith("MASV_")}
    done = subprocess.run(
        ["pulumi-masv", "list"],
        cwd=folder,
        env={**kept, **changes},
        stdin=subprocess.PIPE,  # it would wait for ever for an answer
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_settings_come_from_the_selected_stack_or_a_line_says_why_not(
    stack: Stack, masv: Simulator
) -> None:
    stack.run("stack", "change-secrets-provider", "passphrase")
    stack.run("config", "set", "--secret", "masv:apiKey", masv.api_key)
    stack.run("config", "set", "masv:teamId", masv.team_id)
    stack.run("config", "set", "masv:baseUrl", masv.url)
    inside = stack.folder / "inside"
    inside.mkdir()
    for folder in (stack.folder, inside):
        assert listing(stack, folder) == (
            0,
            "pulumi-masv: settings from stack test of project life\n",
        )
    for changes, why in (
        ({"PULUMI_CONFIG_PASSPHRASE": ""}, "set PULUMI_CONFIG_PASSPHRASE"),
        ({"PULUMI_CONFIG_PASSPHRASE": "wrong"}, "set PULUMI_CONFIG_PASSPHRASE"),
        ({"PULUMI_STACK": ""}, "no stack is selected; run `pulumi stack select`"),
        ({"PULUMI_STACK": "none"}, "no stack is selected; run `pulumi stack select`"),
        ({"PULUMI_BACKEND_URL": "", "PULUMI_HOME": str(inside)}, "run `pulumi login`"),
        (
            {"PULUMI_BACKEND_URL": "https://127.0.0.1:9", "PULUMI_ACCESS_TOKEN": "pul-canary"},
            "its backend cannot be reached",
        ),
    ):
        code, said = listing(stack, inside, **changes)
        [line] = said.splitlines()
        assert code == 2
        assert "masv:apiKey (or MASV_API_KEY) is not set" in line
        assert why in line
        assert "pul-canary" not in line
    environment = {"MASV_API_KEY": masv.api_key, "MASV_TEAM_ID": masv.team_id}
    environment |= {"MASV_BASE_URL": masv.url, "PULUMI_CONFIG_PASSPHRASE": "wrong"}
    code, said = listing(stack, inside, **environment)
    assert code == 0
    assert said.startswith("pulumi-masv: settings from the environment, because stack test of")


def test_a_key_in_clear_is_refused_and_an_unknown_key_told(stack: Stack, masv: Simulator) -> None:
    stack.program("masv.PackageLifecycle('a', package_id='01X')\n")
    stack.run("config", "set", "masv:teamid", masv.team_id)
    stack.run("config", "set", "masv:apiKey", masv.api_key)
    code, said = listing(stack, stack.folder)
    assert code == 2
    assert "masv:apiKey is stored in clear text in the stack's configuration" in said
    assert masv.api_key not in said
    assert (
        "masv:apiKey is stored in clear text in the stack's configuration"
        in stack.preview(expect=1).text
    )
    environment = {"MASV_TEAM_ID": masv.team_id, "MASV_BASE_URL": masv.url}
    stack.run("config", "set", "--secret", "masv:apiKey", masv.api_key)
    code, said = listing(stack, stack.folder, **environment)
    assert code == 0
    assert "masv:teamid is not a setting of pulumi_masv: did you mean masv:teamId?" in said
