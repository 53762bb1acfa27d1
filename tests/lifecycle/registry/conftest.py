"""A folder for temporary files of each test's own, and a run that is hosted there."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.lifecycle.registry import Declaration, Registry

ACCOUNT, OTHER = "api.massive.app:443 team1", "api.massive.app:443 team2"
ADDRESS = "127.0.0.1:40001"
WINDOW = {"expiryStart": "2026-01-01T00:00:00Z", "expiryEnd": "2026-02-01T00:00:00Z"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def host() -> Iterator[Registry]:
    registry = hosted()
    yield registry
    registry.close()


def hosted(address: str = ADDRESS, *, stack: str = "dev", is_preview: bool = False) -> Registry:
    return Registry.host(address, stack=stack, is_preview=is_preview)


def declared(package_id: str, account: str = ACCOUNT, holder: int = 1, **more: Any) -> Declaration:
    return Declaration(package_id, account, holder, **more)
