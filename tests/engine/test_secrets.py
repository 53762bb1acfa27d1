"""What the program keeps secret, on the real engine: in no line, and in no file in clear."""

import re
import subprocess

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import BIN, Stack

DEC = "2027-12-01T00:00:00Z"
NAME, AGAIN = "Merger of Alpha and Beta", "Merger of Gamma"
SOON, SOONER = "2027-03-04T05:06:07Z", "2027-03-03T05:06:07Z"
KEPT = re.compile(r"Merger|2027-03-0[34]|27[0-9] days")
PROGRAMS = {
    "a package of its own": "masv.PackageLifecycle('p', package_id={id!r}, name=secret({name!r}), "
    "expiry=secret({expiry!r}))",
    "an entry that is made later": "masv.PackageFleet('p', packages={{{id!r}: "
    "pulumi.Output.from_input(1).apply(lambda _: masv.PackageArgs(name=secret({name!r}), "
    "expiry=secret({expiry!r})))}})",
    "an entry, and another secret output": "masv.PackageFleet('p', packages={{{id!r}: "
    "masv.PackageArgs(name=secret({name!r}), expiry=secret({expiry!r}))}}, "
    "opts=ResourceOptions(additional_secret_outputs=['summary']))",
    "an entry that is secret as a whole": "masv.PackageFleet('p', packages={{{id!r}: "
    "secret({{'name': {name!r}, 'expiry': {expiry!r}}})}})",
    "a map that is secret": "masv.PackageFleet('p', packages=secret({{{id!r}: "
    "{{'name': {name!r}, 'expiry': {expiry!r}}}}}))",
}


def reported(stack: Stack, preview: str, form: str) -> str:
    command = [str(BIN / "pulumi-masv"), "report", "--format", form]
    done = subprocess.run(
        command,
        cwd=stack.folder,
        env=stack.environment,
        input=preview,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("how", PROGRAMS)
def test_what_the_program_keeps_secret_is_nowhere_in_clear(
    stack: Stack, masv: Simulator, how: str
) -> None:
    stack.environment["TMPDIR"] = str(stack.folder.parent)
    package = masv.account.add_package(name="raw", expiry=DEC)

    def declare(name: str, expiry: str) -> None:
        stack.program(
            "secret = pulumi.Output.secret\n"
            + PROGRAMS[how].format(id=package, name=name, expiry=expiry)
            + "\n"
        )

    told = []
    declare(NAME, SOON)
    stack.environment["MASV_VERDICTS"] = "1"
    told.append(stack.preview().text)
    told.append(stack.run("preview", "--json").text)
    told += [
        reported(stack, told[-1], form) for form in ("text", "markdown", "html", "json", "ics")
    ]
    assert "[secret]" in told[-5]
    told.append(stack.run("up", "--yes").text)
    assert masv.account.package(package).name == NAME
    told.append(stack.up("--expect-no-changes").text)
    told.append(stack.refresh("--expect-no-changes").text)
    masv.account.rename(package, "by hand")
    told.append(stack.refresh().text)
    masv.account.set_unlimited(package)
    told.append(stack.refresh().text)
    masv.account.set_expiry(package, SOON)
    told.append(stack.refresh().text)
    told.append(str(stack.state()))
    declare(AGAIN, SOONER)
    told.append(stack.run("up", "--yes").text)
    assert masv.account.package(package).name == AGAIN
    stack.program("")
    told.append(stack.preview(expect=1).text)
    told.append(stack.destroy(expect=1).text)
    told.append(str(stack.state()))
    for one in told:
        assert not KEPT.search(one), one
    disk = stack.files().replace((stack.folder / "__main__.py").read_text(), "")
    assert not KEPT.search(disk)
