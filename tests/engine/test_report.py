"""What a report tells of the real engine's previews is what the real engine then does."""

from datetime import timedelta
from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.listing import Listing
from pulumi_masv.report import asked, fates, preview, summary
from pulumi_masv.settings import resolve
from pulumi_masv.simulator import Simulator
from tests.engine.conftest import Stack
from tests.report.recorder import Recorder
from tests.report.test_proof import END_OF_TIME, untouched

EARLY, LATE = "2026-03-05T00:00:00Z", "2026-09-01T00:00:00Z"


def lifecycle(name: str, package_id: str, *rest: str) -> str:
    return (
        f"masv.PackageLifecycle({', '.join([repr(name), f'package_id={package_id!r}', *rest])})\n"
    )


def fleet(name: str, packages: dict[str, Any], *rest: str) -> str:
    return f"masv.PackageFleet({', '.join([repr(name), f'packages={packages!r}', *rest])})\n"


FORCED = "force_destroy=True"
RETAINED = "opts=ResourceOptions(retain_on_delete=True)"
# What a program becomes, and the packages whose files end early by it, each with the reason.
LIVES = {
    "an expiry moved forward": (
        lifecycle("a", "01HA"),
        lifecycle("a", "01HA", f"expiry={EARLY!r}"),
        {"01HA": "expiry earlier"},
    ),
    "an adoption with a shorter life": (
        "",
        lifecycle("a", "01HU", f"expiry={LATE!r}") + fleet("f", {"01HA": {"expiry": EARLY}}),
        {"01HU": "unlimited ended", "01HA": "expiry earlier"},
    ),
    "a forced removal, one that is kept, and one that moves": (
        lifecycle("a", "01HA", FORCED)
        + lifecycle("b", "01HB", FORCED, RETAINED)
        + lifecycle("c", "01HC", FORCED),
        fleet("f", {"01HC": {}}),
        {"01HA": "deleted"},
    ),
    "an entry taken out of a forced fleet, and one that moves": (
        fleet("f", {"01HA": {}, "01HB": {}, "01HC": {}}, FORCED),
        fleet("f", {"01HA": {}}, FORCED) + lifecycle("c", "01HC"),
        {"01HB": "removed from a fleet"},
    ),
    "a replacement": (
        lifecycle("a", "01HA", FORCED),
        lifecycle("a", "01HB", f"expiry={EARLY!r}"),
        {"01HA": "replaced", "01HB": "expiry earlier"},
    ),
    "a resource that goes with another one": (
        "a = "
        + lifecycle("a", "01HA", FORCED)
        + lifecycle("b", "01HB", FORCED, "opts=ResourceOptions(deleted_with=a)"),
        "",
        {"01HA": "deleted"},
    ),
    "a whole forced fleet": (
        fleet("f", {"01HA": {}, "01HB": {}}, FORCED),
        "",
        {"01HA": "deleted", "01HB": "deleted"},
    ),
}


@pytest.fixture
def packages(masv: Simulator) -> None:
    for package_id in ("01HA", "01HB", "01HC"):
        masv.account.add_package(id=package_id, name=f"raw {package_id}")
    masv.account.add_package(id="01HU", unlimited_storage=True)


def told(stack: Stack, *arguments: str) -> summary.Report:
    """The report of a preview, as the command makes it."""
    read = preview.read(stack.plan("--show-sames", *arguments).text.encode())
    wants = asked.turns(read)
    client = Client(resolve({}, stack.environment))
    found, _ = Listing(client, lambda: 0.0, 2).read_all(fates.to_look_at(wants))
    return summary.summarise(
        read,
        wants,
        seen={i: one.package for i, one in found.items()},
        unseen="",
        now=stack.masv.account.now,
        within=timedelta(days=14),
    )


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("life", "refresh"),
    [
        *((life, ("--refresh",)) for life in LIVES),
        # What is read before a run differs only by it, so these stand for all.
        *((life, ()) for life in ("a replacement", "an adoption with a shorter life")),
    ],
)
def test_a_report_names_what_the_real_engine_then_loses(
    stack: Stack, masv: Simulator, life: str, refresh: tuple[str, ...]
) -> None:
    before, after, reasons = LIVES[life]
    stack.program(before)
    stack.up()
    stack.program(after)

    report = told(stack, *refresh)
    schedule = untouched(masv.account)
    stack.up(*refresh)
    masv.account.set_now(END_OF_TIME)

    early = {
        (loss.package_id, loss.instant)
        for loss in masv.account.losses
        if loss.package_id not in schedule or loss.instant < schedule[loss.package_id]
    }
    assert {(f.package_id, f.loss.instant) for f in report.losses if f.loss} == early
    assert {f.package_id: f.loss.why for f in report.losses if f.loss} == reasons
    assert not report.doubts


@pytest.mark.usefixtures("packages")
def test_a_removal_that_is_not_forced_is_told_as_refused_and_loses_nothing(
    stack: Stack, masv: Simulator
) -> None:
    stack.program(lifecycle("a", "01HA") + lifecycle("b", "01HB"))
    stack.up()
    stack.program(lifecycle("b", "01HC", f"expiry={EARLY!r}"))

    report = told(stack)
    stack.up(expect=1)

    assert {fate.package_id for fate in report.refused} == {"01HA", "01HB"}
    assert not report.losses
    assert not masv.account.losses


@pytest.mark.usefixtures("packages")
def test_what_a_replacement_that_was_cut_off_left_to_delete_is_told_as_lost(
    stack: Stack, masv: Simulator
) -> None:
    stack.program(fleet("f", {"01HA": {}, "01HB": {}}, FORCED))
    stack.up()
    stack.program(fleet("f", {"01HB": {}}, FORCED))
    [urn] = [one["urn"] for one in stack.state().values()]
    masv.faults.set("status", status=409, method="DELETE", times=None)
    stack.up("--replace", urn, expect=1)
    masv.faults.clear()

    [fate] = told(stack, "--refresh").losses
    stack.up("--refresh")

    assert (fate.package_id, fate.loss and fate.loss.why) == ("01HA", "replaced")
    assert [loss.package_id for loss in masv.account.losses] == ["01HA"]


@pytest.mark.usefixtures("packages")
def test_what_a_secret_hides_cannot_be_told(stack: Stack, masv: Simulator) -> None:
    secret = "force_destroy=pulumi.Output.secret(True)"
    stack.program(fleet("f", {"01HA": {}, "01HB": {}}, secret))
    stack.up()
    stack.program(fleet("f", {"01HB": {}}, secret))

    report = told(stack, "--refresh")
    stack.up("--refresh")

    assert [fate.package_id for fate in report.doubts] == ["01HA"]
    assert [loss.package_id for loss in masv.account.losses] == ["01HA"]


@pytest.mark.usefixtures("packages")
def test_without_a_refresh_an_old_refusal_hides_no_loss(stack: Stack, masv: Simulator) -> None:
    stack.program(fleet("f", {"01HA": {}, "01HB": {"expiry": LATE}}))
    stack.up()
    masv.account.delete("01HA")
    stack.program(fleet("f", {"01HB": {"expiry": EARLY}}))

    assert [fate.package_id for fate in told(stack).doubts] == ["01HB"]
    assert [fate.package_id for fate in told(stack, "--refresh").losses] == ["01HB"]


@pytest.mark.usefixtures("packages")
def test_what_a_preview_does_not_know_yet_cannot_be_told(stack: Stack) -> None:
    stack.program(
        "a = "
        + lifecycle("a", "01HA")
        + "masv.PackageLifecycle('b', package_id='01HB', expiry=a.created_at)\n"
        "masv.PackageLifecycle('c', package_id=a.sender, unlimited_storage=True)\n"
        "masv.PackageFleet('f', packages=a.sender.apply(lambda _: {}))\n"
        f"masv.PackageLifecycle('d', package_id='01HC', expiry=pulumi.Output.secret({EARLY!r}))\n"
    )

    report = told(stack)

    assert sorted(fate.resource for fate in report.doubts) == ["b", "c", "d", "f"]
    assert report.status(summary.Limits()) == summary.LOSSES


@pytest.mark.usefixtures("packages")
def test_a_preview_that_failed_is_told_as_such(stack: Stack) -> None:
    stack.program(lifecycle("a", "01HNOWHERE"))
    text = stack.run("preview", "--json", expect=1).text

    report = summary.summarise(
        preview.read(text.encode()),
        [],
        seen={},
        unseen="",
        now=stack.masv.account.now,
        within=timedelta(),
    )

    [line] = report.failures
    assert "MASV has no package 01HNOWHERE" in line
    assert report.status(summary.Limits()) == summary.FAILED


@pytest.mark.usefixtures("packages")
def test_the_recorder_prints_what_the_real_engine_prints(stack: Stack, masv: Simulator) -> None:
    stack.program(
        lifecycle("a", "01HA", FORCED) + lifecycle("b", "01HB") + fleet("f", {"01HC": {}}, FORCED)
    )
    stack.up()
    engine = Recorder(masv)
    one = {"packageId": "01HA", "forceDestroy": True}
    other = {"packageId": "01HB"}
    many = {"__type": "PackageFleet", "packages": {"01HC": {}}, "forceDestroy": True}
    engine.up({"a": one, "b": other, "f": many})
    masv.account.rename("01HB", "by hand")
    stack.program(
        lifecycle("a", "01HU", f"name={'new'!r}") + lifecycle("b", "01HB") + fleet("f", {}, FORCED)
    )

    for arguments in ([], ["--refresh"]):
        text = engine.preview_json(
            {"a": {"packageId": "01HU", "name": "new"}, "b": other, "f": {**many, "packages": {}}},
            refresh=bool(arguments),
            show_sames=True,
        )
        real = preview.read(stack.plan("--show-sames", *arguments).text.encode())
        assert bare(preview.read(text)) == bare(real)


def bare(read: preview.Preview) -> dict[str, Any]:
    """What a report reads of a preview, without what no two runs have in common."""
    found = {}
    for step in read.steps:
        if step.type not in (preview.LIFECYCLE, preview.FLEET):
            continue
        for place, state in (("old", step.old_state), ("new", step.new_state)):
            values = state.model_dump(exclude={"provider", "id", "delete"}) if state else None
            if values and place == "new":
                del values["outputs"]
            for name in ("inputs", "outputs"):
                (values or {}).get(name, {}).pop("__provider", None)
            found[f"{step.op} {step.name} {place}"] = values
    return found
