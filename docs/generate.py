"""What is made from the code: the tables of the pages, a manifest's schema, a picture of a preview.

python docs/generate.py              write the tables into their pages, and schema/
python docs/generate.py --check      exit 1 if one of them is not current
python docs/generate.py --picture    draw docs/preview.svg again; needs the Pulumi engine
"""

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from docs import seed
from docs.schema import SCHEMA, schema
from pulumi_masv.assumptions import ASSUMPTIONS
from pulumi_masv.models import (
    Change,
    FleetInputs,
    Inputs,
    LifecycleInputs,
    Stored,
    StoredFleet,
    StoredWindow,
    WindowInputs,
)
from pulumi_masv.models.stored import Outputs
from pulumi_masv.settings import NAMES, Settings
from pulumi_masv.simulator import Simulator
from pulumi_masv.sources import variable

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
ASSUMED = ROOT / "docs" / "assumptions.md"
PICTURE = ROOT / "docs" / "preview.svg"

# Tables.


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def kind(annotation: object, moment: str) -> str:
    """The type of a field as a reader calls it."""
    if annotation is datetime:
        return moment
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation.__name__
    if typing.get_origin(annotation) is dict:
        return "map"
    parts = [part for part in typing.get_args(annotation) if part is not type(None)]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return kind(parts[0], moment)
    if typing.get_origin(annotation) is typing.Annotated:
        return kind(parts[0], moment)
    return "list of str" if typing.get_origin(annotation) is tuple else "str"


def change_of(field: FieldInfo) -> str:
    [change] = [mark for mark in field.metadata if isinstance(mark, Change)]
    return str(change.value)


def configuration() -> str:
    rows = []
    for name in NAMES:
        field = Settings.model_fields[name]
        default = "none" if field.default is None else f"`{field.default}`"
        shown = (f"`masv:{to_camel(name)}`", f"`{variable(name)}`", default, field.description)
        rows.append([str(cell) for cell in shown])
    return table(["stack configuration", "environment", "default", "meaning"], rows)


def inputs(model: type[Inputs]) -> str:
    fields = model.model_fields
    rows = [
        [
            f"`{name}`",
            kind(field.annotation, "ISO 8601 str with a zone, or aware datetime"),
            str(field.description),
            change_of(field),
        ]
        for name, field in sorted(fields.items(), key=lambda item: not item[1].is_required())
        if name != "secret_inputs"  # no argument: the constructor finds it out
    ]
    return table(["input", "type", "meaning", "a change"], rows)


def outputs(model: type[Outputs]) -> str:
    rows = [
        [f"`{name}`", kind(field.annotation, "ISO 8601 str, UTC"), str(field.description)]
        for name, field in sorted(
            model.model_fields.items(), key=lambda item: item[0] == "secret_inputs"
        )
    ]
    return table(["output", "type", "meaning"], rows)


def benchmark() -> str:
    """What the benchmark has measured, for the sizes that tell most."""
    sys.path.append(str(ROOT / "benchmarks"))  # its files import each other by name
    import tables

    measured = (ROOT / "benchmarks" / "fleet.json").read_text(encoding="utf-8")
    return tables.summary(json.loads(measured))


def assumptions() -> str:
    rows = [
        [f"**{one.name}**: {one.assumed}", one.evidence, one.instead, one.cautious]
        for one in ASSUMPTIONS
    ]
    return table(["assumed", "evidence", "what another MASV may do", "then"], rows)


TABLES: dict[str, Callable[[], str]] = {
    "configuration": configuration,
    "inputs": lambda: inputs(LifecycleInputs),
    "outputs": lambda: outputs(Stored),
    "fleet_inputs": lambda: inputs(FleetInputs),
    "fleet_outputs": lambda: outputs(StoredFleet),
    "window_inputs": lambda: inputs(WindowInputs),
    "window_outputs": lambda: outputs(StoredWindow),
    "benchmark": benchmark,
}
ASSUMED_TABLES: dict[str, Callable[[], str]] = {"assumptions": assumptions}
SEED_TABLES: dict[str, Callable[[], str]] = {
    "seed": lambda: table(["key", "type", "default", "meaning"], seed.rows())
}


def generated(text: str, tables: dict[str, Callable[[], str]] = TABLES) -> str:
    """A page with its tables as the code has them."""
    for name, make in tables.items():
        marked = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        current = make()
        text, found = marked.subn(lambda m, new=current: m[1] + new + "\n" + m[2], text)
        if found != 1:
            raise SystemExit(f"a page has {found} places for the table {name!r}: it must have one")
    return text


# The picture.

COLUMNS = 100
ENGINE = re.compile(r"<!-- drawn by docs/generate\.py with Pulumi (\S+) -->")
_COLOURS = {1: "remove", 2: "add", 3: "change", 13: "head"}
_STYLE = """\
  text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: 13px; white-space: pre; fill: #1f2328 }
  .paper { fill: #f6f8fa; stroke: #d1d9e0 }
  .prompt, .head { font-weight: bold }
  .head { fill: #8250df } .add { fill: #1a7f37 } .change { fill: #9a6700 } .remove { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117; stroke: #30363d }
    .head { fill: #d2a8ff } .add { fill: #56d364 } .change { fill: #e3b341 }
    .remove { fill: #ff7b72 }
  }
"""


def preview() -> str:
    """What a preview of the quickstart prints, with its colours, on the real engine.

    The simulator's clock stands still and its ids follow from a counter, so only the order of
    what runs side by side may differ.
    """
    with (
        tempfile.TemporaryDirectory(prefix="masv-picture-") as folder,
        Simulator(packages=0, now="2027-01-04T09:00:00Z") as masv,
    ):
        project = Path(folder, "project")
        quickstart = ROOT / "examples" / "quickstart"
        shutil.copytree(quickstart, project, ignore=shutil.ignore_patterns(".venv"))
        settings = project / "Pulumi.yaml"
        settings.write_text(settings.read_text().replace(" .venv", f" {sys.prefix}"))
        ours = ("MASV_", "PULUMI_")
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(ours)},
            "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "picture",
            "PULUMI_HOME": str(Path(folder, "home")),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "MASV_BASE_URL": masv.url,
            "MASV_API_KEY": masv.api_key,
            "MASV_TEAM_ID": masv.team_id,
        }

        def pulumi(*arguments: str) -> str:
            command = ["pulumi", *arguments, "--non-interactive"]
            done = subprocess.run(
                command,
                cwd=project,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,  # where a person sees it: what a handler says comes here
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
            return done.stdout

        def configure(**values: str) -> None:
            given = [part for key in values for part in ("--plaintext", f"{key}={values[key]}")]
            pulumi("config", "set-all", *given)

        add = masv.account.add_package
        kept = "2027-03-01T00:00:00Z"
        dailies = add(name="A001_raw", expiry=kept, total_files=212, size=1_840_000_000_000)
        rushes = add(name="rushes, unsorted", expiry=kept, total_files=38, size=96_000_000_000)
        pulumi("stack", "init", "team")
        configure(dailies=dailies, keepUntil=kept, rushes=rushes)
        pulumi("up", "--yes", "--skip-preview")
        configure(keepUntil="2027-01-31T00:00:00Z", rushesMayEnd="true")
        return pulumi("preview", "--diff", "--suppress-progress", "--color=always").rstrip("\n")


def runs(line: str, style: str) -> tuple[list[tuple[str, str]], str]:
    """A line with terminal colours as (text, style) pairs, and the style that goes on after it."""
    found = []
    for text, code in re.findall(r"([^\x1b]*)(?:\x1b\[([\d;]*)m|$)", line):
        if text:
            found.append((text, style))
        if code:
            colour = re.fullmatch(r"38;5;(\d+)", code)
            keeps = code == "1"  # bold, which goes with the colour of a headline
            style = _COLOURS.get(int(colour[1]), "") if colour else style if keeps else ""
    return found, style


def rows(pairs: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """One line folded at blanks into rows that fit; nothing is added and nothing dropped."""
    folded: list[list[tuple[str, str]]] = [[]]
    width = 0
    for text, style in pairs:
        for word in re.findall(r"\S+ *| +", text):
            if width + len(word.rstrip()) > COLUMNS and width:
                folded.append([])
                width = 0
            if folded[-1] and folded[-1][-1][1] == style:
                folded[-1][-1] = (folded[-1][-1][0] + word, style)
            else:
                folded[-1].append((word, style))
            width += len(word)
    return folded


def draw(printed: str, engine: str) -> str:
    """A terminal's text as a picture that needs no font and no page from elsewhere."""
    body, style, y = [], "", 58
    for line in printed.splitlines():
        pairs, style = runs(line, style)
        body.append("<g>")
        for row in rows(pairs):
            spans = "".join(
                f'<tspan class="{style_}">{html.escape(text)}</tspan>'
                if style_
                else html.escape(text)
                for text, style_ in row
            )
            body.append(f'<text x="16" y="{y}" xml:space="preserve">{spans}</text>')
            y += 18
        body.append("</g>")
    width, height = 16 * 2 + round(COLUMNS * 8.2), y
    command = '<text class="prompt" x="16" y="28">$ pulumi preview --diff</text>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img">',
            f"<!-- drawn by docs/generate.py with Pulumi {engine} -->",
            "<title>A preview names the files that a change would end, and when</title>",
            f"<style>\n{_STYLE}</style>",
            f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" '
            'rx="6"/>',
            command,
            *body,
            "</svg>\n",
        ]
    )


def drawn(picture: str) -> list[str]:
    """The lines of text in a picture, without what folds and colours them."""
    groups = re.findall(r"<g>(.*?)</g>", picture, re.DOTALL)
    texts = ["".join(re.findall(r"<text[^>]*>(.*?)</text>", group)) for group in groups]
    return [html.unescape(re.sub(r"<[^>]*>", "", text)) for text in texts]


def engine_version() -> str:
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(
        ["pulumi", "version"], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    parser.add_argument("--picture", action="store_true", help="also draw the picture again")
    given = parser.parse_args()
    made = {
        README: generated(README.read_text(encoding="utf-8")),
        ASSUMED: generated(ASSUMED.read_text(encoding="utf-8"), ASSUMED_TABLES),
        SCHEMA: schema(),
        seed.PAGE: generated(seed.PAGE.read_text(encoding="utf-8"), SEED_TABLES),
        seed.SCHEMA: seed.schema(),
    }
    if given.check:
        old = [f for f in made if not f.exists() or f.read_text(encoding="utf-8") != made[f]]
        for file in old:
            print(f"{file.name} is not what the code says: run python docs/generate.py")
        return int(bool(old))
    for file, text in made.items():
        file.write_text(text, encoding="utf-8")
    if given.picture:
        PICTURE.write_text(draw(preview(), engine_version()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
