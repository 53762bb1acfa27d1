"""A window whose filter or total is not to be trusted counts right, or refuses."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Refused


def _expired(masv: Simulator, number: int, day: datetime, start: int = 0) -> None:
    for k in range(number):
        masv.account.add_package(
            id=f"01W{start + k:04}", state="expired", expiry=day + timedelta(hours=k % 20),
            created_at=day - timedelta(days=30) + timedelta(minutes=k),
        )  # fmt: skip


@pytest.mark.parametrize("keys", ["all", "bare"])
@pytest.mark.parametrize("ignored", ["expiry_start,expiry_end", "status", "sort", "status,sort"])
def test_a_window_of_which_the_filter_is_ignored_counts_right_or_refuses(
    masv: Simulator, engine: Engine, ignored: str, keys: Any
) -> None:
    old, new = (
        datetime.fromisoformat("2025-02-01T00:00:00+00:00"),
        datetime.fromisoformat("2025-09-01T00:00:00+00:00"),
    )
    _expired(masv, 60, old)
    _expired(masv, 60, new, 60)
    masv.switch(ignored_filters=ignored, listed_keys=keys)
    window = {"__type": "ArchiveWindow", "expiryStart": "2025-01-01T00:00:00Z",
              "expiryEnd": "2025-03-01T00:00:00Z"}  # fmt: skip
    try:
        said = engine.preview({"w": window}).said
    except Refused as refused:
        assert len(refused.lines) == 1
        assert masv.writes == []
        return
    assert any(line.endswith("archive 60 packages") for line in said), said
    engine.up({"w": window})
    masv.reset_journal()
    engine.refresh()
    engine.up({"w": window})
    assert masv.writes == []


def test_a_window_is_refused_where_the_total_counts_hidden_packages(
    masv: Simulator, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where the bulk request turns only what the key may see."""
    masv.switch(total="all")
    for package_id, hidden in (("01HV", False), ("01HW", True)):
        masv.account.add_package(
            id=package_id, state="expired", expiry="2026-01-15T00:00:00Z", hidden=hidden
        )
    turn = masv.account.turn_window

    def seen_only(*a: Any, **k: Any) -> int:
        number = turn(*a, **k)
        masv.account._keep(replace(masv.account.package("01HW"), state="expired"))
        return number

    monkeypatch.setattr(masv.account, "turn_window", seen_only)
    window = {"w": {"__type": "ArchiveWindow", "expiryStart": "2026-01-01T00:00:00Z",
                    "expiryEnd": "2026-02-01T00:00:00Z"}}  # fmt: skip
    with pytest.raises(Refused, match="announces 2 packages and shows only 1"):
        engine.up(window)
    assert masv.writes == []
