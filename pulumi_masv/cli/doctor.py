"""`pulumi-masv doctor`: whether this machine can manage packages, check by check.

A check is ok, a warning, failed, or cannot be told; one that failed says what to do. Nothing is
written, and of the key only that there is one is shown.
"""

import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from importlib import metadata
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.console import Console
from rich.text import Text

from pulumi_masv._version import __version__
from pulumi_masv.cli import NO, refused
from pulumi_masv.cli.account import source, tell
from pulumi_masv.cli.options import Json
from pulumi_masv.cli.probe import probed
from pulumi_masv.cli.progress import each
from pulumi_masv.cli.stack import Source
from pulumi_masv.client import Client
from pulumi_masv.client.reads import Reads
from pulumi_masv.contract import key_and_team
from pulumi_masv.errors import MasvError, RequestRefused, SettingsError
from pulumi_masv.formatting import span
from pulumi_masv.models import Query
from pulumi_masv.settings import NAMES, Settings
from pulumi_masv.sources import is_loopback, key, variable

Outcome = Literal["ok", "warning", "failed", "cannot be told"]
_STYLES: Final = {"ok": "green", "warning": "yellow", "failed": "bold red", "cannot be told": "dim"}
_CLOCKS: Final = timedelta(seconds=60)  # further apart than a slow answer explains
_PATIENCE: Final = 10.0  # seconds for an answer; who asks what is wrong does not wait long
_FLOOR: Final = (3, 216)  # of Pulumi, as pyproject.toml has it
_FIRST_CONTACT: Final = "first contact: run `pulumi-masv doctor --probe` before the first write"
_NO_DATE: Final = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Check:
    """What was looked at, how it stands, and in one line what that means."""

    check: str
    outcome: Outcome
    says: str


def doctor(
    as_json: Json = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="Find out, with reads alone, how this MASV behaves.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="With --probe: a file for `simulator --contract`."),
    ] = None,
) -> None:
    """Check the settings, the account, the clock and Pulumi. Nothing is written."""
    if probe:
        raise typer.Exit(probed(as_json, output))
    if output is not None:
        raise typer.Exit(refused("--output needs --probe"))
    console = Console(highlight=False)
    done = []
    found = source()
    tell(found)
    for check in each("checking", _checks(found)):
        done.append(check)
        if not as_json:
            outcome = Text(f"{check.outcome:<14}  ", style=_STYLES[check.outcome])
            console.print(outcome + Text(f"{check.check}: {check.says}"), soft_wrap=True)
    if as_json:
        print(json.dumps([asdict(check) for check in done], indent=2))
    else:
        console.print(Text(_FIRST_CONTACT), soft_wrap=True)
    if any(check.outcome == "failed" for check in done):
        raise typer.Exit(NO)


def _checks(found: Source) -> Iterator[Check]:
    if found.unread:
        yield Check("stack", "warning", f"{found.why()}; the environment alone counts")
    for name in NAMES:
        yield _setting(name, found)
    yield from _account(found)
    yield Check(
        "team's rules",
        "cannot be told",
        "whether the team forbids moving an expiry, or unlimited storage, shows only in a write",
    )
    yield Check("Python", "ok", platform.python_version())
    yield Check("pulumi_masv", "ok", __version__)
    yield _version("Pulumi SDK", metadata.version("pulumi"), "pip install --upgrade pulumi")
    yield _engine()
    if shutil.which("pulumi-language-python"):
        yield Check("pulumi-language-python", "ok", "on the PATH")
    else:
        says = "is not on the PATH: install all of Pulumi, not only `pulumi`"
        yield Check("pulumi-language-python", "failed", says)


def _setting(name: str, found: Source) -> Check:
    """Check a setting alone."""
    spelled = variable(name)
    try:
        value = getattr(found.alone(name), name)
    except SettingsError as error:
        return Check(spelled, "failed", str(error))
    if value is None:
        secret = "--secret " if name == "api_key" else ""
        says = f"is not set: export {spelled}=…, or `pulumi config set {secret}{key(name)}`"
        return Check(spelled, "failed", says)
    shown = "set" if name == "api_key" or key(name) in found.secret else value
    return Check(spelled, "ok", f"{shown}, {found.of(name)}")


def _account(found: Source) -> Iterator[Check]:
    """Check whether MASV takes key and team, and how far its clock is from here."""
    try:
        settings = found.settings()
        client = _connect(settings)
        page = client.get_page(Query())
    except SettingsError:
        for name in ("packages", "team", "inbox", "clock"):
            yield Check(name, "cannot be told", "MASV is asked once the settings are right")
        return
    except MasvError as error:
        yield Check("packages", "failed", _with_advice(error))
        for name in ("team", "inbox", "clock"):
            yield Check(name, "cannot be told", "MASV did not answer as it should")
        return
    here = datetime.now(timezone.utc)
    yield Check("packages", "ok", f"key and team are accepted; {page.total} finalized or expired")
    yield _team(settings)
    yield _inbox(client)
    yield _clock(page.now, here, is_rehearsal=is_loopback(settings.base_url))


def _team(settings: Settings) -> Check:
    """Check whether key and team belong together, by a route known from an example only."""
    reads = Reads(_hasty(settings), most=1, retries=0)
    try:
        found = key_and_team(reads.get("/v1/teams"), settings.team_id or "")
    except MasvError as error:
        return Check("team", "cannot be told", str(error))
    outcomes: dict[str, Outcome] = {"as expected": "ok", "cautious": "warning"}
    return Check("team", outcomes.get(found.outcome, "cannot be told"), found.says)


def _inbox(client: Client) -> Check:
    try:
        page = client.get_page(Query(received=True))
    except MasvError as error:
        status = error.status if isinstance(error, RequestRefused) else None
        if status == 404:
            return Check("inbox", "ok", "the team has none")
        if status != 403:
            return Check("inbox", "failed", _with_advice(error))
        says = "the key may not read it (403): allow it, or manage only packages the team sent"
        return Check("inbox", "failed", says)
    return Check("inbox", "ok", f"may be read; {page.total} finalized or expired")


def _connect(settings: Settings) -> Client:
    return Client(_hasty(settings), clock=lambda: _NO_DATE)


def _hasty(settings: Settings) -> Settings:
    hasty = {"max_retries": 0, "timeout": min(settings.timeout, _PATIENCE)}
    return settings.model_copy(update=hasty)


def _clock(there: datetime, here: datetime, *, is_rehearsal: bool) -> Check:
    if there == _NO_DATE:
        return Check("clock", "cannot be told", "MASV's answer has no Date")
    apart = abs(here - there)
    if apart <= _CLOCKS:
        return Check("clock", "ok", f"{span(apart)} from MASV's")
    way = "ahead of" if here > there else "behind"
    unless = ", unless you set the simulator's" if is_rehearsal else ""
    says = f"{span(apart)} {way} MASV's: set this machine's clock{unless}"
    return Check("clock", "warning", says)


def _with_advice(error: MasvError) -> str:
    """Return an error's line with advice; a plain refusal does not say what to do."""
    advice = f": check {variable('team_id')} and {variable('base_url')}"
    return f"{error}{advice if type(error) is RequestRefused else ''}"


def _engine() -> Check:
    found = shutil.which("pulumi")
    if found is None:
        return Check("Pulumi engine", "failed", "no `pulumi` on the PATH: install Pulumi")
    try:
        answer = subprocess.run(  # noqa: S603 - the one that a user's shell would start
            [found, "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return Check("Pulumi engine", "failed", f"{found} does not start: install Pulumi again")
    return _version("Pulumi engine", answer.stdout.strip()[:80], "install a newer Pulumi")


def _version(name: str, version: str, advice: str) -> Check:
    number = re.match(r"v?(\d+)\.(\d+)", version)
    if number is None:
        return Check(name, "cannot be told", f"its version {version!r} is not a number")
    if (int(number[1]), int(number[2])) < _FLOOR:
        least = ".".join(map(str, _FLOOR))
        return Check(name, "failed", f"{version} is older than {least}: {advice}")
    return Check(name, "ok", version)
