"""Draws docs/preview.svg: what a preview of the quickstart prints on the real engine.

python docs/picture.py               takes the Pulumi engine (make setup)
"""

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pulumi_masv.simulator import Simulator

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "preview.svg"
COLUMNS = 100
ENGINE = re.compile(r"<!-- drawn by docs/picture\.py with Pulumi (\S+) -->")
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
            **masv.environment,
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
            f"<!-- drawn by docs/picture.py with Pulumi {engine} -->",
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
    PICTURE.write_text(draw(preview(), engine_version()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
