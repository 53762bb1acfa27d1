"""Every file that a run ends was named by its preview, and nothing that is declared is destroyed.

A random account is managed by a random program, changes by time and by hand, and is given another
random program, whole or in part, served by one provider or two. What the preview of that run names
is compared with what the run then does and, its clock run to the end, with what becomes of the same
account when nobody touches it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from pulumi_masv.simulator import Account, Simulator
from tests.generated import at_least, count
from tests.handlers.conftest import Engine, Program, Refused, Run

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
        {"forceDestroy": True},
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
processes = st.sampled_from(["", "", "other"])
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
    for bag in program.values():
        bag["__process"] = draw(processes)
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
        moves = draw(st.integers(0, 3)) == 0
        changed["__process"] = draw(processes) if moves else bag["__process"]
        second[name.upper() if fate == "rename" else name] = changed
    return first, ordered(second, draw(st.permutations(list(second))))


def ordered(program: Program, names: Iterable[str]) -> Program:
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


class Steady(Engine):
    """An engine that goes on after a resource has failed, as it does with what runs beside it."""

    def __init__(self, masv: Simulator) -> None:
        super().__init__(masv)
        self.failed: set[str] = set()

    def apply(
        self, program: Program, *, refresh: bool = False, targets: set[str] | None = None
    ) -> None:
        """The phase that writes, without a preview of its own."""
        self.failed = set()
        self._phase(program, refresh=refresh, dry=False, targets=targets)

    def _register(self, run: Run, name: str, declared: dict[str, Any]) -> None:
        try:
            super()._register(run, name, declared)
        except Refused:
            if run.dry:
                raise
            self.failed.add(name)

    def _delete(self, run: Run, name: str) -> None:
        try:
            super()._delete(run, name)
        except Refused:
            if run.dry or name in run.numbers:
                raise
            self.failed.add(name)


@at_least(5, "files end early", "a loss is named", "declared files stay", "by hand between")
@settings(max_examples=150)
@given(
    account=st.lists(live, min_size=len(IDS), max_size=len(IDS)),
    lives=lives(),
    days=st.sampled_from([0, 0, 2, 7]),
    hands=st.lists(by_hand, max_size=2),
    hands_between=st.lists(by_hand, max_size=1),
    refresh=st.booleans(),
    narrow=st.booleans(),
    data=st.data(),
)
def test_a_run_ends_exactly_what_its_preview_named_and_nothing_declared(
    account: list[dict[str, Any]],
    lives: tuple[Program, Program],
    days: int,
    hands: list[tuple[str, str, datetime]],
    hands_between: list[tuple[str, str, datetime]],
    refresh: bool,
    narrow: bool,
    data: st.DataObject,
) -> None:
    first, second = lives
    masv = Simulator(packages=0)
    for package_id, fields in zip(IDS, account, strict=True):
        masv.account.add_package(id=package_id, **fields)
    with masv.in_process():
        engine = Steady(masv)
        engine.apply(first)
        masv.account.advance(timedelta(days=days))
        for one in hands:
            change(masv.account, *one)
        names = sorted({*second, *engine.state})
        targets = set(data.draw(st.lists(st.sampled_from(names)))) if narrow and names else None
        masv.reset_journal()
        try:
            shown = engine.preview(second, refresh=refresh, targets=targets)
        except Refused:
            event("the preview failed")
            assert masv.writes == []
            return
        assert masv.writes == []
        for one in hands_between:
            change(masv.account, *one)
        schedule, ended = untouched(masv.account), len(masv.account.losses)
        engine.apply(second, refresh=refresh, targets=targets)
        now = masv.account.now
        masv.account.set_now(END_OF_TIME)

    declared = {i for bag in second.values() for i in _of(bag)}
    ends = {loss.package_id: loss.instant for loss in masv.account.losses[ended:]}
    early = {i: end for i, end in ends.items() if i not in schedule or end < schedule[i]}
    named = {record.id: record.loss.ends for record in shown.records if record.loss}
    doubtful = {record.id for record in shown.records if record.doubt}
    count("files end early", bool(early))
    count("a loss is named", bool(named))
    count("declared files stay", bool(declared & (schedule.keys() - early.keys())))
    count("by hand between", bool(hands_between))
    for record in shown.records:
        event(f"{record.does}, {record.loss.why if record.loss else 'no loss'}")
    assert {i: end for i, end in early.items() if i not in doubtful}.items() <= named.items()
    assert not {i for i, end in early.items() if end <= now} & declared
    if not engine.failed and not hands_between:
        assert named.items() <= early.items()


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
