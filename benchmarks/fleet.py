"""What managing many packages costs on the real engine, by each way to do it.

python benchmarks/fleet.py               measure; write the table, the picture and the figures
python benchmarks/fleet.py --render      write table and picture from the figures there are

A size may carry its own number of repetitions, and how many packages the account holds where that
is more: `--packages 100:5 1000/4000:2`. With --targets, only what the targets need is measured,
once: about a quarter of an hour. The variants take turns, one repetition of all after the other,
so that what else the machine does meets them alike.
"""

import argparse
import json
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import plot
import tables
import targets
from measure import Conditions, Failed, Size, measure
from variants import BY_KEY, VARIANTS, Variant

from pulumi_masv.settings import Settings

HERE: Final = Path(__file__).parent


class Series(NamedTuple):
    """A size, and how often it is measured; 0 for as often as the others."""

    size: Size
    repetitions: int = 0


class Task(NamedTuple):
    """One run that is due."""

    variant: Variant
    size: Size
    repetition: int


def series(text: str) -> Series:
    size, _, repetitions = text.partition(":")
    packages, _, account = size.partition("/")
    return Series(Size(int(packages), int(account or packages)), int(repetitions or 0))


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    sizes: dict[str, Any] = {"type": series, "nargs": "*", "metavar": "N[/ACCOUNT][:REPETITIONS]"}
    add("--packages", **sizes, default=[series("300"), series("1000")], help="for every variant")
    add(
        "--single",
        **sizes,
        default=[series(each) for each in ("1000/10000", "5000", "10000", "20000:1", "50000:1")],
        help="for those that need one resource only, or none",
    )
    add("--targets", action="store_true", help="only what the targets need, instead of all that")
    add("--repetitions", type=int, help="3, or with --targets 1")
    add("--variants", nargs="+", choices=BY_KEY, default=list(BY_KEY))
    add("--latency", type=float, default=20, help="milliseconds an answer of MASV takes")
    add("--budget", type=float, help="seconds after which no repetition is begun but the first")
    add("--limit", type=float, default=3600, help="seconds one command may take")
    add("--into", type=Path, default=HERE, help="the folder of README.md, fleet.json, fleet.svg")
    add("--render", action="store_true", help="measure nothing")
    return parser.parse_args(given)


def due(chosen: argparse.Namespace) -> Iterator[Task]:
    """All runs in their order: what is repeated most is left at the end."""
    usual = chosen.repetitions or (1 if chosen.targets else 3)
    planned = [
        (size, times, variant)
        for size, times, variant in wanted(chosen.targets, chosen.packages, chosen.single)
        if variant.key in chosen.variants
    ]
    for repetition in range(max((times or usual for _, times, _ in planned), default=0)):
        for size, times, variant in planned:
            if repetition < (times or usual):
                yield Task(variant, size, repetition)


def wanted(
    for_targets: bool, for_all: Iterable[Series], for_single: Iterable[Series]
) -> Iterator[tuple[Size, int, Variant]]:
    """What is measured, and how often."""
    if for_targets:
        yield from ((size, 0, BY_KEY[key]) for key, size in targets.needs())
        return
    yield from ((*each, variant) for each in for_all for variant in VARIANTS)
    yield from ((*each, variant) for each in for_single for variant in VARIANTS if variant.single)


def run(chosen: argparse.Namespace, measured: dict[str, Any]) -> bool:
    """Make all runs, and a note of each that is not made; True if none failed."""
    started = time.monotonic()
    failed: set[tuple[str, Size]] = set()
    for task in due(chosen):
        if task.repetition and over(started, chosen.budget):
            say(measured, f"the budget of {chosen.budget:g} s ended the repetitions early")
            break
        of = (task.variant.key, task.size)
        if of not in failed and not make(task, chosen, measured):
            failed.add(of)
    return not failed


def make(task: Task, chosen: argparse.Namespace, measured: dict[str, Any]) -> bool:
    """Make one run and keep it, since the next may take long; False if it failed."""
    named = f"({task.variant.key}) {task.size} packages"
    print(f"{named}, run {task.repetition + 1} …", flush=True)
    conditions = Conditions(chosen.latency / 1000, chosen.limit)
    try:
        measured["runs"].append(measure(task.variant, task.size, conditions))
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
    tables.put(folder / "README.md", "fleet", tables.render(measured))
    (folder / "fleet.svg").write_text(plot.draw(measured), encoding="utf-8")


def main(given: Sequence[str]) -> int:
    chosen = arguments(given)
    succeeded = True
    if not chosen.render:
        measured: dict[str, Any] = {
            "command": shlex.join(["python", "benchmarks/fleet.py", *given]),
            "machine": tables.machine(),
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
