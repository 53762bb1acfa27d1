"""The bags of a state as the models have them, as far as a preview shows them.

What it hides is told apart from what is not there.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from pulumi_masv.errors import MasvError, PreviewError
from pulumi_masv.models import Declared, FleetInputs, LifecycleInputs, Stored, StoredFleet
from pulumi_masv.report.preview import FLEET, State, hides, known

Given = TypeVar("Given", LifecycleInputs, FleetInputs)
Kept = TypeVar("Kept", Stored, StoredFleet)
HIDDEN_LIVE: Final = "its packages are a secret"
HIDDEN_FLAG: Final = "force_destroy is a secret"
_ALL: Final = frozenset(Declared.model_fields)


def entries(kind: str, state: State) -> dict[str, Stored]:
    if kind == FLEET:
        return stored_fleet(state)[0].entries()
    one = stored(state)
    return {one.package_id or "": one}


def stored(state: State) -> Stored:
    found = _parsed(Stored, known(state.outputs)[0])
    return found if found.package_id else found.model_copy(update={"package_id": state.id})


def stored_fleet(state: State) -> tuple[StoredFleet, str]:
    """What a state holds of a fleet, and what it hides that decides over files."""
    bag, hidden = known(state.outputs)
    found = _parsed(StoredFleet, bag)
    if "live" in hidden:
        return found, HIDDEN_LIVE
    if "forceDestroy" in hidden:
        return found.model_copy(update={"force_destroy": True}), HIDDEN_FLAG
    return found, ""


def alone(state: State) -> tuple[LifecycleInputs, frozenset[str]]:
    bag, hidden = known(state.inputs)
    if "packageId" in hidden:
        bag["packageId"] = "-"
    declared = valid(LifecycleInputs, bag)
    if "packageId" in hidden:
        declared = declared.model_copy(update={"package_id": ""})
    return declared, hidden


def entries_declared(bag: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, frozenset[str]]]:
    """The entries of a fleet as far as they are known, and by id what of them is not."""
    found: dict[str, Any] = {}
    unknown: dict[str, frozenset[str]] = {}
    for package_id, entry in (bag.get("packages") or {}).items():
        whole = hides(entry)
        found[package_id], hidden = ({}, _ALL) if whole else known(entry)
        if hidden:
            unknown[package_id] = hidden
    return found, unknown


def declared_before(bag: Mapping[str, Any]) -> LifecycleInputs | None:
    """As tolerantly as the state is read: a refresh may have written it."""
    return _parsed(Stored, known(bag)[0]).projection()


def entries_before(bag: Mapping[str, Any]) -> dict[str, LifecycleInputs]:
    found, _ = entries_declared(known(bag)[0])
    return {
        package_id: _parsed(Stored, {"packageId": package_id, **entry}).projection()
        for package_id, entry in found.items()
    }


def valid(kind: type[Given], bag: Mapping[str, Any]) -> Given:
    try:
        return kind.model_validate(bag)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise PreviewError(
            f"{kind.__name__} of another version ({where}): upgrade pulumi_masv"
        ) from None


def _parsed(kind: type[Kept], bag: Mapping[str, Any]) -> Kept:
    try:
        return kind.parse(bag)
    except MasvError as error:
        raise PreviewError(str(error)) from None
