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
from typing import Any, Final

from measure import FIRST, NOOP, PHASES
from variants import VARIANTS, Variant

Measured = Mapping[str, Any]  # what fleet.json holds
_GUIDE, _FLEET, _IDLE = "a", "d", "e"
_LEGEND: Final = """\
The commands in seconds: median (min..max), each with `--yes --skip-preview`. Requests: of each \
command, in the same order. Memory: of the handler's process at its peak. State: what `pulumi \
stack export` prints after the first up. No checkpoints: with `PULUMI_SKIP_CHECKPOINTS=true \
PULUMI_EXPERIMENTAL=true`."""


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


def spread(values: Sequence[float], spell: Callable[[float], str]) -> str:
    """A median, and from where to where the values lie."""
    shown = spell(statistics.median(values))
    low, high = spell(min(values)), spell(max(values))
    return shown if low == high else f"{shown} ({low}..{high})"


def render(measured: Measured) -> str:
    """The whole part on fleets."""
    parts = [
        f"`{measured['command']}` on {spell_machine(measured['machine'])}. Each answer of MASV "
        f"takes {measured['latency'] * 1000:g} ms; pulumi_masv has up to "
        f"{measured['concurrency']} requests in flight.",
        figures(measured),
        _LEGEND,
        "\n".join(f"- {note}" for note in measured["notes"]),
        targets(measured),
        "![Seconds of each command by number of packages](fleet.svg)",
    ]
    return "\n\n".join(filter(None, parts))


def figures(measured: Measured) -> str:
    head = ["packages", "", *PHASES, "requests", "memory", "state", "runs"]
    rows = []
    for size in sizes(measured):
        for variant in VARIANTS:
            if runs := runs_of(measured, variant.key, size):
                rows.append([f"{size:,}", f"({variant.key}) {variant.title}", *_row(runs)])
    return table(head, rows)


def _row(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    seconds = [spread(seconds_of(runs, phase), spell_seconds) for phase in PHASES]
    asked = [spread([_requests(run, phase) for run in runs], "{:,.0f}".format) for phase in PHASES]
    peaks = [p for run in runs if (p := _peak(run)) is not None]
    memory = spread(peaks, lambda value: f"{value / 1e6:,.0f} MB") if peaks else "unknown"
    state = spread([run["state_bytes"] for run in runs], spell_bytes)
    return [*seconds, " / ".join(asked), memory, state, str(len(runs))]


def targets(measured: Measured) -> str:
    """What was aimed at, and how near it came."""
    latency, concurrency = measured["latency"], measured["concurrency"]
    rows = [
        _target(
            "first up of 1,000 packages: (a) over (d)",
            _ratio(measured, FIRST, (_GUIDE, 1000), (_FLEET, 1000)),
            "at least 20",
            lambda ratio: ratio >= 20,
        ),
        _target(
            "no-op up of 10,000 packages: (d) over the engine's own time for the map, (e)",
            _ratio(measured, NOOP, (_FLEET, 10000), (_IDLE, 10000)),
            "under 3",
            lambda ratio: ratio < 3,
        ),
        _target(
            "10,000 writes of a first up of (d), from the first to the last: over "
            f"writes × {latency * 1000:g} ms / {concurrency}",
            _write_ratio(measured, _FLEET, 10000),
            "at most 1.3",
            lambda ratio: ratio <= 1.3,
        ),
        _target(
            "the whole of that first up less the engine's own, (e): over the same",
            _whole_ratio(measured, _FLEET, 10000),
            "",
            lambda ratio: True,
        ),
    ]
    return table(["target", "wanted", "measured", "met"], rows)


def _target(
    what: str, ratio: float | None, wanted: str, meets: Callable[[float], bool]
) -> list[str]:
    if ratio is None:
        return [what, wanted, "not measured", ""]
    met = {True: "yes", False: "no"}[meets(ratio)] if wanted else ""
    return [what, wanted, f"{ratio:.2f}", met]


def _ratio(
    measured: Measured, phase: str, over: tuple[str, int], under: tuple[str, int]
) -> float | None:
    above, below = (seconds_of(runs_of(measured, *which), phase) for which in (over, under))
    return statistics.median(above) / statistics.median(below) if above and below else None


def _write_ratio(measured: Measured, key: str, size: int) -> float | None:
    """The time that the writes of the first up took, over the least they can take."""
    # The span ends when the last write takes effect; its answer comes that much later.
    return _over_least(
        measured, key, size, lambda first: first["write_seconds"] + measured["latency"]
    )


def _whole_ratio(measured: Measured, key: str, size: int) -> float | None:
    engine = seconds_of(runs_of(measured, _IDLE, size), FIRST)
    if not engine:
        return None
    own = statistics.median(engine)
    return _over_least(measured, key, size, lambda first: first["seconds"] - own)


def _over_least(
    measured: Measured, key: str, size: int, took: Callable[[Mapping[str, Any]], float]
) -> float | None:
    first_ups = [run["phases"][FIRST] for run in runs_of(measured, key, size)]
    least = measured["latency"] / measured["concurrency"]  # seconds a write
    if not first_ups or not least:
        return None
    return statistics.median(took(first) / (least * first["writes"]) for first in first_ups)


def sizes(measured: Measured) -> list[int]:
    return sorted({run["packages"] for run in measured["runs"]})


def variants(measured: Measured) -> list[Variant]:
    """Those that were measured."""
    keys = {run["variant"] for run in measured["runs"]}
    return [variant for variant in VARIANTS if variant.key in keys]


def runs_of(measured: Measured, key: str, size: int) -> list[Mapping[str, Any]]:
    return [r for r in measured["runs"] if (r["variant"], r["packages"]) == (key, size)]


def seconds_of(runs: Sequence[Mapping[str, Any]], phase: str) -> list[float]:
    return [run["phases"][phase]["seconds"] for run in runs]


def _requests(run: Mapping[str, Any], phase: str) -> int:
    return run["phases"][phase]["reads"] + run["phases"][phase]["writes"]


def _peak(run: Mapping[str, Any]) -> float | None:
    return max(filter(None, (p["handler_bytes"] for p in run["phases"].values())), default=None)


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
