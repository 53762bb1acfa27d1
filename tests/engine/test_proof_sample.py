"""A sample of the proof of a run (tests/handlers/test_any_program.py) on the real engine."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Initialised, Stack, stack_in
from tests.engine.deletions.programs import OTHER_PROVIDER, report
from tests.handlers.conftest import Program
from tests.handlers.test_any_program import IDS, lives, untouched

NAMES = {
    "forceDestroy": "force_destroy",
    "archiveOnDestroy": "archive_on_destroy",
    "retainRemoved": "retain_removed",
    "unlimitedStorage": "unlimited_storage",
    "packageId": "package_id",
}


def text(program: Program, masv: Simulator) -> str:
    """A program of the harness as a person would write it."""
    lines = [OTHER_PROVIDER.format(key=masv.api_key, team=masv.team_id, url=masv.url)]
    for name, bag in program.items():
        kind = bag.get("__type", "PackageLifecycle")
        given_ = {k: v for k, v in bag.items() if not k.startswith("__")}
        if "packages" in given_:
            given_["packages"] = {i: _python(one) for i, one in given_["packages"].items()}
        arguments = [f"{key}={value!r}" for key, value in _python(given_).items()]
        arguments += ["opts=ResourceOptions(provider=other)"] if bag.get("__process") else []
        lines.append(f"masv.{kind}({', '.join([repr(name), *arguments])})")
    return "\n".join(lines)


def _python(bag: dict[str, Any]) -> dict[str, Any]:
    return {NAMES.get(name, name): value for name, value in bag.items()}


@settings(
    max_examples=5,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lives=lives())
def test_a_run_ends_what_its_report_names_on_the_real_engine(
    initialised: Initialised, lives: tuple[Program, Program]
) -> None:
    first, second = lives
    with tempfile.TemporaryDirectory() as folder, Simulator(packages=0) as masv:
        for package_id in IDS:
            masv.account.add_package(id=package_id)
        stack: Stack = stack_in(Path(folder), masv, initialised)
        stack.program(text(first, masv))
        stack.up(expect=None)
        stack.program(text(second, masv))
        masv.reset_journal()
        status, told = report(stack, Path(folder))
        assert masv.writes == []
        if status == 2:
            return
        schedule, ended = untouched(masv.account), len(masv.account.losses)
        done = stack.up(expect=None)
        now = masv.account.now
        masv.account.set_now("2099-01-01T00:00:00Z")

    losses = {loss.package_id: loss.instant for loss in masv.account.losses[ended:]}
    early = {i for i, end in losses.items() if i not in schedule or end < schedule[i]}
    declared = {i for bag in second.values() for i in bag.get("packages", [bag.get("packageId")])}
    named = {loss["id"] for loss in told["losses"]}
    assert early <= named | {row["id"] for row in told["cannotBeTold"]}, done.text
    assert not {i for i in early if losses[i] <= now} & declared
    assert status == (3 if named or told["cannotBeTold"] else 0)
    if done.code == 0:
        assert named <= early
