"""What is declared of the packages of a fleet, taken entry by entry and claimed by its id."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypedDict

import pulumi

from pulumi_masv import arguments, program
from pulumi_masv.declarations import Holder
from pulumi_masv.inputs import Refused, Subject
from pulumi_masv.resources.base import WIRE


@dataclass(frozen=True, kw_only=True)
class PackageArgs:
    """What is declared for one package of a fleet; what is left out is left alone.

    Attributes:
        name: the name that it should have. `PUT /v1/packages/{id}`.
        expiry: when MASV should destroy its files, as ISO 8601 with a zone or an aware datetime.
            `PUT /v1/packages/{id}/expiry`.
        unlimited_storage: True: it never expires; excludes `expiry`. False needs one.
        archived: True: its tombstone is hidden, once its files are gone; False: it is shown.
            `PUT /v1/packages/{id}/archive` and `/unarchive`.
    """

    name: pulumi.Input[str] | None = None
    expiry: pulumi.Input[str | datetime] | None = None
    unlimited_storage: pulumi.Input[bool] | None = None
    archived: pulumi.Input[bool] | None = None


class PackageArgsDict(TypedDict, total=False):
    """`PackageArgs` as a dict, with the same names."""

    name: pulumi.Input[str] | None
    expiry: pulumi.Input[str | datetime] | None
    unlimited_storage: pulumi.Input[bool] | None
    archived: pulumi.Input[bool] | None


class Entries:
    """What is declared of the packages of a fleet, as the wire has it.

    Args:
        run: of the program.
        holder: of the fleet.
        subject: the fleet.
    """

    def __init__(self, run: program.Program, holder: Holder, subject: Subject) -> None:
        self._run, self._holder, self._subject = run, holder, subject
        self._inputs, self._what = run.inputs, subject.what

    def take(self, packages: Any) -> Any:
        """Return the entries, each claimed by its id, now or once it is known."""
        what = self._what
        if inspect.isawaitable(packages):
            packages = pulumi.Output.from_input(packages)
        if isinstance(packages, pulumi.Output):
            later = self._run.later(packages, self._holder, self._known)
            return self._inputs.expect(self._subject, later)
        if packages is None:
            return None
        if not isinstance(packages, Mapping):
            kind = arguments.kind_of(packages)
            self._inputs.refuse(f"{what}: packages: {kind} is not a dict: write {_EXAMPLE}")
            packages = {}
        entries: dict[str, Any] = {}
        for key, value in packages.items():
            package_id = self._id(key)
            if package_id is None:
                continue
            entries[package_id] = entry = self._entry(package_id, value)
            known = entry if isinstance(entry, dict) else {}
            try:
                self._run.declare(
                    package_id, self._holder, known.get("archived"), known.get("expiry")
                )
            except Refused as error:
                if self._inputs.waits:
                    raise
                self._inputs.refuse(str(error))  # with all else that is wrong
        return entries

    def _known(self, packages: Any) -> Any:
        entries = self.take(packages)
        self._inputs.end()
        return entries

    def _id(self, key: Any) -> str | None:
        """Return a package's id; None where it is none."""
        read = arguments.text(key)
        if isinstance(read, str):
            return read
        kind = arguments.kind_of(key)
        hint = "write str(…)" if "str(…)" in read.reason else "write one"
        if isinstance(key, pulumi.Output):
            hint = "make the map of it by `apply`: id.apply(lambda id: {id: …})"
        elif isinstance(key, str):
            kind, hint = "one with half a character", "type it again"
        self._inputs.refuse(f"{self._what}: packages: a package id is a str, not {kind}: {hint}")
        return None

    def _entry(self, package_id: str, entry: Any) -> Any:
        """Return what is declared of one package, now or once it is known."""
        return self._inputs.later(
            self._subject, entry, lambda known, _: self._declared(package_id, known)
        )

    def _declared(self, package_id: str, entry: Any) -> dict[str, Any]:
        what, place = self._what, f"packages.{package_id}"
        if isinstance(entry, PackageArgs):
            entry = {field.name: getattr(entry, field.name) for field in fields(entry)}
        if entry is None:
            self._inputs.refuse(
                f"{what}: {place} is None: write {{}} to manage it and declare nothing of it, or "
                f"leave it out"
            )
            return {}
        if not isinstance(entry, Mapping):
            kind = arguments.kind_of(entry)
            self._inputs.refuse(
                f"{what}: {place}: {kind} is not an entry: write masv.PackageArgs(…) or a dict"
            )
            return {}
        declared: dict[str, Any] = {}
        for key, value in entry.items():
            name = _PYTHON.get(key, key) if isinstance(key, str) else None
            if value is None and name is not None:
                continue
            if name in declared:
                self._inputs.refuse(
                    f"{what}: {place}: {name} is given twice, once as {WIRE[name]}: keep one"
                )
            elif name in NAMES:
                declared[name] = self._inputs.read(self._subject, f"{place}.{name}", name, value)
            elif name is None:
                kind = arguments.kind_of(key)
                self._inputs.refuse(f"{what}: {place}: a name in an entry is a str, not {kind}")
            else:
                hint = arguments.unknown(name, NAMES)
                line = f"{what}: {place}.{name} is not an input of an entry: {hint}"
                self._inputs.refuse(line, is_sent=self._inputs.waits)
                declared[name] = ""  # which `check` refuses, where all else can be sent
        return declared


NAMES: Final = tuple(field.name for field in fields(PackageArgs))
_PYTHON: Final = {WIRE.get(name, name): name for name in NAMES}
_EXAMPLE: Final = "one of package id to masv.PackageArgs(…)"
