"""An account that has everything a read can tell, and what a probe finds in it."""

from datetime import timedelta
from typing import Any

import pytest

from pulumi_masv.client.reads import Reads
from pulumi_masv.contract import MOST, Contract, Finding, Probe
from pulumi_masv.settings import Settings, resolve
from pulumi_masv.simulator import Account, Simulator


def settings_of(masv: Simulator) -> Settings:
    configuration = {
        "masv:baseUrl": masv.url,
        "masv:apiKey": masv.api_key,
        "masv:teamId": masv.team_id,
        "masv:maxRetries": "1",
    }
    return resolve(configuration, {})


def rich_account(**switches: Any) -> Simulator:
    """Seventy packages sent and some received, of each kind, and no two created at once."""
    masv = Simulator(packages=84)
    account = masv.account
    for number, label in enumerate(("red", "green", "")):
        account.add_package(
            name="Cafe\u0301" if number else "Caf\u00e9",
            tags=(f"01TAG{label}",) if label else (),
            teamspace=f"01SPACE{label}" if label else "",
            unlimited_storage=number == 1,
            created_at=account.now - timedelta(days=number, minutes=7),
        )
    masv.switch(**switches)
    return masv


def probe(masv: Simulator) -> tuple[Contract, list[Finding]]:
    """What is found, by requests of a number that is never exceeded, and by GETs alone."""
    masv.reset_journal()
    with masv.in_process():
        looked = Probe(Reads(settings_of(masv), most=MOST), masv.team_id)
        found = list(looked.findings())
    assert len(masv.journal) <= 40
    assert {entry.method for entry in masv.journal} <= {"GET"}
    assert {entry.credential for entry in masv.journal} <= {"key"}
    return looked.contract, found


def outcome(found: list[Finding], words: str) -> set[str]:
    """How whatever says these words stands."""
    return {one.outcome for one in found if words in f"{one.name}: {one.says}"}


@pytest.fixture
def account(masv: Simulator) -> Account:
    return masv.account
