"""What the reads of one refresh tell together of packages that MASV no longer shows."""

import threading
from collections.abc import Mapping

import pytest

from pulumi_masv.announcer import PulumiAnnouncer
from pulumi_masv.errors import NoLongerShown
from pulumi_masv.lifecycle import gone
from pulumi_masv.lifecycle.gone import Readings


def readings(
    environment: Mapping[str, str] | None = None, *, shows_nothing: bool = False
) -> tuple[Readings, list[str]]:
    warned: list[str] = []

    def log(text: str, is_warning: bool, _urn: str) -> None:
        if is_warning:
            warned.append(text)

    announcer = PulumiAnnouncer(log, {})
    return Readings(announcer, environment or {}, lambda: shows_nothing), warned


def let_go(several: Readings, *package_ids: str) -> bool:
    try:
        several.let_go(dict.fromkeys(package_ids, "Day 12"))
    except NoLongerShown:
        return False
    return True


def test_one_that_is_gone_is_let_go_with_a_warning() -> None:
    several, told = readings()
    assert let_go(several, "01HA")
    assert told == ['01HA "Day 12": MASV no longer shows it, so it is dropped from the state']


def test_nothing_that_is_gone_needs_no_leave() -> None:
    several, told = readings(shows_nothing=True)
    assert let_go(several)
    assert told == []


def test_one_is_kept_where_the_key_is_shown_nothing() -> None:
    several, told = readings(shows_nothing=True)
    assert not let_go(several, "01HA")
    assert told == []


def test_a_second_one_is_kept() -> None:
    several, _ = readings()
    assert let_go(several, "01HA")
    assert not let_go(several, "01HB")


@pytest.mark.parametrize("count", [2, 30])
def test_what_is_gone_and_read_side_by_side_is_kept_together(count: int) -> None:
    several, told = readings()
    all_begun = threading.Barrier(count)
    left: list[bool] = []

    def read(package_id: str) -> None:
        try:
            with several.one() as missing:
                all_begun.wait()
                missing[package_id] = None
        except NoLongerShown:
            left.append(False)
        else:
            left.append(True)

    threads = [threading.Thread(target=read, args=(f"01H{i}",)) for i in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (left, told) == ([False] * count, [])


def test_one_that_is_read_soon_after_counts_as_side_by_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gone, "QUIET", 600.0)
    several, told = readings()
    let: list[bool] = []
    threads = [
        threading.Thread(target=lambda i=i: let.append(let_go(several, i)))
        for i in ("01HA", "01HB")
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (let, told) == ([False, False], [])


def test_all_are_let_go_where_that_is_accepted() -> None:
    several, told = readings({"MASV_ACCEPT_GONE": "1"}, shows_nothing=True)
    assert let_go(several, "01HA", "01HB")
    assert let_go(several, "01HC")
    assert len(told) == 3


def test_only_a_one_accepts_it() -> None:
    several, _ = readings({"MASV_ACCEPT_GONE": "yes"})
    assert not let_go(several, "01HA", "01HB")
