"""What the program keeps secret, on the real engine: in no line, and in no file in clear."""

import re
import subprocess

import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack

DEC = "2027-12-01T00:00:00Z"
NAME, AGAIN = "Merger of Alpha and Beta, {}", "Merger of Gamma, {}"
SOON, SOONER = "2027-03-04T05:06:0{}Z", "2027-03-03T05:06:0{}Z"
"""Each way has its own, or what hides the one could hide another."""
KEPT = re.compile(r"Merger|2027-03-0[34]|27[0-9] days")
WAYS = (
    "masv.PackageLifecycle('alone', package_id={id!r}, name=secret({name!r}), "
    "expiry=secret({expiry!r}))",
    "masv.PackageFleet('entry made later', packages={{{id!r}: "
    "pulumi.Output.from_input(1).apply(lambda _: masv.PackageArgs(name=secret({name!r}), "
    "expiry=secret({expiry!r})))}})",
    "masv.PackageFleet('entry and another secret output', packages={{{id!r}: "
    "masv.PackageArgs(name=secret({name!r}), expiry=secret({expiry!r}))}}, "
    "opts=ResourceOptions(additional_secret_outputs=['summary']))",
    "masv.PackageFleet('entry as a whole', packages={{{id!r}: "
    "secret({{'name': {name!r}, 'expiry': {expiry!r}}})}})",
    "masv.PackageFleet('map as a whole', packages=secret({{{id!r}: "
    "{{'name': {name!r}, 'expiry': {expiry!r}}}}}))",
)


def reported(stack: Stack, preview: str, form: str) -> str:
    command = ["pulumi-masv", "report", "--format", form]
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


def test_what_the_program_keeps_secret_is_nowhere_in_clear(stack: Stack, masv: Simulator) -> None:
    """Not of any of the ways to say so."""
    stack.environment["TMPDIR"] = str(stack.folder.parent)
    packages = [masv.account.add_package(name=f"raw {n}", expiry=DEC) for n in range(len(WAYS))]

    def declare(name: str, expiry: str) -> None:
        ways = (
            way.format(id=package, name=name.format(n), expiry=expiry.format(n))
            for n, (way, package) in enumerate(zip(WAYS, packages, strict=True))
        )
        stack.program("\n".join(["secret = pulumi.Output.secret", *ways, ""]))

    def names() -> list[str]:
        return [masv.account.package(package).name for package in packages]

    told = []
    declare(NAME, SOON)
    stack.environment["MASV_VERDICTS"] = "1"
    told.append(stack.preview().text)
    told.append(stack.run("preview", "--json").text)
    told += [
        reported(stack, told[-1], form) for form in ("text", "markdown", "html", "json", "ics")
    ]
    assert told[-5].count("[secret]") >= len(WAYS)
    told.append(stack.run("up", "--yes").text)
    assert names() == [NAME.format(n) for n in range(len(WAYS))]
    told.append(stack.up("--expect-no-changes").text)
    told.append(stack.refresh("--expect-no-changes").text)
    for package in packages:
        masv.account.rename(package, "by hand")
    told.append(stack.refresh().text)
    for package in packages:
        masv.account.set_unlimited(package)
    told.append(stack.refresh().text)
    for n, package in enumerate(packages):
        masv.account.set_expiry(package, SOON.format(n))
    told.append(stack.refresh().text)
    told.append(str(stack.state()))
    declare(AGAIN, SOONER)
    told.append(stack.run("up", "--yes").text)
    assert names() == [AGAIN.format(n) for n in range(len(WAYS))]
    stack.program("")
    told.append(stack.preview(expect=1).text)
    told.append(stack.destroy(expect=1).text)
    told.append(str(stack.state()))
    for one in told:
        assert not KEPT.search(one), one
    disk = stack.files().replace((stack.folder / "__main__.py").read_text(), "")
    assert not KEPT.search(disk)


BY_OPTION = "opts=ResourceOptions(additional_secret_outputs=['live'])"
BY_TRANSFORM = "opts=ResourceOptions(transforms=[hide])"
HIDE = """
def hide(args):
    hidden = ResourceOptions(additional_secret_outputs=['live'])
    return pulumi.ResourceTransformResult(args.props, ResourceOptions.merge(args.opts, hidden))
"""


@pytest.mark.parametrize("how", [BY_OPTION, BY_TRANSFORM])
def test_bytes_and_files_are_secret_where_what_is_live_is(
    stack: Stack, masv: Simulator, how: str
) -> None:
    package = masv.account.add_package(name="raw", size=31415926535, total_files=2718281828)
    other = masv.account.add_package(name="raw")  # or the summary would tell
    stack.program(
        f"{HIDE}fleet = masv.PackageFleet('fleet', packages={{{package!r}: {{}}, {other!r}: {{}}}},"
        f" {how})\n"
        f"pulumi.export('size', fleet.live[{package!r}]['size'])\n"
    )
    stack.up()
    stack.refresh("--expect-no-changes")
    assert not re.search("31415926535|2718281828", stack.files())
    assert stack.run("stack", "output", "size", "--show-secrets").text.strip() == "31415926535"


def test_a_setting_that_is_secret_is_nowhere_in_clear(stack: Stack, masv: Simulator) -> None:
    stack.environment["TMPDIR"] = str(stack.folder.parent)
    lab = "01SECRETLAB"
    masv.account.teams[lab] = "the-labs-key"
    one, other = (masv.account.add_package(name="raw", expiry=DEC) for _ in range(2))
    for name, value in (("teamId", masv.team_id), ("baseUrl", masv.url)):
        del stack.environment[f"MASV_{'TEAM_ID' if name == 'teamId' else 'BASE_URL'}"]
        stack.run("config", "set", "--secret", f"masv:{name}", value)
    stack.run("config", "set", "--secret", "lab", lab)
    window = "expiry_start='2026-01-01T00:00:00Z', expiry_end='2026-01-02T00:00:00Z'"
    program = (
        "team = pulumi.Config().require_secret('lab')\n"
        "lab = masv.Provider('lab', api_key='the-labs-key', team_id=team)\n"
        "own = {'masv:teamId': team, 'masv:apiKey': pulumi.Output.secret('the-labs-key'), "
        "'masv:baseUrl': pulumi.Config('masv').require_secret('baseUrl')}\n"
        "own = pulumi.ProviderResource('pulumi-python', 'own', own)\n"
        f"alone = masv.PackageLifecycle('alone', package_id={one!r})\n"
        f"masv.PackageLifecycle.get('read', {other!r})\n"
        f"fleet = masv.PackageFleet('fleet', packages={{{other!r}: {{}}}})\n"
        f"masv.ArchiveWindow('ours', {window})\n"
        f"masv.ArchiveWindow('theirs', ResourceOptions(provider=lab), {window})\n"
        f"masv.ArchiveWindow('theirs too', ResourceOptions(provider=own), {window})\n"
        "pulumi.export('teams', [alone.team_id, fleet.team_id])\n"
    )
    stack.program(program)
    told = [stack.preview().text, stack.up().text, stack.refresh("--expect-no-changes").text]
    told += [stack.up("--expect-no-changes").text, stack.run("stack", "output").text]
    stack.program(program.replace(f"{one!r}", f"{one!r}, expiry={SOON.format(1)!r}"))
    told.append(stack.preview().text)
    assert "LOSS" in told[-1]
    wrong = "masv.PackageLifecycle('nowhere', package_id='01HNOWHERE')\n"
    stack.program(program + wrong)
    told.append(stack.preview(expect=1).text)
    kept = re.compile("|".join((lab, masv.team_id, masv.url)))
    for text in (*told, stack.files()):
        assert not kept.search(text), text
    shown = stack.run("stack", "output", "teams", "--show-secrets").text
    assert shown.count(masv.team_id) == 2


def test_an_undeclared_name_is_secret_where_what_is_live_is(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name=NAME, expiry=DEC)
    fleet = f"masv.PackageFleet('fleet', packages={{{package!r}: {{}}}}, {BY_OPTION}"
    stack.program(f"{fleet})\n")
    told = [stack.preview().text, stack.up().text]
    masv.account.rename(package, AGAIN)
    told += [stack.refresh().text, stack.up("--expect-no-changes").text]
    stack.program(f"{fleet}, force_destroy=True)\n")
    told += [stack.preview().text, stack.up().text, str(stack.state())]
    stack.program("")
    told.append(stack.preview().text)
    assert f"{package} [secret]: LOSS 3 files" in told[-1]
    assert not re.search("Merger|days", "".join(told))
