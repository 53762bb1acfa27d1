"""For any program, state and plan, a report names exactly the files that the run will end early.

A random account is managed by a random program, changes by hand and by time, and is then given
another random program. What the report of its preview says is compared with what the simulator
loses when the program is applied and its clock is run to the end, beside an account that nobody
touched.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from pulumi_masv.models import Package
from pulumi_masv.plan import NEVER
from pulumi_masv.report import asked, preview, summary
from pulumi_masv.simulator import Account, Simulator
from tests.handlers.conftest import Program
from tests.report.recorder import Recorder

IDS = ("01HA", "01HB", "01HC", "01HD", "01HE", "01HF")
START = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
MOMENTS = [START + timedelta(days=days) for days in (-3, 5, 10, 20, 30, 40, 60, 80)]
FLAGS = {"forceDestroy", "archiveOnDestroy", "retainRemoved"}
DECLARED = {"name", "expiry", "unlimitedStorage", "archived"}
END_OF_TIME = datetime(2099, 1, 1, tzinfo=timezone.utc)

moments = st.sampled_from([*MOMENTS, *MOMENTS[2:]])
flags = st.sampled_from(
    [
        {},
        {"forceDestroy": True},
        {"forceDestroy": True, "archiveOnDestroy": True},
        {"archiveOnDestroy": True},
    ]
)
declared = st.builds(
    lambda *parts: {name: value for part in parts for name, value in part.items()},
    st.sampled_from([{}, {}, {"name": "one"}, {"name": "two"}]),
    st.one_of(
        st.just({}),
        moments.map(lambda moment: {"expiry": moment.isoformat()}),
        st.just({"unlimitedStorage": True}),
    ),
    st.sampled_from([{}, {}, {"archived": True}, {"archived": False}]),
)
live = st.one_of(
    st.fixed_dictionaries({"expiry": st.sampled_from(MOMENTS[1:])}),
    st.just({"unlimited_storage": True}),
    st.fixed_dictionaries({"state": st.sampled_from(["expired", "archived"])}),
)
by_hand = st.tuples(
    st.sampled_from(["rename", "set_expiry", "set_unlimited", "delete", "remove"]),
    st.sampled_from(IDS),
    moments,
)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Each package is declared by one of three lifecycles, by one of two fleets, or not at all."""
    ids = draw(st.permutations(IDS))
    held = draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True))
    program: Program = {}
    for name, package_id in zip(held, ids, strict=False):
        program[name] = {"packageId": package_id, **draw(declared), **draw(flags)}
    for name in draw(st.lists(st.sampled_from("fg"), min_size=1, unique=True)):
        left = [i for i in ids[len(held) :] if not any(i in _of(one) for one in program.values())]
        packages = {i: draw(declared) for i in left if draw(st.integers(0, 3))}
        retain = draw(st.sampled_from([{}, {}, {"retainRemoved": True}]))
        chosen = retain or draw(flags)
        program[name] = {"__type": "PackageFleet", "packages": packages, **chosen}
    return ordered(program, draw(st.permutations(list(program))))


@st.composite
def lives(draw: st.DrawFn) -> tuple[Program, Program]:
    """A program and the next one: another one altogether, or the same with a few things changed."""
    first = draw(programs())
    if draw(st.integers(0, 3)) == 0:
        return first, draw(programs())
    second: Program = {}
    free = sorted(set(IDS) - {i for bag in first.values() for i in _of(bag)})
    for name, bag in first.items():
        fate = draw(st.sampled_from(["keep", "keep", "flags", "remove", "rename", "replace"]))
        if fate == "remove":
            continue
        changed = {key: value for key, value in bag.items() if key in ("__type", "packageId")}
        changed |= {key: bag[key] for key in FLAGS & bag.keys()} if fate != "flags" else draw(flags)
        if "packages" in bag:
            taken = {i: one for i, one in bag["packages"].items() if draw(st.integers(0, 4))}
            changed["packages"] = {
                i: draw(st.one_of(st.just(one), declared)) for i, one in taken.items()
            }
        else:
            same = {key: bag[key] for key in DECLARED & bag.keys()}
            changed |= draw(st.one_of(st.just(same), declared))
            if free and fate == "replace":
                changed["packageId"] = free.pop()
        second[name.upper() if fate == "rename" else name] = changed
    return first, ordered(second, draw(st.permutations(list(second))))


def ordered(program: Program, names: Iterable[str]) -> Program:
    """In that order, and each fleet told what the program declares elsewhere, as a real one is."""
    for bag in program.values():
        if "packages" in bag:
            others = (one for one in program.values() if one is not bag)
            bag["elsewhere"] = sorted({i for one in others for i in _of(one)})
    return {name: program[name] for name in names}


def _of(bag: dict[str, Any]) -> Iterable[str]:
    return bag["packages"] if "packages" in bag else [bag["packageId"]]


def untouched(account: Account) -> dict[str, datetime]:
    """When files end in an account that nobody touches any more."""
    twin = Account(now=account.now)
    for one in account.packages():
        if one.has_files:
            twin.add_package(id=one.id, expiry=one.expiry, unlimited_storage=one.unlimited_storage)
    twin.set_now(END_OF_TIME)
    return {loss.package_id: loss.instant for loss in twin.losses}


def look(account: Account) -> dict[str, Package]:
    """What MASV says of all packages."""
    names = ("id", "state", "name", "expiry", "unlimited_storage", "size", "total_files")
    return {
        one.id: Package.model_validate({name: getattr(one, name) for name in names})
        for one in account.packages()
    }


@settings(max_examples=300)
@given(
    account=st.lists(live, min_size=len(IDS), max_size=len(IDS)),
    lives=lives(),
    days=st.sampled_from([0, 0, 2, 7]),
    hands=st.lists(by_hand, max_size=2),
    refresh=st.booleans(),
    show_sames=st.booleans(),
)
def test_a_report_names_exactly_the_files_that_the_run_ends_early(
    account: list[dict[str, Any]],
    lives: tuple[Program, Program],
    days: int,
    hands: list[tuple[str, str, datetime]],
    refresh: bool,
    show_sames: bool,
) -> None:
    first, second = lives
    masv = Simulator(packages=0)
    for package_id, fields in zip(IDS, account, strict=True):
        masv.account.add_package(id=package_id, **fields)
    with masv.in_process():
        engine = Recorder(masv)
        engine.apply(first)
        masv.account.advance(timedelta(days=days))
        if refresh:  # without one, a change by hand is not in the state that a report reads
            for method, package_id, moment in hands:
                change(masv.account, method, package_id, moment)

        text = engine.preview_json(second, refresh=refresh, show_sames=show_sames)
        read = preview.read(text)
        report = summary.summarise(
            read,
            asked.turns(read),
            seen=look(masv.account),
            unseen="",
            now=masv.account.now,
            within=timedelta(days=14),
        )
        there = {one.id for one in masv.account.packages()}
        schedule, ended = untouched(masv.account), len(masv.account.losses)
        if report.failures:
            event("the preview failed")
            assert report.status(summary.Limits()) == 2
            return
        failed = engine.apply(second, refresh=refresh)
        masv.account.set_now(END_OF_TIME)

    ends = {loss.package_id: loss.instant for loss in masv.account.losses[ended:]}
    early = {
        (package_id, instant)
        for package_id, instant in ends.items()
        if package_id not in schedule or instant < schedule[package_id]
    }
    told = {(fate.package_id, fate.loss.instant) for fate in report.losses if fate.loss}
    doubtful = {fate.package_id for fate in report.doubts}
    for fate in report.losses:
        event(fate.loss.why if fate.loss else "")
    event(f"doubts: {bool(doubtful)}, refused: {bool(report.refused)}")
    assert told <= early
    assert {one for one in early if one[0] not in doubtful} == told
    assert bool(report.refused) <= bool(failed) or doubtful
    for fate in report.fates:
        # A refresh alone is printed as the state was before it.
        as_refreshed = not refresh or fate.does != "unchanged" or show_sames
        if fate.package_id not in there or fate.resource in failed or not as_refreshed:
            continue
        if fate.after and fate.after.files_exist and not fate.doubt:
            assert ends.get(fate.package_id, NEVER) == fate.end_after


def change(account: Account, method: str, package_id: str, moment: datetime) -> None:
    """Somebody changes a package by hand, where that can be done."""
    package = next((one for one in account.packages() if one.id == package_id), None)
    if package is None or not (package.has_files or method in ("rename", "remove")):
        return
    arguments: dict[str, tuple[Any, ...]] = {
        "rename": ("by hand",),
        "set_expiry": (moment + timedelta(days=60),),
    }
    getattr(account, method)(package_id, *arguments.get(method, ()))
