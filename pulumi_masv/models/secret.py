"""Values that the program keeps secret: they decide like any other, and print as `[secret]`.

A check is told by name which inputs are secret (`secretInputs`); the state keeps those names, so
that a verb that sees no program knows them, too.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timezone
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, Field, model_validator
from pydantic.alias_generators import to_snake

Model = TypeVar("Model", bound=BaseModel)
SECRET: Final = "[secret]"  # noqa: S105 # not one itself
"""What stands in place of one, as Pulumi itself writes it."""
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
OF_SECRETS: Final = "1b47061264138c4ac30d75fd1eb44270"
"""The key and the value that tell a secret among the values that Pulumi's processes exchange."""


class _Hidden:
    __slots__ = ()

    def __str__(self) -> str:
        return SECRET

    __repr__ = __str__

    def __format__(self, _how: str) -> str:
        return SECRET


class SecretText(_Hidden, str):
    """A text that no line shows."""

    __slots__ = ()


class SecretNumber(_Hidden, float):
    """A number that no line shows."""


class SecretInstant(_Hidden, datetime):
    """A UTC instant that no line shows, nor how far it lies from another."""

    @classmethod
    def of(cls, moment: datetime) -> "SecretInstant":
        """Return an aware moment as a secret one."""
        utc = moment.astimezone(timezone.utc)
        return cls.combine(utc.date(), utc.timetz())


def is_secret(value: object) -> bool:
    """Return whether no line may show a value."""
    return isinstance(value, _Hidden)


def secret(value: Any) -> Any:
    """Return a value with all in it secret but flags, which are told by what is done."""
    if is_secret(value) or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return SecretInstant.of(value)
    if isinstance(value, str):
        return SecretText(value)
    if isinstance(value, (int, float)):
        return SecretNumber(value)
    if isinstance(value, Mapping):
        return {secret(key): secret(each) for key, each in value.items()}
    return [secret(each) for each in value] if isinstance(value, list) else value


def secrets_of(secret_inputs: Any, package_id: Any) -> Mapping[str, tuple[str, ...]]:
    """Return what `secretInputs` says is secret: package id -> the names of its inputs.

    Args:
        secret_inputs: of a fleet, by package id; else names, or None.
        package_id: of a package in a resource of its own; None of a window, which stands as "".
    """
    if isinstance(secret_inputs, Mapping):
        return secret_inputs  # as it is: asked for each entry of a fleet
    return {str(package_id or ""): tuple(secret_inputs)} if secret_inputs else {}


def veiled(model: Model, names: Collection[str]) -> Model:
    """Return a model with the values of these names, in the wire's spelling, secret."""
    copy = model.model_copy()
    _veil(copy, names)
    return copy


class Secretive(BaseModel):
    """Inputs or outputs of one package or window, some of which the program keeps secret."""

    secret_inputs: Annotated[
        tuple[str, ...] | None,
        Field(description="names of the inputs that the program keeps secret"),
    ] = None

    @model_validator(mode="after")
    def _veiled(self) -> "Secretive":
        _veil(self, self.secret_inputs or ())
        return self


class SecretiveFleet(BaseModel):
    """Inputs or outputs of many packages, some of which the program keeps secret."""

    secret_inputs: Annotated[
        dict[str, tuple[str, ...]] | None,
        Field(description="package id -> names of the inputs that the program keeps secret"),
    ] = None

    @model_validator(mode="after")
    def _veiled(self) -> "SecretiveFleet":
        entries = getattr(self, "packages", None) or getattr(self, "live", {})
        for package_id, names in (self.secret_inputs or {}).items():
            _veil(entries.get(package_id), names)
        return self


def _veil(model: BaseModel | None, names: Iterable[str]) -> None:
    """Make values secret in a model that nobody else has yet."""
    values: dict[str, Any] = getattr(model, "__dict__", {})
    values.update({n: secret(values[n]) for n in map(to_snake, names) if n in values})
