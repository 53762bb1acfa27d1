"""What has to happen to a package: every cell of the table of steps, as pure values."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_masv import plan
from pulumi_masv.models import Declared, Package

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
PAST = datetime(2026, 5, 1, tzinfo=timezone.utc)
SOON = datetime(2026, 7, 1, tzinfo=timezone.utc)
LATER = datetime(2026, 12, 1, tzinfo=timezone.utc)
LAST = datetime(2027, 6, 1, tzinfo=timezone.utc)

FILES = ("new", "finalized")
GONE = ("expired", "archived")
EVERY_STATE = (*FILES, *GONE)


def live(state: str = "finalized", **fields: Any) -> Package:
    return Package.model_validate(
        {
            "id": "01HP",
            "name": "Day 12",
            "state": state,
            "expiry": LATER,
            "unlimited_storage": False,
            "size": 41_200_000_000,
            "total_files": 12,
            **fields,
        }
    )


def planned(package: Package, stored: dict[str, Any] | None = None, **declared: Any) -> plan.Plan:
    before = None if stored is None else Declared.model_construct(**stored)
    return plan.converge(package, Declared(**declared), before, NOW)


def newly_planned(package: Package, stored: dict[str, Any], **declared: Any) -> plan.Plan:
    """The plan for properties that the state knows and the program did not declare before."""
    before = Declared.model_construct(**stored)
    return plan.converge(package, Declared(**declared), before, NOW, declared_before=Declared())


def verbs(result: plan.Plan) -> list[str]:
    assert not result.refusals, result.refusals
    return [step.verb for step in result.steps]


def refusal(result: plan.Plan) -> str:
    [(_, reason)] = result.refusals
    return reason


@pytest.mark.parametrize("state", EVERY_STATE)
def test_a_name_that_differs_is_renamed_in_every_state(state: str) -> None:
    [step] = planned(live(state), name="Day 13").steps
    assert (step.verb, step.arguments) == ("rename_package", ("Day 13",))


@pytest.mark.parametrize("state", EVERY_STATE)
def test_a_name_that_is_live_already_needs_no_step(state: str) -> None:
    assert verbs(planned(live(state), name="Day 12")) == []


@pytest.mark.parametrize("state", FILES)
@pytest.mark.parametrize("expiry", [SOON, LAST])
def test_an_expiry_that_differs_in_the_future_is_set_while_files_exist(
    state: str, expiry: datetime
) -> None:
    [step] = planned(live(state), expiry=expiry).steps
    assert (step.verb, step.arguments) == ("set_expiry", (expiry,))


@pytest.mark.parametrize("state", FILES)
def test_ending_files_earlier_is_a_loss_line(state: str) -> None:
    assert planned(live(state), expiry=SOON).losses == (
        "LOSS 12 files (41.2GB, 41200000000 bytes) end on 2026-07-01 00:00 UTC, "
        "153 days earlier than planned",
    )


def test_a_loss_line_names_the_form_response_that_ends_with_the_files() -> None:
    [loss] = planned(live(custom_metadata_id="01META"), expiry=SOON).losses
    assert loss.startswith("LOSS 12 files (41.2GB, 41200000000 bytes) and a form response end on")


def test_a_loss_line_says_when_files_had_no_end() -> None:
    [loss] = planned(live(unlimited_storage=True, expiry=None), expiry=SOON).losses
    assert loss.endswith("end on 2026-07-01 00:00 UTC, until now they never end")


def test_a_loss_is_named_even_where_nobody_knows_the_end_it_had() -> None:
    [loss] = planned(live(expiry=None, unlimited_storage=None), expiry=LAST).losses
    assert loss.endswith("earlier than planned, perhaps: MASV does not say when they end now")


def test_a_loss_counts_one_file_and_unknown_amounts_in_words() -> None:
    [one] = planned(live(total_files=1, size=5), expiry=SOON).losses
    [unknown] = planned(live(total_files=None, size=None), expiry=SOON).losses
    assert one.startswith("LOSS 1 file (5B, 5 bytes) end on")
    assert unknown.startswith("LOSS an unknown number of files (unknown size) end on")


def test_extending_an_expiry_loses_nothing() -> None:
    assert planned(live(), expiry=LAST).losses == ()


def test_ending_files_earlier_than_live_where_the_previewed_change_did_not_is_refused() -> None:
    result = planned(live(expiry=LAST), {"expiry": SOON}, expiry=LATER)
    assert refusal(result) == (
        'expiry of 01HP "Day 12" is now 2027-06-01T00:00:00Z, not 2026-07-01T00:00:00Z as '
        "previewed: run with --refresh"
    )
    assert result.losses == ()


def test_a_package_made_unlimited_by_hand_is_not_shortened_by_an_extension() -> None:
    result = planned(live(unlimited_storage=True), {"expiry": SOON}, expiry=LATER)
    assert refusal(result).startswith('expiry of 01HP "Day 12" is now never, not 2026-07-01')


def test_a_previewed_shortening_of_an_extended_package_is_done_and_named() -> None:
    result = planned(live(expiry=LAST), {"expiry": LATER}, expiry=SOON)
    assert verbs(result) == ["set_expiry"]
    assert result.losses[0].endswith("335 days earlier than planned")


@pytest.mark.parametrize("state", GONE)
def test_a_newly_declared_future_expiry_is_refused_once_the_files_are_gone(state: str) -> None:
    result = planned(live(state), {"expiry": SOON}, expiry=LAST)
    assert refusal(result) == (
        f'the files of 01HP "Day 12" are gone ({state}): nothing brings them back; '
        "take this property out of the program"
    )


@pytest.mark.parametrize("state", GONE)
def test_adopting_a_tombstone_with_a_future_expiry_is_refused_whatever_the_live_one_says(
    state: str,
) -> None:
    assert "nothing brings them back" in refusal(planned(live(state, expiry=LATER), expiry=LATER))


@pytest.mark.parametrize("state", GONE)
def test_a_future_expiry_that_was_stored_before_is_left_alone_once_the_files_are_gone(
    state: str,
) -> None:
    assert verbs(planned(live(state, expiry=PAST), {"expiry": LATER}, expiry=LATER)) == []


@pytest.mark.parametrize("state", FILES)
def test_an_expiry_not_in_the_future_is_refused_while_files_exist(state: str) -> None:
    reason = refusal(planned(live(state), expiry=PAST))
    assert "MASV would destroy the files" in reason
    assert "to end it on purpose, set force_destroy=True" in reason
    assert "it now ends 2026-12-01T00:00:00Z: to keep it so, declare that" in reason


def test_an_expiry_at_this_very_instant_is_not_in_the_future() -> None:
    assert "not in the future" in refusal(planned(live(), expiry=NOW))


@pytest.mark.parametrize("state", GONE)
def test_an_expiry_not_in_the_future_needs_nothing_once_its_time_came(state: str) -> None:
    assert verbs(planned(live(state), expiry=PAST)) == []


@pytest.mark.parametrize("state", FILES)
def test_unlimited_storage_is_set_while_files_exist(state: str) -> None:
    result = planned(live(state), unlimited_storage=True)
    assert verbs(result) == ["set_unlimited"]
    assert result.losses == ()


@pytest.mark.parametrize("state", GONE)
def test_unlimited_storage_newly_declared_is_refused_once_the_files_are_gone(state: str) -> None:
    result = planned(live(state), unlimited_storage=True)
    assert result.refusals[0].property == "unlimitedStorage"
    assert "nothing brings them back" in refusal(result)


@pytest.mark.parametrize("state", FILES)
def test_taking_unlimited_storage_back_without_an_expiry_is_refused(state: str) -> None:
    package = live(state, unlimited_storage=True)
    for stored in (None, {"unlimited_storage": True}):
        assert "declare the expiry" in refusal(planned(package, stored, unlimited_storage=False))


@pytest.mark.parametrize("state", GONE)
def test_taking_unlimited_storage_back_needs_nothing_once_the_files_are_gone(state: str) -> None:
    assert verbs(planned(live(state, unlimited_storage=True), unlimited_storage=False)) == []


def test_no_unlimited_storage_on_a_package_that_has_none_needs_nothing() -> None:
    assert verbs(planned(live(), unlimited_storage=False)) == []


def test_unlimited_storage_taken_back_with_an_expiry_is_one_step() -> None:
    package = live(unlimited_storage=True)
    result = planned(package, {"unlimited_storage": True}, unlimited_storage=False, expiry=LAST)
    assert verbs(result) == ["set_expiry"]


def test_a_live_unlimited_package_differs_from_any_date_even_from_its_stale_one() -> None:
    package = live(unlimited_storage=True, expiry=LATER)
    assert verbs(planned(package, {"unlimited_storage": True}, expiry=LATER)) == ["set_expiry"]


@pytest.mark.parametrize("state", FILES)
def test_archived_waits_while_files_exist(state: str) -> None:
    assert verbs(planned(live(state), archived=True)) == []


def test_archived_archives_an_expired_package() -> None:
    assert verbs(planned(live("expired"), archived=True)) == ["archive_package"]


def test_archived_needs_nothing_on_an_archived_package() -> None:
    assert verbs(planned(live("archived"), archived=True)) == []


@pytest.mark.parametrize("state", ["new", "finalized", "expired"])
def test_not_archived_needs_nothing_on_a_package_that_is_not(state: str) -> None:
    assert verbs(planned(live(state), archived=False)) == []


def test_not_archived_unarchives_an_archived_package() -> None:
    assert verbs(planned(live("archived"), archived=False)) == ["unarchive_package"]


def test_the_archive_comes_last() -> None:
    result = planned(live("expired"), name="Day 13", archived=True)
    assert verbs(result) == ["rename_package", "archive_package"]


@pytest.mark.parametrize(
    ("declared", "by_hand"),
    [
        ({"name": "Day 12"}, {"name": "by hand"}),
        ({"expiry": LATER}, {"expiry": LAST}),
        ({"expiry": LATER}, {"expiry": SOON}),
        ({"expiry": LATER}, {"unlimited_storage": True}),
        ({"unlimited_storage": True}, {"unlimited_storage": False}),
        ({"unlimited_storage": False}, {"unlimited_storage": True}),
        ({"archived": True}, {"state": "expired"}),
        ({"archived": False}, {"state": "archived"}),
    ],
)
def test_what_was_changed_by_hand_is_not_written_before_a_refresh_has_shown_it(
    declared: dict[str, Any], by_hand: dict[str, Any]
) -> None:
    assert verbs(planned(live(**by_hand), declared, **declared)) == []


@pytest.mark.parametrize("fields", [{"name": None}, {"expiry": None}, {"unlimited_storage": None}])
def test_a_field_absent_from_an_answer_is_no_difference_to_what_is_stored(
    fields: dict[str, Any],
) -> None:
    stored = {"name": "Day 12", "expiry": LATER}
    assert verbs(planned(live(**fields), stored, name="Day 12", expiry=LATER)) == []


def test_a_newly_declared_expiry_does_not_shorten_what_was_extended_since_it_was_stored() -> None:
    result = newly_planned(live(expiry=LAST), {"expiry": SOON}, expiry=LATER)
    assert "run with --refresh" in refusal(result)


def test_a_newly_declared_property_is_written_though_it_was_stored_so() -> None:
    stored = {"name": "Day 12", "expiry": LATER, "archived": False}
    by_hand = live(name="by hand", expiry=SOON)
    result = newly_planned(by_hand, stored, name="Day 12", expiry=LATER)
    assert verbs(result) == ["rename_package", "set_expiry"]
    result = newly_planned(live("archived"), stored, archived=False)
    assert verbs(result) == ["unarchive_package"]


def test_a_newly_declared_future_is_refused_for_gone_files_though_it_is_stored_so() -> None:
    result = newly_planned(live("expired"), {"expiry": LATER}, expiry=LATER)
    assert "nothing brings them back" in refusal(result)


@pytest.mark.parametrize("state", GONE)
def test_an_expiry_at_this_very_instant_has_come_for_files_that_are_gone(state: str) -> None:
    assert verbs(planned(live(state), expiry=NOW)) == []


def test_a_declared_expiry_that_is_live_already_is_no_loss() -> None:
    assert planned(live(), expiry=LATER) == plan.Plan()


def test_an_end_absent_from_the_answer_is_the_stored_one() -> None:
    result = planned(live(expiry=None, unlimited_storage=None), {"expiry": LATER}, expiry=SOON)
    assert result.losses[0].endswith("153 days earlier than planned")
    unlimited = {"unlimited_storage": True}
    result = planned(live(expiry=None, unlimited_storage=None), unlimited, expiry=SOON)
    assert result.losses[0].endswith("until now they never end")


def test_unlimited_storage_taken_back_again_by_hand_keeps_what_is_stored() -> None:
    result = planned(
        live(unlimited_storage=True), {"unlimited_storage": False}, unlimited_storage=False
    )
    assert result.kept == {"expiry", "unlimited_storage"}


def test_nothing_declared_is_nothing_to_do() -> None:
    assert planned(live()) == plan.Plan()


def test_all_refusals_are_found_at_once() -> None:
    both = planned(
        live("expired", unlimited_storage=True), None, expiry=LAST, name="Day 13", archived=True
    )
    assert [one.property for one in both.refusals] == ["expiry"]
    assert [step.verb for step in both.steps] == ["rename_package", "archive_package"]


def ended(package: Package, *, force: bool = False, archive: bool = False) -> plan.Plan:
    return plan.end(package, force_destroy=force, archive_on_destroy=archive, now=NOW)


@pytest.mark.parametrize("state", FILES)
@pytest.mark.parametrize(("archive", "then"), [(False, []), (True, ["archive_package"])])
def test_the_end_of_a_forced_resource_deletes_and_archives_if_asked(
    state: str, archive: bool, then: list[str]
) -> None:
    result = ended(live(state), force=True, archive=archive)
    assert verbs(result) == ["delete_package", *then]
    assert result.losses == (
        "LOSS 12 files (41.2GB, 41200000000 bytes) end now, 183 days earlier than planned",
    )


@pytest.mark.parametrize("state", FILES)
def test_the_end_of_a_resource_that_is_not_forced_is_refused_while_files_exist(state: str) -> None:
    reason = refusal(ended(live(state), archive=True))
    assert reason.startswith('01HP "Day 12" still has 12 files (41.2GB, 41200000000 bytes)')
    for way_on in ("force_destroy=True", "retain_on_delete=True", "pulumi state delete"):
        assert way_on in reason
    assert "put the old package_id back" in reason


@pytest.mark.parametrize("force", [False, True])
def test_the_end_of_an_expired_package_is_no_delete(force: bool) -> None:
    assert ended(live("expired"), force=force) == plan.Plan()
    assert verbs(ended(live("expired"), force=force, archive=True)) == ["archive_package"]


def test_the_end_of_an_archived_package_needs_nothing() -> None:
    assert ended(live("archived"), force=True, archive=True) == plan.Plan()


def test_files_that_ended_before_their_time_are_told_with_how_much_too_early() -> None:
    early = "its files are gone, 183 days before its expiry"
    assert plan.ended_early(False, LATER, NOW) == early
    assert plan.ended_early(True, None, NOW) == "its files are gone, though it was never to expire"


@pytest.mark.parametrize("expiry", [None, PAST, NOW])
def test_files_that_ended_on_schedule_are_not_worth_a_line(expiry: datetime | None) -> None:
    assert plan.ended_early(None, expiry, NOW) is None


@pytest.mark.parametrize(
    ("length", "spelled"),
    [
        (timedelta(days=304, hours=5), "304 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(0), "0 seconds"),
        (timedelta(days=-1), "0 seconds"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_whole_unit(
    length: timedelta, spelled: str
) -> None:
    assert plan.span(length) == spelled


def test_a_name_is_shown_with_nothing_in_it_that_a_terminal_obeys() -> None:
    assert plan.quote("a\x1b[2J\u202eb\nc é") == '"a\\x1b[2J\\u202eb\\nc é"'
    assert plan.quote(None) == "(name unknown)"


@pytest.mark.parametrize(
    ("step", "kept", "line"),
    [
        ({"name": "x"}, {"name": "y"}, 'name was to be "x", but MASV keeps "y"'),
        (
            {"expiry": LAST},
            {"expiry": SOON},
            "expiry was to be 2027-06-01T00:00:00Z, but MASV keeps 2026-07-01T00:00:00Z",
        ),
        (
            {"expiry": LAST},
            {"unlimited_storage": True},
            "expiry was to be 2027-06-01T00:00:00Z, but MASV keeps never",
        ),
        (
            {"unlimited_storage": True},
            {"unlimited_storage": False},
            "unlimited_storage was to be True, but MASV keeps False",
        ),
    ],
)
def test_a_step_tells_what_was_asked_from_what_is_kept(
    step: dict[str, Any], kept: dict[str, Any], line: str
) -> None:
    [asked] = planned(live(), **step).steps
    assert asked.shortfall(live(**kept)) == line


def test_a_step_takes_a_field_left_out_of_the_answer_for_done() -> None:
    [asked] = planned(live(), name="x").steps
    assert asked.shortfall(live(name=None)) is None
    assert asked.shortfall(live(name="x")) is None
