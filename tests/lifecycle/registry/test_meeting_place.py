"""The processes of a run meet in a folder of this user's own, or not at all."""

import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pulumi_masv.lifecycle.meeting_place import NoMeetingPlace
from pulumi_masv.lifecycle.previews import Named
from pulumi_masv.lifecycle.registry import Registry
from tests.lifecycle.registry.conftest import ACCOUNT, ADDRESS, declared, hosted


def test_only_this_user_can_read_what_a_run_knows(folder: Path) -> None:
    before = os.umask(0)
    try:
        host = hosted(is_preview=True)
        host.declare([declared("P1")])
        host.name(ACCOUNT, [Named("P1", "urn:a")])
        found = [(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in folder.rglob("*")]
        host.close()
    finally:
        os.umask(before)
    assert len(found) >= 5  # two folders; what is alive, what the run knows, what was previewed
    assert set(found) == {(True, 0o700), (False, 0o600)}


def not_a_folder(root: Path) -> None:
    root.touch(mode=0o600)


def a_link(root: Path) -> None:
    own = root.parent / "own"
    own.mkdir(mode=0o700)
    root.symlink_to(own)


def a_link_to_nothing(root: Path) -> None:
    root.symlink_to(root.parent / "nothing")


def readable_by_the_group(root: Path) -> None:
    root.mkdir()
    root.chmod(0o750)


def searchable_by_others(root: Path) -> None:
    root.mkdir()
    root.chmod(0o701)


@pytest.mark.parametrize(
    "made",
    [not_a_folder, a_link, a_link_to_nothing, readable_by_the_group, searchable_by_others],
)
@pytest.mark.parametrize("enter", [hosted, lambda: Registry.join(ADDRESS)], ids=["host", "join"])
def test_a_folder_that_is_not_private_is_no_meeting_place(
    folder: Path, made: Any, enter: Any
) -> None:
    made(folder / f"pulumi_masv-{os.getuid()}")
    with pytest.raises(NoMeetingPlace, match="set TMPDIR") as caught:
        enter()
    assert f"pulumi_masv-{os.getuid()}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_of_another_user_is_no_meeting_place(
    host: Registry, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    root = folder / f"pulumi_masv-{os.getuid()}"
    user = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: user)
    root.rename(folder / f"pulumi_masv-{user}")
    with pytest.raises(NoMeetingPlace, match="is not a folder that only this user can read"):
        Registry.join(ADDRESS)


@pytest.mark.parametrize("place", ["missing", "file"])
def test_where_nothing_can_be_written_there_is_no_meeting_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (folder / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / place))
    with pytest.raises(NoMeetingPlace) as caught:
        hosted()
    line = str(caught.value)
    assert line.startswith("the processes of this run cannot meet ([Errno ")
    assert line.endswith("): set TMPDIR to a folder that this user can write to")
    assert "\n" not in line


def test_what_cannot_be_read_as_a_database_is_no_meeting_place(folder: Path) -> None:
    hosted().close()
    [previews] = folder.rglob("previews.db")
    previews.write_bytes(b"no database" * 100)
    with pytest.raises(NoMeetingPlace, match="set TMPDIR to a folder"):
        hosted()
