"""One package's life on the real engine: adopted, changed, drifted, expired, archived, ended."""

from datetime import timedelta
from typing import Any

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack


def declare(stack: Stack, **packages: dict[str, object]) -> None:
    """A program of these: resource name -> its inputs."""
    lines = [
        f"masv.PackageLifecycle({name!r}, {', '.join(f'{k}={v!r}' for k, v in inputs.items())})\n"
        for name, inputs in packages.items()
    ]
    stack.program("".join(lines))


def day12(stack: Stack, package_id: str, **inputs: object) -> None:
    declare(stack, day12={"package_id": package_id, **inputs})


def test_a_package_is_adopted_and_a_second_up_asks_and_writes_nothing(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="raw dailies", expiry="2027-12-01T00:00:00Z")
    day12(stack, package, name="Day 12", expiry="2027-01-31T00:00:00Z")

    seen = stack.preview()
    assert (
        f'{package} "raw dailies": rename to "Day 12"; '
        "expiry 2027-12-01T00:00:00Z -> 2027-01-31T00:00:00Z" in seen.text
    )
    assert "LOSS" in seen.text
    assert "end on 2027-01-31 00:00 UTC, 304 days earlier than planned" in seen.text
    assert masv.writes == []
    assert len(masv.journal) == 1

    masv.reset_journal()
    stack.up()
    assert len(masv.writes) == 2
    assert len(masv.journal) == 1 + 2
    live = masv.account.package(package)
    assert (live.name, live.expiry.isoformat()) == ("Day 12", "2027-01-31T00:00:00+00:00")

    masv.reset_journal()
    stack.up("--expect-no-changes")
    assert masv.journal == []
    stack.up("--expect-no-changes", "--refresh")
    assert [entry.method for entry in masv.journal] == ["GET"]


def test_an_up_writes_exactly_the_properties_that_its_preview_names(
    stack: Stack, masv: Simulator
) -> None:
    changed: dict[str, dict[str, object]] = {
        "renamed": {"name": "Day 13"},
        "extended": {"expiry": "2027-03-01T00:00:00Z"},
        "hidden": {"archived": True},
        "forced": {"force_destroy": True},
        "archiving": {"archive_on_destroy": True},
        "endless": {"expiry": None, "unlimited_storage": True},
    }
    named: dict[str, Any] = {"name": "Day 12", "expiry": "2027-01-31T00:00:00Z"}
    ids = {each: masv.account.add_package(**named) for each in changed}
    before: dict[str, Any] = {
        each: {"package_id": package, **named} for each, package in ids.items()
    }
    declare(stack, **before)
    stack.up()
    declare(stack, **{each: inputs | changed[each] for each, inputs in before.items()})
    assert stack.plan().changes == {
        "renamed": ["name"],
        "extended": ["expiry"],
        "hidden": ["archived"],
        "forced": ["forceDestroy"],
        "archiving": ["archiveOnDestroy"],
        "endless": ["expiry", "unlimitedStorage"],
    }
    masv.reset_journal()
    stack.up()
    stack.up("--expect-no-changes", "--refresh")
    written = sorted(entry.path.split("/")[3] for entry in masv.writes)
    assert written == sorted(ids[each] for each in ("renamed", "extended", "endless"))
    assert masv.account.losses == ()


def test_a_change_by_hand_shows_at_a_refresh_and_is_reverted(stack: Stack, masv: Simulator) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    day12(stack, package, name="Day 12", expiry="2027-01-31T00:00:00Z")
    stack.up()
    masv.account.rename(package, "by hand")
    masv.account.set_unlimited(package)
    shown = stack.run("refresh", "--preview-only", "--diff")
    assert '"Day 12" => "by hand"' in shown.text
    assert "- expiry" in shown.text
    assert "+ unlimitedStorage: true" in shown.text
    stack.refresh()
    assert stack.plan().changes == {"day12": ["expiry", "name", "unlimitedStorage"]}
    stack.up()
    live = masv.account.package(package)
    assert (live.name, live.unlimited_storage) == ("Day 12", False)
    stack.up("--expect-no-changes", "--refresh")


def test_a_change_by_hand_that_nobody_refreshed_is_never_written_over(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    inputs: dict[str, object] = {"name": "Day 12", "expiry": "2027-01-31T00:00:00Z"}
    day12(stack, package, **inputs)
    stack.up()
    masv.account.rename(package, "by hand")
    for changed in ({"archived": True}, {"archived": False}, {"expiry": "2027-02-28T00:00:00Z"}):
        day12(stack, package, **inputs | changed)
        stack.up()
        assert masv.account.package(package).name == "by hand"


def test_a_life_extended_by_hand_is_not_shortened_without_a_refresh(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    day12(stack, package, expiry="2027-01-31T00:00:00Z")
    stack.up()
    masv.account.set_expiry(package, "2027-12-01T00:00:00Z")
    day12(stack, package, expiry="2027-02-28T00:00:00Z")
    for refused in (stack.preview(expect=1), stack.up(expect=1)):
        assert "is now 2027-12-01T00:00:00Z, not 2027-01-31T00:00:00Z as previewed" in refused.text
        assert "run with --refresh" in refused.text
    seen = stack.preview("--refresh")
    assert "276 days earlier than planned" in seen.text
    stack.up("--refresh")
    assert masv.account.package(package).expiry.isoformat() == "2027-02-28T00:00:00+00:00"


def test_a_pending_archive_comes_with_the_refresh_after_its_day(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    day12(stack, package, archived=True)
    stack.up()
    assert stack.state()["day12"]["outputs"]["pendingArchive"] is True
    stack.up("--expect-no-changes", "--refresh")
    masv.account.set_now("2027-02-01T00:00:00Z")
    stack.refresh()
    assert stack.plan().changes == {"day12": ["archived"]}
    assert f'{package} "Day 12": archive' in stack.preview().text
    stack.up()
    assert masv.account.package(package).state == "archived"
    stack.up("--expect-no-changes", "--refresh")


def test_files_that_ended_before_their_time_are_told_by_the_refresh(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    day12(stack, package, expiry="2027-01-31T00:00:00Z")
    stack.up()
    masv.account.set_now("2027-01-01T00:00:00Z")
    masv.account.delete(package)
    told = stack.refresh()
    assert f'{package} "Day 12": its files are gone, 30 days before its expiry' in told.text
    stack.up("--expect-no-changes", "--refresh")


def test_the_end_of_a_resource_is_refused_then_forced_and_named_beforehand(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", size=5_000_000_000, total_files=7)
    day12(stack, package)
    stack.up()
    refused = stack.destroy(expect=1)
    assert len(refused.errors) == 1, refused.text
    assert f'{package} "Day 12" still has 7 files (5.0GB, 5000000000 bytes)' in refused.errors[0]
    assert "Traceback" not in refused.text
    assert list(masv.account.losses) == []

    day12(stack, package, force_destroy=True, archive_on_destroy=True)
    seen = stack.preview()
    assert (
        "from now on removing this resource destroys 7 files (5.0GB, 5000000000 bytes) "
        'of "Day 12"' in seen.text
    )
    stack.up()
    assert list(masv.account.losses) == []
    stack.program("")
    stack.up()
    assert [loss.package_id for loss in masv.account.losses] == [package]
    assert masv.account.package(package).state == "archived"


def test_a_package_that_is_gone_leaves_the_state(stack: Stack, masv: Simulator) -> None:
    package, _ = masv.account.add_package(name="Day 12"), masv.account.add_package()
    day12(stack, package, name="Day 12")
    stack.up()
    masv.account.remove(package)
    told = f'warning: {package} "Day 12": MASV no longer shows it, so it is dropped from the state'
    assert told in stack.refresh().text
    assert stack.state() == {}
    for refused in (stack.preview(expect=1), stack.up(expect=1)):
        assert f"MASV has no package {package} in team {masv.team_id}" in refused.text
        assert len(refused.errors) == 1, refused.text


def test_adopting_a_package_that_is_not_there_is_refused_in_the_preview(stack: Stack) -> None:
    day12(stack, "01HNOWHERE", name="Day 12")
    refused = stack.preview(expect=1)
    assert "property packageId value {01HNOWHERE} has a problem" in refused.text
    assert "MASV has no package 01HNOWHERE" in refused.text


def test_adopting_a_tombstone_that_is_to_live_is_refused_in_the_preview(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", state="expired")
    day12(stack, package, expiry="2099-01-01T00:00:00Z")
    refused = stack.preview(expect=1)
    assert f'the files of {package} "Day 12" are gone (expired)' in refused.text
    assert masv.writes == []


def test_every_mistake_in_the_inputs_is_one_line_of_the_preview(stack: Stack) -> None:
    day12(stack, "a/b", name=" ", expiry="2027-01-31", unlimited_storage=True, archived="yes")
    refused = stack.preview(expect=1)
    for name in ("packageId", "name", "expiry", "unlimitedStorage", "archived"):
        assert f"property {name} " in refused.text, refused.text
    assert "Traceback" not in refused.text


def test_time_alone_changes_nothing_but_what_was_declared_of_it(
    stack: Stack, masv: Simulator
) -> None:
    package = masv.account.add_package(name="Day 12", expiry="2027-01-31T00:00:00Z")
    day12(stack, package, name="Day 12", expiry="2027-01-31T00:00:00Z")
    stack.up()
    masv.account.set_now("2027-01-31T00:00:00Z")
    masv.account.advance(timedelta(days=1))
    masv.reset_journal()
    stack.up("--expect-no-changes", "--refresh")
    assert masv.writes == []
