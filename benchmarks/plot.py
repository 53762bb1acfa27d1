"""The seconds of each command by number of packages, as a picture that needs nothing else.

Both axes are logarithmic. The colours are told apart by colour-blind eyes, the marks by all.
"""

import html
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from figures import Measured, of, runs_of, sizes, values, variants
from measure import PHASES, Size

_WIDTH, _MARGIN = 860, 24
_PANEL: Final = (350, 210)  # of what is inside the axes
_GAP: Final = (76, 74)  # between two panels
_LEFT, _LEGEND_LINE = 58, 22
# By the variant's key: the colour in light, in dark, and the mark around (0, 0).
_LOOKS: Final = {
    "a": ("#b3400a", "#ff9b62", "M-4.5 -4.5H4.5V4.5H-4.5Z"),
    "b": ("#1f6fb2", "#6cb6ff", "M0 -5.5L5.5 4.5H-5.5Z"),
    "c": ("#7a4fb5", "#c6a2ff", "M0 5.5L5.5 -4.5H-5.5Z"),
    "d": ("#00785a", "#4fd1a5", "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z"),
    "e": ("#6a737d", "#a3acb6", "M0 -6L6 0L0 6L-6 0Z"),
    "f": ("#8a5a00", "#e3b341", "M-5 -5L5 5M5 -5L-5 5"),
    "g": ("#a0306a", "#ff8cc6", "M-6 0H6M0 -6V6"),
    "h": ("#3f6212", "#a3d977", "M-5 -2H5M-5 2H5"),
}
_STYLE: Final = """\
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .paper { fill: #ffffff; stroke: #d1d9e0 }
  .title { font-weight: 600; font-size: 13px }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  .line.e, .line.g, .line.h { stroke-dasharray: 5 3 }
  .quiet { fill: #59636e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117; stroke: #30363d }
    .grid { stroke: #30363d }
    .quiet { fill: #9198a1 }
  }
"""


@dataclass(frozen=True)
class Axis:
    """A logarithmic one.

    Attributes:
        low: the value at its beginning.
        high: the value at its end.
        start: where it begins in the picture.
        end: where it ends.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """1, 2 and 5 of each decade, or where those are many, only 1."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        factors = (1, 2, 5) if len(decades) < 5 else (1,)
        marks = [factor * 10.0**decade for decade in decades for factor in factors]
        return [mark for mark in marks if self.low <= mark <= self.high]


def draw(measured: Measured) -> str:
    legend_height = _LEGEND_LINE * math.ceil(len(variants(measured)) / 2)
    top = _MARGIN + legend_height + 34
    height = top + 2 * _PANEL[1] + _GAP[1] + 46
    body = [*_legend(measured)]
    for place, phase in enumerate(PHASES):
        left = _LEFT + place % 2 * (_PANEL[0] + _GAP[0])
        body += _panel(measured, phase, left, top + place // 2 * (_PANEL[1] + _GAP[1]))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            f'width="{_WIDTH}" height="{height}" role="img">',
            "<title>Seconds of each command by number of packages</title>",
            f"<style>\n{_STYLE}{_colours()}</style>",
            f'<rect class="paper" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" '
            'rx="6"/>',
            *body,
            "</svg>\n",
        ]
    )


def _colours() -> str:
    light = "".join(_rules(key, look[0]) for key, look in _LOOKS.items())
    dark = "".join(_rules(key, look[1]) for key, look in _LOOKS.items())
    return f"{light}  @media (prefers-color-scheme: dark) {{\n{dark}  }}\n"


def _rules(key: str, colour: str) -> str:
    return f"  .{key} {{ stroke: {colour} }} .{key}.mark {{ fill: {colour} }}\n"


def _legend(measured: Measured) -> list[str]:
    drawn = []
    for place, variant in enumerate(variants(measured)):
        x = _LEFT + place % 2 * (_PANEL[0] + _GAP[0])
        y = _MARGIN + 4 + place // 2 * _LEGEND_LINE
        drawn.append(f'<path class="line {variant.key}" d="M{x} {y}h28"/>')
        drawn.append(_mark(variant.key, x + 14, y))
        drawn.append(_text(x + 38, y + 4, f"({variant.key}) {variant.title}"))
    return drawn


def _panel(measured: Measured, phase: str, left: float, top: float) -> list[str]:
    across, up = _axes(measured, left, top)
    right, bottom = across.end, up.start
    title = _text(left, top - 12, f"{phase}: seconds", "title")
    drawn = [title]
    for tick in up.ticks():
        y = round(up.at(tick), 1)
        drawn.append(f'<path class="grid" d="M{left} {y}H{right}"/>')
        drawn.append(_text(left - 8, y + 4, f"{tick:g}", "quiet", "end"))
    for size in _whole(measured):
        x = round(across.at(size.packages), 1)
        drawn.append(f'<path class="grid" d="M{x} {bottom}v5"/>')
        drawn.append(_text(x, bottom + 20, str(size), "quiet", "middle"))
    drawn.append(_text(right, bottom + 38, "packages", "quiet", "end"))
    for variant in variants(measured):
        drawn += _curve(measured, variant.key, phase, across, up)
    return drawn


def _whole(measured: Measured) -> list[Size]:
    """The sizes at which all that the account holds is declared, or if there are none, all."""
    found = sizes(measured)
    return [size for size in found if size.packages == size.account] or found


def _axes(measured: Measured, left: float, top: float) -> tuple[Axis, Axis]:
    """The same in all panels, so that they can be compared."""
    found = _whole(measured)
    seconds = [s for phase in PHASES for s in values(measured["runs"], of(phase, "seconds"))]
    across = Axis(found[0].packages / 1.3, found[-1].packages * 1.3, left, left + _PANEL[0])
    up = Axis(min(seconds) / 1.2, max(seconds) * 1.2, top + _PANEL[1], top)
    return across, up


def _curve(measured: Measured, key: str, phase: str, across: Axis, up: Axis) -> list[str]:
    points, spreads = [], []
    for size in _whole(measured):
        if seconds := values(runs_of(measured, key, size), of(phase, "seconds")):
            x = round(across.at(size.packages), 1)
            points.append((x, round(up.at(statistics.median(seconds)), 1)))
            spreads.append((x, round(up.at(max(seconds)), 1), round(up.at(min(seconds)), 1)))
    path = "L".join(f"{x} {y}" for x, y in points)
    bars = "".join(f"M{x} {high}V{low}" for x, high, low in spreads)
    lines = [f'<path class="line {key}" d="M{path}{bars}"/>'] if points else []
    return lines + [_mark(key, x, y) for x, y in points]


def _mark(key: str, x: float, y: float) -> str:
    return f'<path class="mark {key}" transform="translate({x} {y})" d="{_LOOKS[key][2]}"/>'


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    given: Sequence[str] = (
        f'x="{x}" y="{y}"',
        f'class="{kind}"' if kind else "",
        f'text-anchor="{anchor}"' if anchor != "start" else "",
    )
    return f"<text {' '.join(filter(None, given))}>{html.escape(text)}</text>"
