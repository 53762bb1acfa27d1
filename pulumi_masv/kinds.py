"""Which kinds of resources there are, and how Pulumi calls each: by a type token, in a URN.

The tokens are frozen, since states hold them, and spelled nowhere else. Loads nothing.
"""

from typing import Final

MODULE: Final = "masv"
LIFECYCLE: Final = "PackageLifecycle"
FLEET: Final = "PackageFleet"
WINDOW: Final = "ArchiveWindow"
HOST: Final = "pulumi-python"
"""Pulumi's name for what serves dynamic resources."""
GET_ONE: Final = f"{MODULE}:index:getPackage"
GET_ALL: Final = f"{MODULE}:index:getPackages"


def token(kind: str) -> str:
    """Return the type token of a kind of resource, or of all whose name begins so."""
    return f"{HOST}:dynamic/{MODULE}:{kind}"


_KINDS: Final = {
    spelled: kind
    for kind in (LIFECYCLE, FLEET, WINDOW)
    for spelled in (token(kind), f"{MODULE}:index:{kind}")
}


def kind_of(urn: str) -> str:
    """Return which of our resources a URN names; empty where it is somebody else's."""
    return _KINDS.get(type_of(urn), "")


def type_of(urn: str) -> str:
    """Return the type of the resource that a URN names, without its parents'."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""


def name_of(urn: str) -> str:
    """Return the name that the program gives the resource; it may hold colons."""
    return urn.split("::", 3)[-1]
