"""The packages a simulator starts with: a number of plausible ones, or those a file describes."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from pulumi_masv.simulator.account import Account
from pulumi_masv.simulator.control import add_package
from pulumi_masv.simulator.package import State
from pulumi_masv.simulator.problems import Mistaken, read_file

_TITLES: Final = (
    "Day {n} raw dailies",
    "Reel {n} colour grade",
    "Episode {n} sound mix",
    "Scene {n} plates for VFX",
    "Trailer cut {n}",
    "Episode {n} subtitles",
    "Interview {n} B-roll",
)
_SENDERS: Final = ("dailies@studio.example", "post@studio.example", "sound@mixhouse.example")
# By the place in a dozen: one of a kind each, so that a dozen shows everything.
_STATES: Final[dict[int, State]] = {4: "expired", 9: "expired", 10: "archived", 11: "new"}
_UNLIMITED, _FORM, _RECEIVED = 3, 5, (5, 7, 9)


def fill(account: Account, count: int) -> None:
    """Add that many packages of every kind, the same ones each time."""
    for index in range(count):
        place = index % 12
        state = _STATES.get(place, "finalized")
        ended = state in ("expired", "archived")
        days = -(3 + index % 30) if ended else 2 + index * 7 % 90
        account.add_package(
            name=_TITLES[index % len(_TITLES)].format(n=index + 1),
            state=state,
            expiry=account.now + timedelta(days=days),
            created_at=account.now - timedelta(days=40, minutes=count - index),
            unlimited_storage=place == _UNLIMITED,
            size=(index * 7919 % 997 + 1) * 104_857_600,
            total_files=index * 31 % 240 + 1,
            sender=_SENDERS[index % len(_SENDERS)],
            custom_metadata_id=f"form-{index + 1}" if place == _FORM else "",
            portal="incoming-rushes" if place in _RECEIVED else "",
        )


def sow(account: Account, seed: str | Path | Mapping[str, Any]) -> None:
    """Add the packages of a seed: `{"packages": [{"name": …, "expiry": …}, …]}`.

    Args:
        account: where to add them: all, or none where one is mistaken.
        seed: such a mapping, or a file of JSON or YAML that says one.

    Raises:
        ValueError: a line for each mistake, with its place.

    """
    named = "seed" if isinstance(seed, Mapping) else f"seed {seed}"
    found = seed if isinstance(seed, Mapping) else read_file(seed, "seed")
    packages = found.get("packages") if isinstance(found, Mapping) else None
    if not isinstance(packages, list) or set(found) != {"packages"}:
        raise ValueError(f'{named}: it must say {{"packages": [{{…}}, …]}} and nothing else')
    wrong: list[str] = []
    added: list[str] = []
    for number, described in enumerate(packages, 1):
        try:
            added.append(add_package(account, described))
        except (ValueError, OverflowError) as error:
            wrong += [f"{named}: package {number}: {line}" for line in str(error).splitlines()]
    if wrong:
        for package_id in added:
            account.remove(package_id)
        raise Mistaken(wrong)
