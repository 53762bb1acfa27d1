"""What `pulumi import` needs to know of packages, from a listing alone. No Pulumi.

An entry of its file holds the inputs that a program declares and the outputs that an up would have
stored, so that neither the import nor the next up reads anything. Beside it stands the program, or
the manifest, that declares the same.
"""

import secrets
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from pulumi_masv import kinds
from pulumi_masv.models import (
    NEVER,
    Declared,
    FleetInputs,
    Inputs,
    LifecycleInputs,
    Observed,
    Package,
    Stored,
    StoredFleet,
)
from pulumi_masv.policy import Manifest

LIFECYCLE: Final = kinds.token(kinds.LIFECYCLE)
FLEET: Final = kinds.token(kinds.FLEET)
# What a state names the handler of each by: frozen, as the tokens are.
PROVIDERS: Final = {
    LIFECYCLE: "gAJjcHVsdW1pX21hc3YucHJvdmlkZXJzClBhY2thZ2VMaWZlY3ljbGVQcm92aWRlcgpxACmBcQEu",
    FLEET: "gAJjcHVsdW1pX21hc3YucHJvdmlkZXJzClBhY2thZ2VGbGVldFByb3ZpZGVyCnEAKYFxAS4=",
}
DECLARABLE: Final = ("name", "expiry", "archived")

Resource = Mapping[str, Any]


def declared(package: Package, names: AbstractSet[str] = frozenset()) -> LifecycleInputs:
    """Declare a package as it is, without what MASV does not say or a check would refuse.

    Args:
        package: as listed.
        names: which of `DECLARABLE`; of a package that never expires, the expiry is that it does.
    """
    inputs: dict[str, Any] = {}
    if "name" in names and package.name and package.name.strip():
        inputs["name"] = package.name
    if "expiry" in names and package.files_exist:
        if package.end is NEVER:
            inputs["unlimited_storage"] = True
        elif package.end is not None:
            inputs["expiry"] = package.end
    if "archived" in names:
        inputs["archived"] = package.state == "archived"
    return LifecycleInputs(package_id=package.id, **inputs)


def lifecycles(
    listed: Iterable[Observed], team_id: str, names: AbstractSet[str] = frozenset()
) -> list[Resource]:
    """Return an entry for each package, named by its id."""
    entries = []
    for observed in listed:
        inputs = declared(observed.package, names)
        stored = _stored(observed, team_id, inputs)
        entries.append(
            _resource(LIFECYCLE, observed.package.id, observed.package.id, inputs, stored)
        )
    return entries


def fleet(
    name: str, listed: Iterable[Observed], team_id: str, names: AbstractSet[str] = frozenset()
) -> list[Resource]:
    """Return the one entry of a fleet that leaves alone what is taken out of it."""
    packages = [(observed, declared(observed.package, names)) for observed in listed]
    inputs = FleetInputs(
        packages={observed.package.id: _of_a_fleet(entry) for observed, entry in packages},
        retain_removed=True,
    )
    entries = {
        observed.package.id: _stored(observed, team_id, entry) for observed, entry in packages
    }
    stored = StoredFleet.record(entries, inputs, team_id)
    return [_resource(FLEET, name, f"fleet-{secrets.token_hex(8)}", inputs, stored)]


def program(listed: Iterable[Observed], names: AbstractSet[str] = frozenset()) -> str:
    """Return the program that declares each package in a resource named by its id."""
    lines = ["import pulumi_masv as masv", ""]
    for observed in listed:
        inputs = {"package_id": observed.package.id, **_spelled(declared(observed.package, names))}
        lines.append("masv.PackageLifecycle(")
        lines.append(f"    {_literal(observed.package.id)},")
        lines.extend(f"    {name}={_literal(value)}," for name, value in inputs.items())
        lines.append(")")
    return "\n".join(lines) + "\n"


def fleet_program(name: str, manifest: str) -> str:
    """Return the program that manages what a manifest declares."""
    call = f"masv.manage({_literal(name)}, {_literal(manifest)})"
    return f"import pulumi_masv as masv\n\n{call}\n"


def manifest(listed: Iterable[Observed], names: AbstractSet[str] = frozenset()) -> str:
    """Return the manifest that declares each package by its id."""
    packages = {
        observed.package.id: _spelled(declared(observed.package, names)) for observed in listed
    }
    return Manifest.model_validate({"packages": packages}).text()


def _stored(observed: Observed, team_id: str, inputs: LifecycleInputs) -> Stored:
    return Stored.record(
        observed.package, team_id=team_id, received=observed.received, inputs=inputs
    )


def _resource(
    token: str, name: str, id_: str, inputs: Inputs, stored: Stored | StoredFleet
) -> Resource:
    provider = {"__provider": PROVIDERS[token]}
    return {
        "type": token,
        "name": name,
        "id": id_,
        "inputs": {**inputs.wire(), **provider},
        "outputs": {**stored.wire(), **provider},
    }


def _of_a_fleet(inputs: LifecycleInputs) -> Declared:
    return Declared(**{name: getattr(inputs, name) for name in Declared.model_fields})


def _spelled(inputs: LifecycleInputs) -> dict[str, Any]:
    """Return what is declared, in Python's spelling."""
    return _of_a_fleet(inputs).model_dump(mode="json", exclude_none=True)


def _literal(value: Any) -> str:
    """Return a value in a program: in double quotes where that needs no escape."""
    shown = repr(value)
    return f'"{shown[1:-1]}"' if isinstance(value, str) and '"' not in shown else shown
