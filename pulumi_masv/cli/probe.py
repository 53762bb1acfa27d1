"""`pulumi-masv doctor --probe`: what this MASV is like, line by line, and as a file to play it."""

import json
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from pulumi_masv.assumptions import Assumption
from pulumi_masv.cli import NO, refused
from pulumi_masv.cli.account import settings
from pulumi_masv.cli.files import not_writable, write
from pulumi_masv.cli.progress import each
from pulumi_masv.client.reads import Reads
from pulumi_masv.contract import MOST, Finding, Probe
from pulumi_masv.formatting import visible

_STYLES: Final = {
    "as expected": "green",
    "cautious": "yellow",
    "breaks": "bold red",
    "cannot be told": "dim",
}


def probed(as_json: bool, output: Path | None) -> int:
    """Look, show what is found, write the contract, and return the exit status.

    Where it could not be written, nothing is asked.

    Raises:
        SettingsError: key or team is missing, or a setting is wrong.
    """
    if problem := not_writable(output):
        return refused(problem)
    account = settings()
    probe = Probe(Reads(account, most=MOST), account.team_id or "")
    console = Console(highlight=False)
    found: list[Finding] = []
    told: set[str] = set()  # what is done, which would else be read five times
    for finding in each("asking MASV", probe.findings()):
        found.append(finding)
        if not as_json:
            line = Text(f"{finding.outcome}: ", style=_STYLES[finding.outcome])
            says = finding.says
            if finding.outcome == "cautious":
                says = f"as above, because {finding.seen}" if finding.done in told else says
                told.add(finding.done)
            line.append(visible(f"{finding.name}: {says}"), style="default")
            console.print(line, soft_wrap=True)
    if as_json:
        print(json.dumps([_as_json(finding) for finding in found], indent=2))
    if output is not None:
        try:
            write({output: json.dumps(probe.contract.as_json(), indent=2) + "\n"})
        except OSError as error:
            return refused(f"{output}: {error.strerror}")
    return NO if any(finding.outcome == "breaks" for finding in found) else 0


def _as_json(finding: Finding) -> dict[str, str | None]:
    return {
        "check": finding.name,
        "outcome": finding.outcome,
        "says": finding.says,
        "assumption": finding.name if isinstance(finding.subject, Assumption) else None,
    }
