"""A look that is older than a minute: which verbs it still serves, and that no file ends by it."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_masv.client import Client
from pulumi_masv.errors import PartlyDone
from pulumi_masv.models import Observed, format_instant
from pulumi_masv.simulator import Simulator
from tests.handlers.conftest import Engine, Program, Refused

SOON, JAN, FEB, DEC, LAST = (
    "2026-12-01T00:00:00Z", "2027-01-31T00:00:00Z", "2027-02-28T00:00:00Z",
    "2027-12-01T00:00:00Z", "2028-12-01T00:00:00Z",
)  # fmt: skip
KINDS = ("PackageLifecycle", "PackageFleet")
HANDS: dict[str, Callable[[Simulator], None]] = {
    "nothing": lambda masv: None,
    "moved further": lambda masv: masv.account.set_expiry("01HA", LAST),
    "moved nearer": lambda masv: masv.account.set_expiry("01HA", SOON),
    "unlimited": lambda masv: masv.account.set_unlimited("01HA"),
    "renamed": lambda masv: masv.account.rename("01HA", "by hand"),
}


def declaring(kind: str, *package_ids: str, **entry: Any) -> Program:
    if kind == "PackageFleet":
        return {"fleet": {"__type": kind, "packages": dict.fromkeys(package_ids, entry)}}
    return {i: {"packageId": i, **entry} for i in package_ids}


def checked(engine: Engine, program: Program) -> Callable[[], None]:
    """Check all of a program, and give the verbs that follow in the same process."""
    run = engine.process(program)
    kinds = {name: bag.get("__type", "PackageLifecycle") for name, bag in program.items()}
    inputs = {}
    for name, bag in program.items():
        olds = engine.state.get(name, {}).get("inputs", {})
        inputs[name] = engine._check(run.handlers[kinds[name]], name, olds, bag)

    def verbs() -> None:
        for name, kind in kinds.items():
            handler, stored = run.handlers[kind], engine.state.get(name)
            if stored is None:
                engine._create(handler, kind, name, inputs[name])
                continue
            made = handler.update(stored["id"], stored["outputs"], inputs[name])
            engine.state[name] = {**stored, "inputs": inputs[name], "outputs": made.outs}

    return verbs


def end_of(masv: Simulator) -> str:
    package = masv.account.package("01HA")
    ends = package.expiry
    return "never" if package.unlimited_storage or ends is None else format_instant(ends)


def reads(masv: Simulator) -> int:
    return len(masv.journal) - len(masv.writes)


@pytest.fixture(autouse=True)
def package(masv: Simulator) -> str:
    return masv.account.add_package(name="raw", id="01HA", expiry=JAN)


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("entry", [{"name": "x"}, {"unlimitedStorage": True}])
@pytest.mark.parametrize("adopts", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_what_ends_no_file_needs_no_fresh_look(
    engine: Engine, masv: Simulator, kind: str, adopts: bool, entry: dict[str, Any], hand: str
) -> None:
    if not adopts:
        engine.up(declaring(kind, "01HA", archived=False))
    verbs = checked(engine, declaring(kind, "01HA", **entry))
    HANDS[hand](masv)
    masv.reset_journal()
    engine.stopwatch = 3600.0
    ends = end_of(masv)
    verbs()
    assert end_of(masv) == ("never" if "unlimitedStorage" in entry else ends)
    assert len(masv.writes) == 1
    # What a write may have made MASV forget is asked for, as after any other look.
    assert reads(masv) == 0 or hand == "moved nearer"


@pytest.mark.parametrize("entry", [{"expiry": DEC}, {"expiry": FEB, "name": "x"}, {"expiry": SOON}])
@pytest.mark.parametrize("hand", ["moved further", "unlimited"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_expiry_overwrites_no_later_one_that_came_after_the_look(
    engine: Engine, masv: Simulator, kind: str, hand: str, entry: dict[str, Any]
) -> None:
    verbs = checked(engine, declaring(kind, "01HA", **entry))
    HANDS[hand](masv)
    ends = end_of(masv)
    masv.reset_journal()
    engine.stopwatch = 61.0
    with pytest.raises(Refused, match="as previewed"):
        verbs()
    assert (end_of(masv), masv.writes) == (ends, [])


@pytest.mark.parametrize("kind", KINDS)
def test_before_an_archive_an_old_look_is_renewed(
    engine: Engine, masv: Simulator, kind: str
) -> None:
    masv.account.set_now(FEB)
    verbs = checked(engine, declaring(kind, "01HA", archived=True))
    masv.reset_journal()
    engine.stopwatch = 61.0
    verbs()
    assert [entry.method for entry in masv.journal[:2]] == ["GET", "PUT"]


def test_before_an_entry_is_destroyed_an_old_look_is_renewed(
    engine: Engine, masv: Simulator
) -> None:
    both = declaring("PackageFleet", "01HA", masv.account.add_package())
    both["fleet"]["forceDestroy"] = True
    engine.up(both)
    (_, other), fleet = both["fleet"]["packages"], dict(both["fleet"])
    fleet["packages"] = {other: {"name": "x"}}
    verbs = checked(engine, {"fleet": fleet})
    masv.reset_journal()
    engine.stopwatch = 61.0
    verbs()
    assert [entry.path.rpartition("/")[2] for entry in masv.journal] == ["01HA", other, "01HA"]


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_is_to_be_done_an_old_look_is_renewed(
    engine: Engine, masv: Simulator, kind: str
) -> None:
    verbs = checked(engine, declaring(kind, "01HA", expiry=JAN))
    masv.account.set_expiry("01HA", LAST)
    engine.stopwatch = 61.0
    with pytest.raises(Refused, match="as previewed"):
        verbs()
    assert (end_of(masv), masv.writes) == (LAST, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_that_no_check_has_promised_by_serves_for_a_minute(
    engine: Engine, masv: Simulator, kind: str
) -> None:
    engine.up(declaring(kind, "01HA", name="x"))
    ((name, stored),) = engine.state.items()
    run = engine.process(declaring(kind, "01HA", name="y"))
    run.handlers[kind].read(stored["id"], stored["outputs"])
    masv.reset_journal()
    engine.stopwatch = 61.0
    inputs = {**stored["inputs"], **declaring(kind, "01HA", name="y")[name]}
    inputs.pop("__type", None)
    run.handlers[kind].update(stored["id"], stored["outputs"], inputs)
    assert reads(masv) > 0
    assert masv.account.package("01HA").name == "y"


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_longer_than_a_minute_pays_its_reads_once(
    engine: Engine, masv: Simulator, kind: str
) -> None:
    ids = [masv.account.add_package(name=f"raw {n}") for n in range(219)]
    verbs = checked(engine, declaring(kind, *ids[:200], name="x"))
    engine.stopwatch = 3600.0
    verbs()
    assert len(masv.writes) == 200
    assert reads(masv) <= 2 * 220 / 50 + 2


@pytest.mark.parametrize("ends", ["expiry", "removal"])
@pytest.mark.parametrize("hand", ["nothing", "moved further", "unlimited"])
def test_what_waits_its_turn_in_a_fleet_is_looked_at_again(
    engine: Engine, masv: Simulator, monkeypatch: pytest.MonkeyPatch, hand: str, ends: str
) -> None:
    engine.config["masv:concurrency"] = "1"
    fleet = declaring("PackageFleet", "01H0", "01HA")["fleet"] | {"forceDestroy": True}
    masv.account.add_package(name="first", id="01H0", expiry=JAN)
    engine.up({"fleet": fleet})
    left = {i: {"expiry": SOON} for i in fleet["packages"]} if ends == "expiry" else {}
    verbs = checked(engine, {"fleet": {**fleet, "packages": left}})

    def slowly(write: Callable[..., Any]) -> Callable[..., Any]:
        def written(client: Client, observed: Observed, *arguments: Any) -> Any:
            engine.stopwatch += 61.0
            if observed.package.id == "01H0":
                HANDS[hand](masv)
            return write(client, observed, *arguments)

        return written

    for name in ("set_expiry", "delete_package"):
        monkeypatch.setattr(Client, name, slowly(getattr(Client, name)))
    if hand == "nothing":
        verbs()
        assert len(masv.writes) == 2
        return
    by_hand = {"moved further": LAST, "unlimited": "never"}[hand]
    with pytest.raises(PartlyDone, match=r"1 of 2 packages are done.*01HA .* changed since"):
        verbs()
    assert (end_of(masv), masv.account.package("01HA").state) == (by_hand, "finalized")
