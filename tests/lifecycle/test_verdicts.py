"""A verdict, written as a record and read again, says the same; and no more than it may."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pulumi_masv import plan
from pulumi_masv.lifecycle.verdicts import Does, Record, Verdict, recorded
from pulumi_masv.models import NEVER, End, Package
from pulumi_masv.plan import Loss, Plan, Why
from tests.generated import at_least, count

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
SOON = datetime(2026, 7, 1, tzinfo=timezone.utc)
LATER = datetime(2026, 12, 1, tzinfo=timezone.utc)
URN = "urn:pulumi:test::life::pulumi-python:dynamic/masv:PackageLifecycle::day12"

# To the millisecond, as MASV has them.
MOMENTS = st.integers(0, 4_000_000_000_000).map(
    lambda number: datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=number)
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = TEXT | st.sampled_from(["Day 12", "<{%fg 1%}>", "a\nb", "\u202e"])
COUNTS = st.none() | st.integers(0, 10**15)
PACKAGES = st.builds(
    Package,
    id=st.text("ABCxyz019_-", min_size=1, max_size=26),
    state=st.sampled_from(["new", "finalized", "expired", "archived"]),
    name=st.none() | NAMES,
    expiry=st.none() | MOMENTS,
    unlimited_storage=st.none() | st.booleans(),
    size=COUNTS,
    total_files=COUNTS,
    custom_metadata_id=st.none() | st.just("01META"),
)
STEPS = st.one_of(
    NAMES.map(plan.Rename),
    MOMENTS.map(plan.SetExpiry),
    st.just(plan.SetUnlimited()),
    st.just(plan.Destroy()),
    st.just(plan.Archive()),
    st.just(plan.Unarchive()),
)
LOSSES = st.builds(
    Loss,
    ends=MOMENTS,
    planned=MOMENTS | st.sampled_from([NEVER, None]),
    why=st.sampled_from(get_args(Why)),
)


@st.composite
def verdicts(draw: st.DrawFn, does: Does) -> Verdict:
    observed = draw(PACKAGES if does in ("adopted", "changed") else st.none() | PACKAGES)
    changes = does in ("adopted", "changed", "ended") and observed is not None
    return Verdict(
        package_id=observed.id if observed else draw(st.sampled_from(["01HP", ""])),
        urn=draw(st.sampled_from([URN, ""])),
        does=does,
        now=draw(MOMENTS),
        observed=observed,
        steps=tuple(draw(st.lists(STEPS, max_size=3))) if changes else (),
        loss=draw(st.none() | LOSSES) if changes else None,
        doubt=draw(NAMES) if does == "unknown" else "",
        waits=draw(st.booleans()) if changes else False,
    )


def written(verdict: Verdict, *refusals: str) -> dict[str, Any]:
    """The bag of a verdict, as it stands in a preview's JSON."""
    bag: dict[str, Any] = json.loads(json.dumps(recorded(verdict, refusals)))
    return bag


def read(verdict: Verdict, *refusals: str) -> Record:
    return Record.model_validate(written(verdict, *refusals))


def spelled(end: End) -> Any:
    return "never" if end is NEVER else end


@pytest.mark.parametrize("does", get_args(Does))
@at_least(5, "observed")
@settings(max_examples=40)
@given(st.data(), st.lists(NAMES, max_size=2))
def test_a_verdict_written_and_read_again_is_the_same(
    does: Does, data: st.DataObject, refusals: list[str]
) -> None:
    verdict = data.draw(verdicts(does))
    event(f"{does}: {verdict.observed.state if verdict.observed else 'nobody could look'}")
    count("observed", verdict.observed is not None)
    event("with a loss" if verdict.loss else "without a loss")
    for step in verdict.steps:
        event(type(step).__name__)
    record = read(verdict, *refusals)
    assert (record.id, record.urn, record.does) == (verdict.package_id, verdict.urn, does)
    assert (record.now, record.doubt) == (verdict.now, verdict.doubt)
    assert record.refusals == tuple(refusals)
    assert len(record.changes) == len(verdict.steps) + verdict.waits


@pytest.mark.parametrize("does", get_args(Does))
@at_least(5, "observed")
@settings(max_examples=40)
@given(st.data())
def test_what_was_observed_is_read_again_as_it_was(does: Does, data: st.DataObject) -> None:
    verdict = data.draw(verdicts(does))
    one = verdict.observed
    count("observed" if one else "nobody could look")
    record = read(verdict)
    told = (record.name, record.state, record.files, record.bytes, record.end_before)
    known = (one.name, one.state, one.total_files, one.size, spelled(one.end)) if one else None
    assert told == (known or (None,) * 5)
    assert record.form is bool(one and one.custom_metadata_id)


@pytest.mark.parametrize("does", ["adopted", "changed", "ended"])
@at_least(10, "a loss")
@given(st.data())
def test_a_loss_is_read_again_as_it_was(does: Does, data: st.DataObject) -> None:
    verdict = data.draw(verdicts(does))
    loss = verdict.loss
    count("a loss" if loss else "no loss")
    found = read(verdict).loss
    told = found and (found.ends, found.planned, found.why, found.at_once)
    assert told == (loss and (loss.ends, spelled(loss.planned), loss.why, loss.at_once))


@pytest.mark.parametrize("does", get_args(Does))
@settings(max_examples=40)
@given(st.data())
def test_a_record_written_by_its_model_is_read_alike(does: Does, data: st.DataObject) -> None:
    record = read(data.draw(verdicts(does)))
    assert Record.model_validate_json(record.model_dump_json(by_alias=True)) == record


def package(**fields: Any) -> Package:
    known = {"id": "01HP", "state": "finalized", "name": "Day 12", "expiry": LATER}
    return Package.model_validate(known | {"unlimited_storage": False} | fields)


def changed(*steps: plan.Step, **values: Any) -> Verdict:
    given = {"package_id": "01HP", "urn": URN, "does": "changed", "now": NOW}
    return Verdict(**{**given, "observed": package(), "steps": steps, **values})


@pytest.mark.parametrize(
    ("step", "observed", "change"),
    [
        (plan.Rename("x"), package(), ("name", "Day 12", "x")),
        (plan.Rename("x"), package(name=None), ("name", None, "x")),
        (
            plan.SetExpiry(SOON),
            package(),
            ("expiry", "2026-12-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        ),
        (
            plan.SetExpiry(SOON),
            package(unlimited_storage=True),
            ("expiry", "never", "2026-07-01T00:00:00Z"),
        ),
        (plan.SetExpiry(SOON), package(expiry=None), ("expiry", None, "2026-07-01T00:00:00Z")),
        (plan.SetUnlimited(), package(), ("expiry", "2026-12-01T00:00:00Z", "never")),
        (plan.Destroy(), package(), ("files", "kept", "destroyed")),
        (plan.Archive(), package(state="expired"), ("state", "expired", "archived")),
        (plan.Unarchive(), package(state="archived"), ("state", "archived", "expired")),
    ],
)
def test_a_step_is_recorded_as_a_change_from_before_to_after(
    step: plan.Step, observed: Package, change: tuple[str, Any, Any]
) -> None:
    [found] = read(changed(step, observed=observed)).changes
    assert (found.property, found.before, found.after) == change


def test_an_archive_that_waits_is_recorded_as_a_change() -> None:
    [found] = read(changed(waits=True)).changes
    told = (found.property, found.before, found.after)
    assert told == ("archived", False, "once the files have ended")


@pytest.mark.parametrize(
    ("verdict", "end_after", "files_after"),
    [
        (changed(), LATER, True),
        (changed(plan.SetExpiry(SOON), loss=Loss(SOON, LATER, "expiry earlier")), SOON, True),
        (changed(plan.SetUnlimited()), "never", True),
        (changed(plan.Destroy(), loss=Loss(NOW, LATER, "deleted")), NOW, False),
        (changed(plan.Destroy(), plan.Archive(), loss=Loss(NOW, NEVER, "deleted")), NOW, False),
        (changed(observed=package(state="expired")), None, False),
        (changed(doubt="its new expiry is not known yet"), None, True),
        (changed(observed=package(expiry=None)), None, True),
        (changed(observed=None), None, False),
    ],
)
def test_a_record_says_when_the_files_end_after_the_run(
    verdict: Verdict, end_after: Any, files_after: bool
) -> None:
    record = read(verdict)
    assert (record.end_after, record.files_after) == (end_after, files_after)


def test_no_files_and_no_bytes_stay_none_at_all() -> None:
    bag = written(changed(observed=package(total_files=0, size=0)))
    assert (bag["files"], bag["bytes"]) == (0, 0)
    assert (read(changed()).files, read(changed()).bytes) == (None, None)


def test_an_empty_name_is_not_an_unknown_one() -> None:
    assert read(changed(observed=package(name=""))).name == ""
    assert read(changed(observed=package(name=None))).name is None


def test_what_a_verdict_does_not_say_is_left_out() -> None:
    assert written(Verdict("01HP", URN, "unchanged", NOW)) == {
        "id": "01HP",
        "urn": URN,
        "does": "unchanged",
        "now": "2026-06-01T00:00:00Z",
    }


def test_a_record_has_no_field_for_a_secret_or_a_person() -> None:
    private = {"sender": "PRIVATE", "recipients": ["PRIVATE"], "description": "PRIVATE"}
    secrets = {"token": "PRIVATE", "password": "PRIVATE", "package_token": "PRIVATE"}
    observed = package(total_files=1, size=5, custom_metadata_id="PRIVATE", **private, **secrets)
    steps = (plan.Rename("x"), plan.SetExpiry(SOON))
    loss = Loss(SOON, LATER, "expiry earlier")
    bag = written(changed(*steps, observed=observed, loss=loss, waits=True, doubt="so"), "no")
    assert "PRIVATE" not in json.dumps(bag)
    assert set(bag) == {
        "id", "urn", "does", "now", "name", "state", "files", "bytes", "form", "endBefore",
        "endAfter", "filesAfter", "changes", "loss", "refusals", "doubt",
    }  # fmt: skip
    assert set(bag["loss"]) == {"ends", "planned", "why", "atOnce"}
    assert {name for change in bag["changes"] for name in change} == {
        "property",
        "before",
        "after",
    }


def test_a_refused_plan_comes_to_its_refusals_and_nothing_else() -> None:
    refusal = plan.NeedsExpiry(package())
    loss = Loss(SOON, LATER, "expiry earlier")
    result = Plan(package(), (plan.Rename("x"),), loss, (refusal,))
    assert Verdict.of(result, urn=URN, does="changed", now=NOW) == Verdict(
        "01HP", URN, "refused", NOW, package(), refusals=(refusal,)
    )


def test_a_plan_comes_to_a_verdict_with_all_of_it() -> None:
    loss = Loss(SOON, LATER, "expiry earlier")
    result = Plan(package(), (plan.SetExpiry(SOON),), loss)
    assert Verdict.of(result, urn=URN, does="adopted", now=NOW, doubt="so", waits=True) == Verdict(
        "01HP", URN, "adopted", NOW, package(), (plan.SetExpiry(SOON),), loss, (), "so", True
    )
