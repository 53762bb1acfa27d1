"""Two stacks that manage the same packages at once."""

import re
import sys
from dataclasses import replace

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import PROJECT, Stack
from tests.engine.interruptions.runs import MARCH, MAY, declare, slow, some, spelled, until, up


def beside(stack: Stack) -> Stack:
    """Another stack for the same account, in a folder and a backend of its own."""
    root = stack.folder.parent / "beside"
    for name in ("project", "backend"):
        (root / name).mkdir(parents=True)
    (root / "project" / "Pulumi.yaml").write_text(PROJECT.format(virtualenv=sys.prefix))
    own = {"PULUMI_BACKEND_URL": f"file://{root / 'backend'}", "PULUMI_HOME": str(root / "home")}
    other = replace(stack, folder=root / "project", environment={**stack.environment, **own})
    other.run("stack", "init", other.name)
    return other


def test_two_runs_at_once_tell_the_truth_and_converge_afterwards(
    stack: Stack, masv: Simulator
) -> None:
    ids = sorted(some(masv, 15))
    other, ends = beside(stack), {"day": MARCH, "night": MAY}
    declare(stack, ids, "day", ends["day"])
    declare(other, ids, "night", ends["night"])

    def named(name: str) -> list[bool]:
        return [masv.account.package(i).name == f"{name} {i}" for i in ids[:8]]

    slow(masv)
    with up(stack) as one:
        until(lambda: all(named("day")), "one run has begun")
        one.handler.suspend()
        with up(other) as two:
            until(lambda: any(named("night")), "the other has begun")
            one.handler.resume()
            ended = {"day": one.end(), "night": two.end()}
    masv.faults.clear()
    assert ended["day"].code != 0
    for name, result in ended.items():
        rest = {"day": "night", "night": "day"}[name]
        keeps = re.findall(r"but MASV keeps (\S+)", " ".join(result.errors))
        assert (result.code != 0) == bool(keeps), result.text
        assert set(keeps) <= {f'"{rest}', f"{ends[rest]}:"}
    for package in masv.account.packages():
        assert package.name in (f"day {package.id}", f"night {package.id}")
        assert spelled(package.expiry) in ends.values()
    assert masv.account.losses == ()
    for each, name in ((other, "night"), (stack, "day")):
        each.up("--refresh")
        assert {masv.account.package(i).name for i in ids} == {f"{name} {i}" for i in ids}
        assert {spelled(masv.account.package(i).expiry) for i in ids} == {ends[name]}
