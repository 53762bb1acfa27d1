"""One story with the real engine and a simulated MASV: no account, no login, under two minutes.

Each program or manifest is shown before what it does, and what the engine says is cut down to what
changes. Everything it starts stops with it, also on Ctrl-C; only the page of the report stays.
"""

import shutil
import signal
import sys
from pathlib import Path

from demo_stage import INTERRUPTS, PLAIN, THEME, Stage, workplace
from rich.console import Console

from pulumi_masv.simulator import Account, Simulator

PAGE = "demo-report.html"
NOW = "2027-01-04T09:00:00Z"
DAILIES, RUSHES = "01J8ZK3V9DA111ESDAY12A001R", "01J8ZK3V9DRVSHES0000000001"

PROJECT = """\
name: packages
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: {virtualenv}
options:
  refresh: always
"""
PROGRAM = f"""\
import pulumi_masv as masv

masv.PackageLifecycle(
    "dailies",
    package_id="{DAILIES}",
    name="Day 12 dailies",
    expiry="2027-01-31T00:00:00Z",
    archived=True,
)
masv.PackageLifecycle("rushes", package_id="{RUSHES}")
"""
MANAGED = 'masv.manage("packages", "masv.yaml")\n'
RUSHES_LINE = PROGRAM.splitlines(keepends=True)[-1]
DESTROYED_LINE = RUSHES_LINE.replace(")\n", ", force_destroy=True)\n")
MANIFEST = """\
rules:
  - match: { sender: "*@studio.example" }
    set: { expiry: { at_most: created + 30d }, archived: true }
"""
NARROWED = MANIFEST.replace('"*@studio.example"', "dailies@studio.example")


def fill(account: Account) -> None:
    """Add what the team has uploaded."""
    for package_id, name, files, gigabytes in (
        (DAILIES, "A001_raw", 212, 1840),
        (RUSHES, "rushes, unsorted", 38, 96),
    ):
        account.add_package(
            id=package_id,
            name=name,
            sender="camera@unit.example",
            expiry="2027-03-01T00:00:00Z",
            total_files=files,
            size=gigabytes * 10**9,
        )
    for sender, name, files, gigabytes in (
        ("dailies", "Day 13 dailies", 388, 764),
        ("dailies", "Day 14 dailies", 412, 812),
        ("masters", "Reel 1 conform master", 9, 4200),
        ("masters", "Reel 2 conform master", 9, 4350),
    ):
        account.add_package(
            name=name,
            sender=f"{sender}@studio.example",
            created_at="2026-12-21T18:00:00Z",
            expiry="2027-06-01T00:00:00Z",
            total_files=files,
            size=gigabytes * 10**9,
        )


def tell(stage: Stage) -> None:
    """Tell the story on a stage whose MASV is filled."""
    account = stage.masv.account
    settings = stage.project / "Pulumi.yaml"
    settings.write_text(PROJECT.format(virtualenv=sys.prefix), encoding="utf-8")
    stage.quietly("pulumi stack init demo")

    stage.title("A preview names the files that a program would end, and when")
    stage.write("__main__.py", PROGRAM)
    stage.run("pulumi preview")

    stage.title("An up does what its preview showed")
    stage.run("pulumi up --yes", rows_only=True)
    stage.holds()

    stage.title("A change made by hand is found and reverted")
    account.rename(DAILIES, "renamed by hand")
    stage.run("pulumi up --yes")

    stage.title("A rule that matches too much is stopped by a limit")
    stage.write("__main__.py", PROGRAM + MANAGED)
    stage.write("masv.yaml", MANIFEST)
    stage.run("pulumi-masv preview --max-lost-packages 2", expect=4)
    stage.say("A pipeline stops here. Nothing has been written.")

    stage.title("With one line changed, it is within the limit, and there is a page for reviewers")
    stage.write("masv.yaml", NARROWED)
    stage.run("MASV_VERDICTS=1 pulumi preview --json > preview.json")
    stage.run("pulumi-masv report preview.json --format text --max-lost-packages 2", expect=3)
    stage.run("pulumi-masv report preview.json --format html --output report.html", expect=3)
    stage.run("pulumi up --yes", rows_only=True)
    stage.holds()

    stage.title("Time passes: the files have ended as declared, and their tombstones are archived")
    account.set_now("2027-02-01T00:00:00Z")
    stage.run("pulumi up --yes")
    stage.holds()

    without = (PROGRAM + MANAGED).replace(RUSHES_LINE, "")
    stage.title("No files end just because a resource is taken out of the program")
    stage.write("__main__.py", without)
    stage.run("pulumi preview", expect=None)

    stage.title("They do where an up has stored that they may")
    stage.write("__main__.py", (PROGRAM + MANAGED).replace(RUSHES_LINE, DESTROYED_LINE))
    stage.run("pulumi up --yes")
    stage.write("__main__.py", without)
    stage.run("pulumi preview")
    stage.run("pulumi up --yes", rows_only=True)
    stage.holds()


def interrupt(_number: int, _frame: object) -> None:
    for number in INTERRUPTS:  # what is left to do is to clean up
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def play() -> None:
    sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, theme=THEME)
    if not console.is_terminal:
        console.width = PLAIN
    said = "The real Pulumi engine, and a simulated MASV on this machine. It takes a minute or two."
    console.print(said, soft_wrap=True)
    page = Path.cwd() / PAGE
    with workplace() as folder, Simulator(packages=0, now=NOW) as masv:
        fill(masv.account)
        stage = Stage(console, masv, folder)
        tell(stage)
        shutil.copyfile(stage.project / "report.html", page)
    console.print(f"\nThe report's page, to open in a browser: {page}", soft_wrap=True)
    console.print("README.md says how to go on with a real account.")


def main() -> None:
    try:
        for number in INTERRUPTS:
            signal.signal(number, interrupt)
        play()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:
        what = error.filename or "the simulator's port"
        raise SystemExit(f"demo: {what}: {error.strerror}") from None


if __name__ == "__main__":
    main()
