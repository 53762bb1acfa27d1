"""What managing many packages costs on the real engine, by each way to do it.

python benchmarks/fleet.py               measure; write the table, the picture and the figures
python benchmarks/fleet.py --render      write table and picture from the figures there are

A size may carry its own number of repetitions: `--packages 100:5 1000:2`. The variants take
turns, one repetition of all after the other, so that what else the machine does meets them alike.
"""

import argparse
import json
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import plot
import report
from measure import Conditions, Failed, measure
from variants import BY_KEY, VARIANTS, Variant

from pulumi_masv.settings import Settings

HERE: Final = Path(__file__).parent


class Size(NamedTuple):
    """How many packages, and how often they are measured; 0 for as often as the others."""

    packages: int
    repetitions: int = 0


class Task(NamedTuple):
    """One run that is due."""

    variant: Variant
    packages: int
    repetition: int


def size(text: str) -> Size:
    return Size(*(int(part) for part in text.split(":")))


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    sizes: dict[str, Any] = {"type": size, "nargs": "*", "metavar": "N[:REPETITIONS]"}
    add("--packages", **sizes, default=[Size(100), Size(1000)], help="for every variant")
    add(
        "--single",
        **sizes,
        default=[Size(5000), Size(10000)],
        help="for those that need one resource only",
    )
    add("--repetitions", type=int, default=3)
    add("--variants", nargs="+", choices=BY_KEY, default=list(BY_KEY))
    add("--latency", type=float, default=20, help="milliseconds an answer of MASV takes")
    add("--budget", type=float, help="seconds after which no repetition is begun but the first")
    add("--limit", type=float, default=3600, help="seconds one command may take")
    add("--into", type=Path, default=HERE, help="the folder of README.md, fleet.json, fleet.svg")
    add("--render", action="store_true", help="measure nothing")
    return parser.parse_args(given)


def due(chosen: argparse.Namespace) -> Iterator[Task]:
    """All runs in their order: what is repeated most is left at the end."""
    of_all = [(each, False) for each in chosen.packages]
    of_single = [(each, True) for each in chosen.single]
    planned = [
        (each.packages, each.repetitions or chosen.repetitions, variant)
        for each, single in of_all + of_single
        for variant in VARIANTS
        if variant.key in chosen.variants and (variant.single or not single)
    ]
    for repetition in range(max((times for _, times, _ in planned), default=0)):
        for packages, times, variant in planned:
            if repetition < times:
                yield Task(variant, packages, repetition)


def run(chosen: argparse.Namespace, measured: dict[str, Any]) -> bool:
    """Make all runs, and a note of each that is not made; True if none failed."""
    started = time.monotonic()
    failed: set[tuple[str, int]] = set()
    for task in due(chosen):
        if task.repetition and over(started, chosen.budget):
            say(measured, f"the budget of {chosen.budget:g} s ended the repetitions early")
            break
        of = (task.variant.key, task.packages)
        if of not in failed and not make(task, chosen, measured):
            failed.add(of)
    return not failed


def make(task: Task, chosen: argparse.Namespace, measured: dict[str, Any]) -> bool:
    """Make one run and keep it, since the next may take long; False if it failed."""
    named = f"({task.variant.key}) {task.packages:,} packages"
    print(f"{named}, run {task.repetition + 1} …", flush=True)
    conditions = Conditions(chosen.latency / 1000, chosen.limit)
    try:
        measured["runs"].append(measure(task.variant, task.packages, conditions))
    except Failed as error:
        print(error, file=sys.stderr)
        say(measured, f"{named}: failed: {str(error).splitlines()[0].rstrip(':')}")
        return False
    save(chosen.into, measured)
    return True


def over(started: float, budget: float | None) -> bool:
    return budget is not None and time.monotonic() - started > budget


def say(measured: dict[str, Any], note: str) -> None:
    print(note, flush=True)
    measured["notes"].append(note)


def save(folder: Path, measured: dict[str, Any]) -> None:
    (folder / "fleet.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def render(folder: Path) -> None:
    measured = json.loads((folder / "fleet.json").read_text("utf-8"))
    report.put(folder / "README.md", "fleet", report.render(measured))
    (folder / "fleet.svg").write_text(plot.draw(measured), encoding="utf-8")


def main(given: Sequence[str]) -> int:
    chosen = arguments(given)
    succeeded = True
    if not chosen.render:
        measured: dict[str, Any] = {
            "command": shlex.join(["python", "benchmarks/fleet.py", *given]),
            "machine": report.machine(),
            "latency": chosen.latency / 1000,
            "concurrency": Settings.model_fields["concurrency"].default,
            "notes": [],
            "runs": [],
        }
        succeeded = run(chosen, measured)
        if not measured["runs"]:
            print("nothing was measured, so nothing is written", file=sys.stderr)
            return 1
        save(chosen.into, measured)
    render(chosen.into)
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
