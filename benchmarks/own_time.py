"""What pulumi_masv itself computes inside the engine's time, in microseconds a package.

python benchmarks/own_time.py            measure, print the table and write it into README.md

No request, no engine: each row is one function, called once for each of 10,000 packages, or once
for all of them.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final, NamedTuple

import tables

from pulumi_masv import plan
from pulumi_masv.announcer import PulumiAnnouncer
from pulumi_masv.handlers import PackageFleetHandler, PackageLifecycleHandler
from pulumi_masv.lifecycle.registry import Registry
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.models import (
    FleetInputs,
    LifecycleInputs,
    Package,
    Stored,
    StoredFleet,
)
from pulumi_masv.policy import ManifestModel, evaluate
from pulumi_masv.simulator import Account
from pulumi_masv.simulator.routes import package_shown

HERE: Final = Path(__file__).parent
NOW: Final = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
EXPIRY: Final = "2027-01-31T00:00:00Z"
TEAM: Final = "01TEAM00000000000000000001"
SESSION: Final = Session(
    {}, {}, announcer=PulumiAnnouncer(lambda text, *_: print(text), {}), registry=Registry
)
HANDLER: Final = PackageLifecycleHandler(SESSION)
FLEET: Final = PackageFleetHandler(SESSION)
# No rule but the last matches, so each is asked of all packages.
MANIFEST: Final = ManifestModel.model_validate(
    {
        "rules": [
            {
                "match": {"state": "finalized", "sender": "*@studio.example", "name": f"*_{name}"},
                "set": {"expiry": {"at_most": "created + 14d", "grace": "7d"}, "archived": True},
            }
            for name in range(49)
        ]
        + [{"match": {}, "set": {"expiry": {"at_least": "created + 30d"}}}]
    }
)


class Subject(NamedTuple):
    """One package in each of the shapes it takes between MASV and the state."""

    answer: str  # as MASV writes it
    live: Package  # the same, read
    bag: dict[str, Any]  # what a program declares, as Pulumi hands it over
    inputs: LifecycleInputs  # the same, read; it differs from what is live in its name
    stored: Stored  # what the state holds once it is as declared
    outputs: dict[str, Any]  # the same, as Pulumi hands it over


class Many(NamedTuple):
    """All packages: one by one, and as the map that one resource holds."""

    subjects: list[Subject]
    bag: dict[str, Any]  # what a program declares, as Pulumi hands it over
    outputs: dict[str, Any]  # what the state holds once it is so


class Row(NamedTuple):
    """One function of ours, when the engine waits for it, and how it is called."""

    what: str
    when: str
    call: Callable[[Many], object]


def each(call: Callable[[Subject], object]) -> Callable[[Many], None]:
    """The call for a function that takes one package."""

    def call_for_each(many: Many) -> None:
        for subject in many.subjects:
            call(subject)

    return call_for_each


# What takes the whole map at once is called with it.
ROWS: Final = (
    Row(
        "parse an answer",
        "each read",
        each(lambda s: Package.model_validate(json.loads(s.answer))),
    ),
    Row("parse the inputs", "check", each(lambda s: LifecycleInputs.parse(s.bag))),
    Row("wire the inputs", "check", each(lambda s: s.inputs.wire())),
    Row(
        "plan an adoption",
        "check, create",
        each(lambda s: plan.converge(s.live, s.inputs, None, NOW)),
    ),
    Row(
        "plan where nothing differs",
        "check, update",
        each(
            lambda s: plan.converge(
                s.live, s.inputs, s.stored.managed(), NOW, declared_before=s.inputs
            )
        ),
    ),
    Row("diff", "each run", each(lambda s: HANDLER.diff(s.live.id, s.outputs, s.bag))),
    Row("parse the outputs", "diff, update, read, delete", each(lambda s: Stored.parse(s.outputs))),
    Row("record what is live", "create, update, read", each(lambda s: record(s.live, s.inputs))),
    Row(
        "project what is stored",
        "diff, update, read",
        each(lambda s: s.stored.projection().wire()),
    ),
    Row("wire the outputs", "create, update, read", each(lambda s: s.stored.wire())),
    Row(
        "evaluate 50 rules",
        "manage",
        lambda many: evaluate(MANIFEST, [s.live for s in many.subjects], NOW),
    ),
    Row("check a fleet", "each run", lambda many: FLEET.check(many.bag, many.bag)),
    Row("diff a fleet", "each run", lambda many: FLEET.diff("fleet-1", many.outputs, many.bag)),
)


def record(live: Package, inputs: LifecycleInputs) -> Stored:
    return Stored.record(live, team_id=TEAM, inputs=inputs)


def subject(account: Account, number: int) -> Subject:
    key = account.add_package(name=f"raw {number}", expiry=EXPIRY)
    answer = json.dumps(package_shown(account, account.package(key)))
    live = Package.model_validate(json.loads(answer))
    bag = {"packageId": key, "name": f"Day {number}", "expiry": EXPIRY}
    inputs = LifecycleInputs.model_validate(bag)
    stored = record(live.model_copy(update={"name": inputs.name}), inputs)
    return Subject(answer, live, bag, inputs, stored, stored.wire())


def made(count: int) -> Many:
    account = Account(now=NOW)
    subjects = [subject(account, number) for number in range(1, count + 1)]
    bag = {"packages": {s.live.id: {"name": s.bag["name"], "expiry": EXPIRY} for s in subjects}}
    entries = {s.live.id: s.stored for s in subjects}
    stored = StoredFleet.record(entries, FleetInputs.model_validate(bag), TEAM)
    return Many(subjects, bag, stored.wire())


def microseconds(row: Row, many: Many) -> float:
    """The time of one round, shared among the packages."""
    started = time.perf_counter()
    row.call(many)
    return (time.perf_counter() - started) / len(many.subjects) * 1e6


def table(packages: int, rounds: int) -> str:
    many = made(packages)
    rows = []
    for row in ROWS:
        values = [microseconds(row, many) for _ in range(rounds)]
        rows.append([row.what, row.when, tables.spread(values, "{:.1f}".format)])
    head = ["what", "when", "µs a package"]
    where = tables.spell_machine(tables.machine())
    said = f"{packages:,} packages, {rounds} rounds: median (min..max). {where}."
    return f"{tables.table(head, rows)}\n\n{said}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--into", type=Path, default=HERE, help="the folder of README.md")
    given = parser.parse_args()
    printed = table(given.packages, given.rounds)
    print(printed)
    tables.put(given.into / "README.md", "own_time", printed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
