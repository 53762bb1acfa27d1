"""One story with the real engine and a simulated MASV: no account, no login, under a minute.

It runs a copy of the quickstart against a simulator on a free loopback port and prints, between
the steps, what MASV now holds. Everything it starts stops with it, also on Ctrl-C.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pulumi_masv.simulator import Simulator

QUICKSTART = Path(__file__).parent / "quickstart"
STACK = "demo"
# What the engine prints besides the story: its headings, its progress, and what stays as it is.
NOISE = re.compile(
    r"^(@ |Previewing|Updating|Refreshing|Destroying|Duration)|^.{4}pulumi:pulumi:Stack \S+ "
    r"|(creating|updating|refreshing|deleting) \(|^ {4}pulumi-python\S+ \S+ *$"
)

console = Console(highlight=False)


class Story:
    def __init__(self, masv: Simulator, folder: Path) -> None:
        self.masv = masv
        self.shown: set[tuple[str, ...]] = set()
        self.project = folder / "project"
        shutil.copytree(QUICKSTART, self.project, ignore=shutil.ignore_patterns(".venv"))
        settings = self.project / "Pulumi.yaml"
        settings.write_text(settings.read_text().replace(" .venv", f" {sys.prefix}"))
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("MASV_", "PULUMI_"))},
            "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "MASV_BASE_URL": masv.url,
            "MASV_API_KEY": masv.api_key,
            "MASV_TEAM_ID": masv.team_id,
        }

    def quietly(self, *arguments: str) -> None:
        subprocess.run(
            ["pulumi", *arguments, "--stack", STACK, "--non-interactive"],
            cwd=self.project,
            env=self.environment,
            check=True,
            capture_output=True,
        )

    def step(self, title: str, *arguments: str, refused: bool = False) -> None:
        console.print(f"\n[bold]== {title} ==")
        console.print(f"[cyan]$ pulumi {' '.join(arguments)}")
        options = ("--stack", STACK, "--non-interactive", "--color=never")
        command = ["pulumi", *arguments, *options]
        if arguments[0] != "preview":
            command += ["--yes", "--skip-preview"]
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for line in done.stdout.splitlines():
            if line.strip() and not NOISE.search(line):
                console.print(line, markup=False, soft_wrap=True)
        if (done.returncode != 0) is not refused:
            raise SystemExit(f"the demo did not go as planned:\n{done.stdout}{done.stderr}")

    def table(self) -> None:
        now = f"{self.masv.account.now:%Y-%m-%d}"
        table = Table(title=f"what MASV holds on {now}", title_justify="left")
        for column in ("package", "name", "state", "files end", "files", ""):
            table.add_column(column, no_wrap=True)
        before, self.shown = self.shown, set()
        for package in self.masv.account.packages():
            end = "never" if package.unlimited_storage else f"{package.expiry:%Y-%m-%d}"
            files = str(package.total_files) if package.has_files else "gone"
            row = (f"…{package.id[-6:]}", package.name, package.state, end, files)
            table.add_row(*row, "changed" if before and row not in before else "")
            self.shown.add(row)
        console.print(table)


def tell(masv: Simulator, folder: Path) -> None:
    story = Story(masv, folder)
    account = masv.account
    dailies = account.add_package(name="A001_raw", expiry="2027-03-01T00:00:00Z", total_files=212)
    rushes = account.add_package(name="rushes, unsorted", expiry="2027-03-01T00:00:00Z")
    story.quietly("stack", "init")
    for key, value in {
        "dailies": dailies,
        "keepUntil": "2027-01-31T00:00:00Z",
        "rushes": rushes,
    }.items():
        story.quietly("config", "set", key, value)
    story.table()

    story.step("A preview says what will change, and what will be lost and when", "preview")
    story.step("An up does exactly that", "up")
    story.table()

    account.rename(dailies, "renamed by hand")
    story.step("A change made by hand is found", "refresh")
    story.step("and reverted by the next up", "up")

    account.set_now("2027-02-01T00:00:00Z")
    story.step("Time passes: the files end as declared, and the tombstone is archived", "up")
    story.table()

    story.quietly("config", "rm", "rushes")
    story.step("No files end just because their resource is removed", "preview", refused=True)
    story.quietly("config", "set", "rushes", rushes)
    story.quietly("config", "set", "rushesMayEnd", "true")
    story.step("unless the program says so, and an up has stored it", "up")
    story.quietly("config", "rm", "rushes")
    story.step("Then a preview names what ends", "preview")
    story.step("and the up does it", "up")
    story.table()

    console.print("\n[bold]== With a real account ==")
    console.print(
        "make wheel\n"
        "export PATH=$PWD/.venv/bin:$PATH PIP_FIND_LINKS=$PWD/dist\n"
        "export MASV_API_KEY=… MASV_TEAM_ID=…   # from the MASV web app\n"
        "pulumi new $PWD/examples/quickstart --dir ../packages   # asks which package\n"
        "cd ../packages && pulumi preview",
        markup=False,
    )


def main() -> None:
    try:
        with (
            tempfile.TemporaryDirectory(prefix="masv-demo-", ignore_cleanup_errors=True) as folder,
            Simulator(packages=10, now="2027-01-04T09:00:00Z") as masv,
        ):
            tell(masv, Path(folder))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
