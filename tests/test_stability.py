"""What is frozen, spelled out again, so that nothing of it changes by accident."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import pulumi_masv
from pulumi_masv import program
from pulumi_masv.report import json_format, summary
from pulumi_masv.settings import KEYS
from tests.report.conftest import destroyed, printed, record, told

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reference" / "stability.md").read_text()
STATES = sorted((ROOT / "tests" / "upgrades").glob("*.json"))
TOKENS = {
    "PackageLifecycle": "pulumi-python:dynamic/masv:PackageLifecycle",
    "PackageFleet": "pulumi-python:dynamic/masv:PackageFleet",
    "ArchiveWindow": "pulumi-python:dynamic/masv:ArchiveWindow",
}
OUTPUTS = {
    "PackageLifecycle": "archiveOnDestroy archived createdAt declared expiry forceDestroy name"
    " packageId pendingArchive sender size state teamId totalFiles unlimitedStorage updatedAt",
    "PackageFleet": "archiveOnDestroy declared forceDestroy live retainRemoved summary teamId",
    "ArchiveWindow": "archived archivedCount expiredCount expiryEnd expiryStart received teamId"
    " unarchiveOnDestroy",
}
SETTINGS = {"apiKey", "baseUrl", "concurrency", "maxRetries", "teamId", "timeout"}
REPORT = {
    "": "cannotBeTold changes days failures losses notes now onSchedule refused resources stack"
    " total verdict version",
    "total": "bytes files packages unknown",
    "losses": "atOnce bytes ends files form id name planned resource why",
    "days": "bytes day files packages unknown",
    "changes": "changes id is name resource",
}
STATUSES = {"0", "1", "2", "3", "4", "130"}


@pytest.mark.parametrize("name", TOKENS)
def test_a_type_token_is_what_it_was(name: str) -> None:
    resource = getattr(pulumi_masv, name)
    assert f"pulumi-python:{resource._resource_type_name}" == TOKENS[name]


def test_the_delete_hook_has_the_name_that_states_hold() -> None:
    assert program.HOOK == "masv:before-delete"


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_every_stored_state_has_the_frozen_outputs(path: Path) -> None:
    stored = json.loads(path.read_text())["deployment"]["resources"]
    seen: dict[str, Any] = {}
    for resource in stored:
        name = resource["type"].rpartition(":")[2]
        if resource["type"] == TOKENS.get(name):
            # Pulumi drops what is null: an end that is a date has no flag, and the other way round.
            seen[name] = seen.get(name, set()) | resource["outputs"].keys()
    assert seen.keys() == TOKENS.keys()
    for name, outputs in OUTPUTS.items():
        assert set(outputs.split()) <= seen[name]


def test_the_settings_have_the_names_that_stacks_hold() -> None:
    assert set(KEYS) == {f"masv:{one}" for one in SETTINGS}


def test_the_report_in_json_keeps_its_keys() -> None:
    records = (destroyed("01HA"), record("01HB", "changed"))
    report: dict[str, Any] = json_format.to_json(told(printed(records=records)))
    assert report["version"] == 1
    for part, keys in REPORT.items():
        found = report[part] if part else report
        found = found[0] if isinstance(found, list) else found
        assert set(keys.split()) <= found.keys(), part


def test_a_report_ends_with_the_status_that_pipelines_read() -> None:
    loss = told(printed(records=(destroyed("01HA"),)))
    calm = told(printed(records=(record("01HB", "changed"),)))
    assert calm.status(summary.Limits()) == 0
    assert loss.status(summary.Limits()) == 3
    assert loss.status(summary.Limits(packages=0)) == 4


def test_the_page_names_all_that_is_frozen() -> None:
    words = set(re.findall(r"`([^`\n]+)`", PAGE))
    frozen = {*TOKENS.values(), program.HOOK, *OUTPUTS, *(f"masv:{one}" for one in SETTINGS)}
    for outputs in (*OUTPUTS.values(), *REPORT.values()):
        frozen |= set(outputs.split())
    frozen |= {f"pulumi_masv.providers.{name}Provider" for name in TOKENS} | STATUSES
    assert not frozen - words
