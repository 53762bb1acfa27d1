"""Records the demo as a picture that moves: `python examples/recording.py docs/demo.svg`.

Each scene is a page of one film, and the first one stands still where pictures do not move. The
simulator's clock stands still, its ids follow from a counter, and nothing is said of durations or
of this machine's folders, so it is the same picture each time.
"""

import io
import itertools
import re
import sys
from pathlib import Path

import demo
from demo_stage import PLAIN, THEME, Stage, workplace
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from pulumi_masv.simulator import Simulator

ID = "demo"
ROWS = 31  # of a page: what its longest scene takes
LINE, MARGIN = 24.4, 16  # pixels: the height of a line as rich draws it, and around the text


def theme(paper: str, ink: str, *colours: str) -> TerminalTheme:
    def rgb(text: str) -> tuple[int, int, int]:
        return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)

    return TerminalTheme(rgb(paper), rgb(ink), [rgb(one) for one in colours])


# Without the line's clip path: no line is longer than the window is wide.
TEXT = re.compile(
    r'(<text class="[^"]*" x="[^"]*") y="([^"]*)"( textLength="[^"]*") clip-path="[^"]*">'
    r"(\S+)</text>"
)
# black, red, green, yellow, blue, magenta, cyan, white; then the bright ones.
LIGHT = theme(
    *("f6f8fa", "1f2328"),
    *("24292f", "cf222e", "1a7f37", "8a5c00", "0969da", "8250df", "1b7c83", "57606a"),
    *("6e7781", "a40e26", "116329", "633c01", "0550ae", "6639ba", "0f5c66", "32383f"),
)
DARK = theme(
    *("0d1117", "e6edf3"),
    *("484f58", "ff7b72", "56d364", "e3b341", "79c0ff", "d2a8ff", "56d4dd", "b1bac4"),
    *("8b949e", "ffa198", "7ee787", "f2cc60", "a5d6ff", "e2c5ff", "b3f0ff", "f0f6fc"),
)
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" role="img">
<title>make demo: a preview names the files that a change would end, and when</title>
<style>
  text {{ font: 20px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }}
  .paper {{ fill: #f6f8fa; stroke: #d1d9e0 }}
  {light}
  @media (prefers-color-scheme: dark) {{
    .paper {{ fill: #0d1117; stroke: #30363d }}
    {dark}
  }}
  @media (prefers-reduced-motion: no-preference) {{
    .film {{ animation: film {seconds}s step-end infinite }}
  }}
  @keyframes film {{ {frames} }}
</style>
<clipPath id="window"><rect x="0" y="{margin}" width="{width}" height="{window}"/></clipPath>
<rect class="paper" x="0.5" y="0.5" width="{inner}" height="{below}" rx="8"/>
<g clip-path="url(#window)"><g class="film"><g transform="translate({margin} {margin})">
{body}
</g></g></g>
</svg>
"""


class Film(Stage):
    """A stage that knows on which line each scene opens."""

    scenes: list[int]

    def title(self, text: str) -> None:
        self.scenes.append(self.lines())
        super().title(text)

    def lines(self) -> int:
        assert isinstance(self.console.file, io.StringIO)
        return self.console.file.getvalue().count("\n")


def filmed() -> tuple[Console, list[int]]:
    """Return a console that has the whole demo, and the lines on which its scenes open."""
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        force_interactive=False,
        color_system="standard",
        width=PLAIN,
        legacy_windows=False,
        highlight=False,
        record=True,
        theme=THEME,
    )
    with (
        workplace() as folder,
        Simulator(packages=0, now=demo.NOW) as masv,
    ):
        demo.fill(masv.account)
        film = Film(console, masv, folder)
        film.scenes = []
        demo.tell(film)
        return console, [*film.scenes, film.lines()]


def drawn(console: Console, opens: list[int]) -> str:
    """Return the picture of a recorded console.

    Args:
        console: what was recorded.
        opens: the line on which each scene opens, and the number of lines.
    """
    pages: list[list[int]] = []  # the numbers of the lines that a page shows
    for first, end in itertools.pairwise(opens):
        if pages and len(pages[-1]) + end - first <= ROWS:
            pages[-1] += range(first, end)
        else:
            pages.append([*range(first + 1, end)])  # without the empty line between two scenes
    seconds = [3 + len(page) / 3 for page in pages]
    window = round(ROWS * LINE)
    apart = 2 * window  # a page's first line must not show below the one before
    width, height = round(PLAIN * 12.2) + 2 * MARGIN, window + 2 * MARGIN
    frames = " ".join(
        f"{sum(seconds[:number]) / sum(seconds):.2%} "
        f"{{ transform: translateY(-{number * apart}px) }}"
        for number in range(len(pages))
    )
    row = {
        line: number * apart + place * LINE + 18
        for number, page in enumerate(pages)
        for place, line in enumerate(page)
    }

    def rich(part: str, colours: TerminalTheme = LIGHT) -> str:
        return console.export_svg(theme=colours, code_format=part, unique_id=ID, clear=False)

    body = "\n".join(
        f'{start} y="{row[round((float(y) - 20) / LINE)]:.1f}"{length}>{said}</text>'
        for start, y, length, said in TEXT.findall(rich("{matrix}"))
    )
    return FRAME.format(
        light=rich("{styles}"),
        dark=rich("{styles}", DARK),
        frames=frames,
        seconds=round(sum(seconds)),
        width=width,
        height=height,
        inner=width - 1,
        below=height - 1,
        window=window,
        margin=MARGIN,
        body=body,
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(drawn(*filmed()), encoding="utf-8")
