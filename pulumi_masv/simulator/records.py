"""How a package is shown: which keys, which token, which form."""

from datetime import timezone
from typing import Any, Final

from pulumi_masv.simulator.account import Account
from pulumi_masv.simulator.instants import ELSEWHERE, ZERO, format_instant
from pulumi_masv.simulator.package import Package
from pulumi_masv.simulator.switches import Handed, Keys

ESSENTIAL: Final = ("id", "state", "access_token")
_SAMPLE: Final = (
    *("access_limit", "access_token", "contains_virus", "created_at", "description", "expiry"),
    *("id", "name", "sender", "size", "state", "total_files"),
)
_FLAGS: Final = ("contains_virus", "custom_expiry", "unlimited_storage")


def package_listed(account: Account, package: Package) -> dict[str, Any]:
    """Return a package as a listing shows it."""
    switches = account.switches
    handed = package.shown_token or switches.listed_tokens
    return _shown(account, package, switches.listed_keys, handed)


def package_shown(account: Account, package: Package) -> dict[str, Any]:
    """Return a package as a single read, or the answer to a PUT, shows it."""
    return _shown(account, package, account.switches.read_keys, account.switches.read_tokens)


def package_bare(account: Account, package: Package) -> dict[str, Any]:
    """Return its id, its state, and its token."""
    return _shown(account, package, "bare", account.switches.read_tokens)


def _shown(account: Account, package: Package, keys: Keys, handed: Handed) -> dict[str, Any]:
    shown = _all(account, package)
    if handed in ("full", "download"):
        shown["access_token"] = account.issue_token(package.id, handed)
    elif handed == "none":
        del shown["access_token"]
    if keys == "flags":
        return {key: value for key, value in shown.items() if key not in _FLAGS or value}
    kept = {"all": shown, "sample": _SAMPLE, "bare": ESSENTIAL}[keys]
    return {key: shown[key] for key in kept if key in shown}


def _all(account: Account, package: Package) -> dict[str, Any]:
    switches = account.switches
    zone = ELSEWHERE if switches.instants == "offset" else timezone.utc
    shown: dict[str, Any] = {
        "access_limit": 0,
        "access_token": "",
        "chunk_size": 104_857_600,
        "contains_virus": False,
        "created_at": format_instant(package.created_at, zone),
        "custom_expiry": package.custom_expiry,
        "custom_metadata_id": package.custom_metadata_id,
        "description": package.description,
        "expiry": format_instant(package.expiry, zone),
        "id": package.id,
        "name": switches.spell(package.name),
        "password": package.password,
        "recipients": list(package.recipients),
        "sender": package.sender,
        "size": package.size,
        "state": package.shown_state or package.state,
        "teamspace": {"id": package.teamspace} if package.teamspace else {},
        "teamspace_id": package.teamspace,
        "total_files": package.total_files,
        "unlimited_storage": package.unlimited_storage,
        "updated_at": format_instant(package.updated_at, zone),
    }
    if package.tags:
        shown["tag"] = {"id": package.tags[0], "name": package.tags[0]}
    if package.unlimited_storage and switches.expiry_while_unlimited != "stale":
        shown["expiry"] = ZERO
        if switches.expiry_while_unlimited == "absent":
            del shown["expiry"]
    return shown
