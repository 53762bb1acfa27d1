"""The tables of the pages, each made from the code that it describes."""

import importlib
import inspect
import json
import sys
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from docs import commands, seed
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
from pulumi_masv.policy import ManifestModel
from pulumi_masv.report import json_format
from pulumi_masv.settings import NAMES, Settings
from pulumi_masv.simulator.contracts import CONTRACTS
from pulumi_masv.simulator.switches import Switches
from pulumi_masv.sources import variable

ROOT = Path(__file__).parents[1]


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
    return _tables().summary(_measured())


def night() -> str:
    """What the benchmark has measured of a fleet of 20,000, fifty times."""
    return _tables().night(_measured())


def _tables() -> typing.Any:
    sys.path.append(str(ROOT / "benchmarks"))  # its files import each other by name
    return importlib.import_module("tables")


def _measured() -> typing.Any:
    return json.loads((ROOT / "benchmarks" / "fleet.json").read_text(encoding="utf-8"))


def assumptions() -> str:
    rows = [
        [f"**{one.name}**: {one.assumed}", one.evidence, one.instead, one.cautious]
        for one in ASSUMPTIONS
    ]
    return table(["assumed", "evidence", "what another MASV may do", "then"], rows)


def manifest(part: str) -> str:
    """The keys of one part of a manifest, as its schema has them."""
    described = ManifestModel.model_json_schema()
    keys = described["$defs"][part]["properties"]
    return table(["key", "meaning"], ([f"`{k}`", str(v["description"])] for k, v in keys.items()))


def switches() -> str:
    """Every switch of the simulator, its positions, its default, and what it does."""
    meanings = seed.described(Switches, "Attributes:")
    positions = TypeAdapter(Switches).json_schema(mode="serialization")["properties"]
    rows = []
    for field in fields(Switches):
        default = "none" if field.default in (None, "") else f"`{field.default}`"
        name = field.name
        rows.append([f"`{name}`", seed.kind(positions[name]), default, meanings[name]])
    return table(["switch", "positions", "default", "meaning"], rows)


def contracts() -> str:
    """The contracts that have a name, and how each differs from the defaults."""
    default = Switches()
    rows = []
    for name, one in CONTRACTS.items():
        given = [(f.name, getattr(one, f.name)) for f in fields(one)]
        other = [f"`{k}={v}`" for k, v in given if v != getattr(default, k)]
        rows.append([name, ", ".join(other)])
    return table(["contract", "switches that are not at their default"], rows)


def report_json() -> str:
    """The keys of a report in JSON, as the renderer itself describes them."""
    _, keys, meaning = inspect.cleandoc(json_format.__doc__ or "").split("\n\n")
    return f"```text\n{keys}\n```\n\n{meaning}"


TABLES: dict[str, Callable[[], str]] = {
    "configuration": configuration,
    "inputs": lambda: inputs(LifecycleInputs),
    "outputs": lambda: outputs(Stored),
    "fleet_inputs": lambda: inputs(FleetInputs),
    "fleet_outputs": lambda: outputs(StoredFleet),
    "window_inputs": lambda: inputs(WindowInputs),
    "window_outputs": lambda: outputs(StoredWindow),
    "benchmark": benchmark,
    "night": night,
    "assumptions": assumptions,
    "seed": lambda: table(["key", "type", "default", "meaning"], seed.rows()),
    "switches": switches,
    "contracts": contracts,
    "commands": commands.render,
    "report_json": report_json,
    "manifest_entry": lambda: manifest("Entry"),
    "manifest_match": lambda: manifest("Match"),
    "manifest_set": lambda: manifest("Setting"),
    "manifest_bound": lambda: manifest("Bound"),
}
