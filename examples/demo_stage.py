"""How the demo is shown and run: files, commands, and the rows of the engine that say a change."""

import difflib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from rich import box
from rich.console import Console
from rich.highlighter import RegexHighlighter
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from pulumi_masv.simulator import Simulator

THEME = Theme(
    {
        "masv.loss": "red",
        "masv.mark": "bold red",
        "masv.refused": "red",
        "masv.warning": "yellow",
        "masv.create": "green",
        "masv.update": "yellow",
        "masv.delete": "red",
        "masv.replace": "magenta",
    }
)
PLAIN = 100  # columns where there is no terminal; only the tables are laid out in them
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
MEANINGS = {3: "files end early", 4: "more than a limit allows"}  # of pulumi-masv alone
PATIENCE = 10  # seconds for the engine to stop after an interrupt
# A row of the engine for a resource that changes, without how long it took and what it said.
ROW = re.compile(
    r"^( (?:\+|~|-|\+-|\+\+|--) +(?!pulumi:pulumi:)\S+ \S+ (?:creat|updat|delet|replac)ed?)"
    r"(?: \([\d.]+s\)|(?= |$))( \[diff: [^]]+\])?"
)
# What was said of a resource, without the engine's own summary and what a fleet has cost.
SAID = re.compile(r"^ {4}(?! |error: (?:preview|update) failed|.* requests?, .* s$)")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold an interrupt back until what is begun here is known to whoever ends it."""
    held: list[int] = []
    usual = {each: signal.signal(each, lambda each, _: held.append(each)) for each in INTERRUPTS}
    yield
    for each, handler in usual.items():
        signal.signal(each, handler)
    for each in held[:1]:
        signal.raise_signal(each)


@contextmanager
def workplace() -> Iterator[Path]:
    """Make a folder for a demo, and delete it at the end."""
    folder = None
    try:
        with uninterrupted():
            folder = Path(tempfile.mkdtemp(prefix="masv-demo-"))
        yield folder
    finally:
        for _ in range(100):
            if folder is None or not folder.exists():
                break
            shutil.rmtree(folder, ignore_errors=True)
            time.sleep(0.1)  # what an interrupted engine has started still writes as it ends


class Colours(RegexHighlighter):
    base_style = "masv."
    highlights = (
        r"(?P<loss>^.*\bLOSS\b.*$)",
        r"(?P<mark>\bLOSS\b)",
        r"(?P<warning>^ *warning:)",
        r"(?P<refused>^ *error:.*$|^pulumi-masv: .*$)",
        r"^ (?P<create>\+) ",
        r"^ (?P<update>~) ",
        r"^ (?P<delete>-) ",
        r"^ (?P<replace>\+-|\+\+|--) ",
    )


class Stage:
    """A project in a folder of its own, the engine that runs it, and what is printed of both.

    Args:
        console: where it is shown.
        masv: the simulated MASV, its socket open.
        folder: what may be written to.
    """

    def __init__(self, console: Console, masv: Simulator, folder: Path) -> None:
        self.console = console
        self.masv = masv
        self.project = folder / "project"
        self.project.mkdir()
        self._held: set[tuple[str, ...]] = self._holds()
        foreign = ("MASV_", "PULUMI_", "FORCE_COLOR", "CLICOLOR")
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(foreign)},
            "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            "TMPDIR": str(folder),
            "NO_COLOR": "1",
            "PULUMI_BACKEND_URL": folder.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "demo",
            **masv.environment,
        }
        for needed in ("pulumi", "pulumi-masv"):
            if shutil.which(needed, path=self._environment["PATH"]) is None:
                raise SystemExit(f"demo: {needed} is not on the PATH: run `make setup` first")

    def title(self, text: str) -> None:
        self.console.print()
        self.say(Text(f"== {text} ==", "bold"))

    def say(self, line: str | Text) -> None:
        """Print a line: folded between words on a terminal, as it is elsewhere."""
        text = Text(line) if isinstance(line, str) else line
        if not self.console.is_terminal:
            self.console.print(text, soft_wrap=True)
            return
        indent = " " * (len(text.plain) - len(text.plain.lstrip()) + 2)
        first, *_ = text.wrap(self.console, self.console.width)
        self.console.print(first)
        rest = text[len(first) :]
        rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
        for part in rest.wrap(self.console, self.console.width - len(indent)) if rest else ():
            self.console.print(Text(indent).append_text(part))

    def write(self, name: str, text: str) -> None:
        """Write a file of the project and print it, or the lines that change."""
        file = self.project / name
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(text, encoding="utf-8")
        self.say(Text(name, "bold cyan"))
        if not before:
            language = "python" if name.endswith(".py") else "yaml"
            for line in Syntax("", language, theme="ansi_dark").highlight(text).split("\n"):
                if line.plain.strip():
                    line.stylize("not underline")
                    self.say(Text("  ").append_text(line))
            return
        for line in difflib.ndiff(before.splitlines(), text.splitlines()):
            if line[0] in "+-" and line[1:].strip():
                self.say(Text(line, "green" if line[0] == "+" else "dim"))

    def run(self, command: str, *, expect: int | None = 0, rows_only: bool = False) -> None:
        """Run a command as a shell would, and print what it says of changes.

        Args:
            command: a line that a shell would run, too.
            expect: its exit status; None for any failure.
            rows_only: whether what it says of them is on the screen already.
        """
        self.say(Text(f"$ {command}", "bold"))
        status, printed, errors = self.quietly(command)
        if status != expect and not (expect is None and status):
            raise SystemExit(f"the demo did not go as planned:\n{printed}{errors}")
        lines = [*printed.splitlines(), *errors.splitlines()]
        if command.startswith("pulumi "):
            rows, said = changes(printed)
            lines = rows if rows_only else rows + said
        colours = Colours()
        for line in filter(str.strip, lines):
            self.say(colours(line))
        if status:
            meaning = f" ({MEANINGS[status]})" if status in MEANINGS else ""
            self.say(Text(f"exit status {status}{meaning}", "dim"))

    def quietly(self, command: str) -> tuple[int, str, str]:
        """Return the exit status of a command, and what it printed on stdout and stderr."""
        words = shlex.split(command)
        given = {}
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            given[name] = value
        *words, into = words if words[-2:-1] == [">"] else [*words, ""]
        waiting = self.console.status(words[0]) if self.console.is_interactive else nullcontext()
        child = None
        try:
            with uninterrupted():
                child = subprocess.Popen(
                    [word for word in words if word != ">"],
                    cwd=self.project,
                    env={**self._environment, **given},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    start_new_session=True,  # a second interrupt kills it: send one
                )
            with waiting:
                printed, errors = child.communicate()
        except KeyboardInterrupt:
            if child is not None:
                _stop(child)
            raise
        if into:
            (self.project / into).write_text(printed, encoding="utf-8")
        return child.returncode, "" if into else printed, errors

    def holds(self) -> None:
        """Print the packages that MASV holds otherwise than when this was last printed."""
        now = self._holds()
        changed = sorted(now - self._held)
        self._held = now
        table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False, header_style="dim")
        for column in (f"in MASV on {self.masv.account.now:%Y-%m-%d}", "state", "files end", ""):
            table.add_column(column, no_wrap=True)
        for row in changed:
            table.add_row(*row, style="red" if row[-1] == "files gone" else "")
        self.console.print(table)

    def _holds(self) -> set[tuple[str, ...]]:
        ended = {loss.package_id: loss.instant for loss in self.masv.account.losses}
        return {
            (
                one.name,
                one.state,
                "never" if one.unlimited_storage else f"{ended.get(one.id, one.expiry):%Y-%m-%d}",
                f"{one.total_files} files" if one.has_files else "files gone",
            )
            for one in self.masv.account.packages()
        }


def changes(printed: str) -> tuple[list[str], list[str]]:
    """Return the engine's rows for what changes, and what was said there, by resource.

    Of an up, it is what the up did, not its preview.
    """
    before, up, after = printed.partition("\nUpdating (")
    text = after if up else before
    found = filter(None, map(ROW.match, text.splitlines()))
    rows = sorted({row[1] + (row[2] or "") for row in found})
    _, _, below = text.partition("\nDiagnostics:\n")
    told, *_ = re.split(r"^(?:Outputs|Resources|Policies):$", below, flags=re.MULTILINE)
    resources = sorted(re.split(r"\n(?=  \S)", told))  # the engine has them as they came
    said = [line for each in resources for line in each.splitlines() if SAID.match(line)]
    return rows, said


def _stop(child: "subprocess.Popen[str]") -> None:
    """Interrupt a command until it has ended; it ends what it has started."""
    for _ in range(2):
        try:
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=PATIENCE)
            return
        except subprocess.TimeoutExpired:
            continue
    child.kill()
    child.wait()
