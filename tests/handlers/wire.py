"""What goes between the processes of a run: bags, log lines, and what a program declares."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.output import Unknown

from pulumi_masv.errors import MasvError
from pulumi_masv.lifecycle.registry import ANYWHERE, Declaration, Registry
from pulumi_masv.lifecycle.session import Session
from pulumi_masv.lifecycle.verdicts import MARK, Record
from pulumi_masv.models import SIGNATURE, format_instant, parse_instant

Bag = dict[str, Any]
OURS = ("__type", "__process")


@dataclass
class Phase:
    """What one process did."""

    said: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)

    def log(self, text: str, is_warning: bool, _urn: str) -> None:
        """What the engine's log does with a line."""
        plain = re.sub(r"<\{%.*?%\}>", "", text)
        if plain.startswith(MARK):
            bags = json.loads(plain.removeprefix(MARK))
            self.records += [Record.model_validate(bag) for bag in bags]
        else:
            self.said.append(plain)
            if is_warning:
                self.warned.append(plain)


def urn_of(name: str, kind: str = "PackageLifecycle") -> str:
    return f"urn:pulumi:test::life::pulumi-python:dynamic/masv:{kind}::{name}"


def declare(registry: Registry, declared: Bag, number: int, account: str) -> None:
    """What the constructor of a resource does."""
    kind = declared.get("__type", "PackageLifecycle")
    given = {k: v for k, v in declared.items() if v is not None and k not in OURS}
    if kind == "ArchiveWindow" and not any(isinstance(v, Unknown) for v in given.values()):
        registry.declare_window(account, given)
    packages = given.get("packages", {given.get("packageId"): given})
    if isinstance(packages, Unknown) or isinstance(given.get("packageId"), Unknown):
        registry.await_ids(number, f"the packages of {kind} {number}")
    if kind == "ArchiveWindow" or not isinstance(packages, Mapping):
        return
    registry.declare(
        Declaration(
            i,
            account,
            number,
            entry.get("archived") if isinstance(entry.get("archived"), bool) else None,
            _canonical(entry.get("expiry")),
        )
        for i, entry in packages.items()
        if isinstance(i, str) and isinstance(entry, Mapping)
    )


def account(session: Session) -> str:
    try:
        return session.account
    except MasvError:
        return ANYWHERE


def _canonical(expiry: Any) -> str | None:
    try:
        return format_instant(parse_instant(expiry))
    except ValueError:
        return None


def wire(bag: Bag) -> Bag:
    """A bag as it arrives, with Pulumi's key in it."""
    return {**travel(bag), "__provider": "gASV"}


def travel(value: Any) -> Any:
    """A value after its way through JSON: secrets in clear, whole numbers as floats, no None."""
    if isinstance(value, dict) and SIGNATURE in value:
        return travel(value["value"])
    if isinstance(value, dict):
        return {travel(key): travel(one) for key, one in value.items() if one is not None}
    if isinstance(value, (list, tuple)):
        return [travel(one) for one in value]
    if isinstance(value, str):
        return "".join([*value])  # nothing of a class of its own
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
