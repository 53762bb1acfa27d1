"""What the figures say, as Markdown; a README holds each part between two marks."""

import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

import targets
from figures import (
    Figure,
    Measured,
    cpu,
    median,
    memory,
    of,
    ratio,
    requests,
    runs_of,
    share,
    sizes,
    values,
)
from measure import FIRST, NOOP, PHASES, REFRESH, Size
from variants import VARIANTS, Variant

UNKNOWN: Final = "–"  # not measured, or there is no such thing
_SUMMARY: Final = (Size(1_000, 1_000), Size(10_000, 10_000))
_SHARD: Final = "d", Size(20_000, 20_000)
_SHARDS: Final = 50  # of a million packages
_FLOORS: Final = ("g", "h")
_ROLES: Final = ("engine", "program", "handler")
_SECONDS: Final = """\
The commands in seconds: median (min..max), each with `--yes --skip-preview`. Requests: of each \
command, in the same order. Memory: of the handler's process at its peak. No checkpoints: with \
`PULUMI_SKIP_CHECKPOINTS=true PULUMI_EXPERIMENTAL=true`. Packages: 1,000 of 10,000 are 1,000 that \
are declared, evenly among the 10,000 of the account."""
_PROCESSORS: Final = """\
The processor's time (CPU) of each command in seconds, medians: the sum, then engine (with its \
language host) + program + handler. Written: what the first up wrote into files. State: what \
`pulumi stack export` prints after it. A resource: the median of one in it, as compact JSON."""
_RATIOS: Final = """\
Ratios, as far as both were measured: how many times the seconds of (a), of the scripts (g) and \
(h), and how many times the processor's time (CPU) of (a). The measure for (c) is (f), which is \
run like it."""


def put(readme: Path, name: str, text: str) -> None:
    """Write a part of a README between its marks."""
    marked = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    changed, found = marked.subn(lambda m: f"{m[1]}{text}\n{m[2]}", readme.read_text("utf-8"))
    if found != 1:
        raise SystemExit(f"{readme} has {found} places for {name!r}: one is due")
    readme.write_text(changed, encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> dict[str, str]:
    """Where it was measured, and with what."""
    return {
        "cores": str(os.cpu_count()),
        "cpu": _cpu_model(),
        "python": platform.python_version(),
        "sdk": version("pulumi"),
        "engine": _engine_version(),
        "date": date.today().isoformat(),  # noqa: DTZ011 (the day where it was measured)
    }


def spell_machine(found: Mapping[str, str]) -> str:
    return (
        f"{found['cores']} cores of {found['cpu']}, Python {found['python']}, pulumi "
        f"{found['sdk']}, engine {found['engine']}, {found['date']}"
    )


def spread(found: Sequence[float], spell: Callable[[float], str]) -> str:
    """A median, and from where to where the values lie."""
    if not found:
        return UNKNOWN
    shown = spell(statistics.median(found))
    low, high = spell(min(found)), spell(max(found))
    return shown if low == high else f"{shown} ({low}..{high})"


def render(measured: Measured) -> str:
    """The whole part on fleets."""
    parts = [
        f"`{measured['command']}` on {spell_machine(measured['machine'])}. Each answer of MASV "
        f"takes {measured['latency'] * 1000:g} ms; pulumi_masv has up to "
        f"{measured['concurrency']} requests in flight.",
        by_size(measured, [*PHASES, "requests", "memory", "runs"], _seconds),
        _SECONDS,
        by_size(measured, [*PHASES, "written", "state", "a resource"], _processors),
        _PROCESSORS,
        by_size(measured, list(PHASES), _ratios),
        _RATIOS,
        "\n".join(f"- {note}" for note in measured["notes"]),
        table(["target", "wanted", "measured", "met"], targets.rows(measured)),
        "![Seconds of each command by number of packages](fleet.svg)",
    ]
    return "\n\n".join(filter(None, parts))


def summary(measured: Measured) -> str:
    """The part of the package's README: seconds, and how the first up compares."""
    of_summary = [size for size in sizes(measured) if size in _SUMMARY]
    head = [*PHASES, "CPU of the first up", "first up as a ratio"]
    return by_size(measured, head, _summary, of_summary) + (
        f"\n\n{_RATIOS} CPU is that of engine, program and handler together. {UNKNOWN}: not "
        f"measured. On {spell_machine(measured['machine'])}; "
        f"{measured['latency'] * 1000:g} ms for each of MASV's answers."
    )


def night(measured: Measured) -> str:
    """The part on a large archive: what one fleet took, and what fifty take one after the other."""
    rows = []
    for phase in (REFRESH, NOOP):
        asked, took = (
            median(measured, *_SHARD, figure) for figure in (requests(phase), of(phase, "seconds"))
        )
        if asked is None or took is None:
            return UNKNOWN
        one = [f"{asked:,.0f}", spell_seconds(took)]
        rows.append([phase, *one, f"{_SHARDS * asked:,.0f}", f"{_SHARDS * took / 60:,.0f}"])
    head = ["", "requests of one", "its seconds", f"requests of {_SHARDS}", "their minutes"]
    return table(head, rows)


def by_size(
    measured: Measured,
    head: Sequence[str],
    cells: Callable[[Measured, Variant, Size], Sequence[str]],
    of_sizes: Sequence[Size] | None = None,
) -> str:
    """A table of all that was measured at some sizes, or at all."""
    rows = [
        [str(size), f"({variant.key}) {variant.title}", *cells(measured, variant, size)]
        for size in (sizes(measured) if of_sizes is None else of_sizes)
        for variant in VARIANTS
        if runs_of(measured, variant.key, size)
    ]
    return table(["packages", "", *head], rows)


def _seconds(measured: Measured, variant: Variant, size: Size) -> list[str]:
    runs = runs_of(measured, variant.key, size)
    seconds = [spread(values(runs, of(phase, "seconds")), spell_seconds) for phase in PHASES]
    asked = [spread(values(runs, requests(phase)), "{:,.0f}".format) for phase in PHASES]
    peaks = spread(values(runs, memory), lambda value: f"{value / 1e6:,.0f} MB")
    return [*seconds, " / ".join(asked), peaks, str(len(runs))]


def _processors(measured: Measured, variant: Variant, size: Size) -> list[str]:
    def median_of(figure: Figure, spell: Callable[[float], str] = spell_seconds) -> str:
        found = median(measured, variant.key, size, figure)
        return UNKNOWN if found is None else spell(found)

    def shares(phase: str) -> str:
        whole = median_of(cpu(phase))
        parts = " + ".join(median_of(share(phase, role)) for role in _ROLES)
        return whole if whole == UNKNOWN else f"{whole}: {parts}"

    return [
        *map(shares, PHASES),
        median_of(of(FIRST, "written_bytes"), spell_bytes),
        median_of(lambda run: run["state_bytes"], spell_bytes),
        median_of(lambda run: run["resource_bytes"], lambda value: f"{value:,.0f} B"),
    ]


def _ratios(measured: Measured, variant: Variant, size: Size) -> list[str]:
    def to(other: str, figure: Figure, kind: str) -> str | None:
        found = ratio(
            median(measured, variant.key, size, figure), median(measured, other, size, figure)
        )
        return None if found is None or other == variant.key else f"{found:.2f} {kind}({other})"

    def cell(phase: str) -> str:
        seconds = [to(other, of(phase, "seconds"), "") for other in (variant.guide, *_FLOORS)]
        return ", ".join(filter(None, [*seconds, to(variant.guide, cpu(phase), "CPU ")])) or UNKNOWN

    return [cell(phase) for phase in PHASES]


def _summary(measured: Measured, variant: Variant, size: Size) -> list[str]:
    seconds = [median(measured, variant.key, size, of(phase, "seconds")) for phase in PHASES]
    spent = median(measured, variant.key, size, cpu(FIRST))
    shown = [UNKNOWN if each is None else f"{spell_seconds(each)} s" for each in (*seconds, spent)]
    return [*shown, _ratios(measured, variant, size)[0]]


def spell_seconds(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def spell_bytes(value: float) -> str:
    return f"{value / 1e3:,.0f} kB" if value < 1e6 else f"{value / 1e6:,.1f} MB"


def _cpu_model() -> str:
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _engine_version() -> str:
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    command = ["pulumi", "version"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()
