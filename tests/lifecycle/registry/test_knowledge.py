"""What a program declares, permits and previews: for whom each of it counts."""

from collections.abc import Callable

import pytest

from pulumi_masv.lifecycle.previews import Named
from pulumi_masv.lifecycle.registry import ANYWHERE, Registry
from tests.lifecycle.registry.conftest import ACCOUNT, ADDRESS, OTHER, WINDOW, declared, hosted

DECEMBER, JUNE = "2026-12-01T00:00:00Z", "2026-06-01T00:00:00Z"


def test_of_several_packages_those_that_are_declared_are_found(host: Registry) -> None:
    host.declare([declared("P1"), declared("P2"), declared("P3")])
    assert host.declared(ACCOUNT, {"P1", "P3", "P4"}) == {"P1", "P3"}
    assert host.declared(ACCOUNT, ["P2"]) == {"P2"}
    assert host.declared(ACCOUNT, ["P4"]) == set()
    assert host.declared(ACCOUNT, []) == set()


@pytest.mark.parametrize("asked", [{"P1"}, {"P1", "P2"}], ids=["one", "several"])
def test_a_declaration_of_one_account_is_none_of_another(host: Registry, asked: set[str]) -> None:
    host.declare([declared("P1", account=OTHER)])
    assert host.declared(ACCOUNT, asked) == set()
    assert host.declared(OTHER, asked) == {"P1"}


@pytest.mark.parametrize("asked", [{"P1"}, {"P1", "P2"}], ids=["one", "several"])
def test_a_declaration_of_an_unknown_account_counts_for_every_account(
    host: Registry, asked: set[str]
) -> None:
    host.declare([declared("P1", account=ANYWHERE)])
    assert host.declared(ACCOUNT, asked) == {"P1"}
    assert host.declared(OTHER, asked) == {"P1"}


@pytest.mark.parametrize("asked", [{"P1"}, {"P1", "P2"}], ids=["one", "several"])
@pytest.mark.parametrize(
    ("holders", "found"),
    [([1], set()), ([2], {"P1"}), ([1, 2], {"P1"}), ([1, 1], set()), ([0], {"P1"})],
)
def test_a_package_is_looked_for_apart_from_one_resource(
    host: Registry, asked: set[str], holders: list[int], found: set[str]
) -> None:
    host.declare(declared("P1", holder=holder) for holder in holders)
    assert host.declared(ACCOUNT, asked, apart_from=1) == found


@pytest.mark.parametrize("holder", [0, 1, 2])
def test_with_no_resource_left_out_every_one_counts(host: Registry, holder: int) -> None:
    host.declare([declared("P1", holder=holder)])
    assert host.declared(ACCOUNT, {"P1"}) == {"P1"}


def test_a_permit_of_one_account_is_none_for_another(host: Registry) -> None:
    host.permit(ACCOUNT, {"P1": True, "P2": False})
    assert host.permits(ACCOUNT) == {"P1": True, "P2": False}
    assert host.permits(OTHER) == {}
    assert host.permits(ANYWHERE) == {}


def test_a_permit_of_one_phase_is_none_in_the_next(host: Registry) -> None:
    host.permit(ACCOUNT, {"P1": True})
    host.close()
    following = hosted()
    assert following.permits(ACCOUNT) == {}
    following.close()


def test_to_permit_nothing_is_no_permit(host: Registry) -> None:
    host.permit(ACCOUNT, {})
    assert host.permits(ACCOUNT) == {}


def test_a_window_counts_for_its_account_and_once(host: Registry) -> None:
    host.declare_window(ACCOUNT, WINDOW)
    host.declare_window(ACCOUNT, WINDOW)
    host.declare_window(ANYWHERE, {**WINDOW, "received": True})
    host.declare_window(OTHER, {**WINDOW, "archived": False})
    assert host.windows(ACCOUNT) == [WINDOW, {**WINDOW, "received": True}]


@pytest.mark.parametrize(
    ("expiry", "buried", "known"),
    [
        (None, {}, None),
        (DECEMBER, {}, DECEMBER),
        (None, {"P1": JUNE}, JUNE),
        (DECEMBER, {"P1": JUNE}, JUNE),
        (DECEMBER, {"P2": JUNE}, DECEMBER),
    ],
)
def test_a_tombstone_expired_as_observed_else_as_declared(
    host: Registry, expiry: str | None, buried: dict[str, str], known: str | None
) -> None:
    host.declare([declared("P1", archived=True, expiry=expiry)])
    host.bury(buried)
    assert host.tombstones(ACCOUNT, archived=True) == [("P1", known)]


def test_a_tombstone_counts_for_its_account_and_as_declared(host: Registry) -> None:
    host.declare(
        [
            declared("P1", archived=True),
            declared("P2", archived=False),
            declared("P3"),
            declared("P4", account=OTHER, archived=True),
            declared("P5", account=ANYWHERE, archived=True),
        ]
    )
    assert host.tombstones(ACCOUNT, archived=True) == [("P1", None), ("P5", None)]
    assert host.tombstones(ACCOUNT, archived=False) == [("P2", None)]


def test_a_tombstone_that_is_observed_again_is_the_newer_one(host: Registry) -> None:
    host.declare([declared("P1", archived=True)])
    host.bury({"P1": DECEMBER})
    host.bury({"P1": JUNE})
    assert host.tombstones(ACCOUNT, archived=True) == [("P1", JUNE)]


def test_what_may_declare_any_package_is_told_until_settled(host: Registry) -> None:
    host.await_ids(2, "the packages of PackageFleet b")
    host.await_ids(1, "the packages of PackageLifecycle a")
    assert host.awaited() == [
        "the packages of PackageFleet b",
        "the packages of PackageLifecycle a",
    ]
    host.end_wait(2)
    assert host.awaited() == ["the packages of PackageLifecycle a"]


def test_a_phase_knows_whether_anything_was_checked(host: Registry) -> None:
    assert not host.has_checks()
    host.check()
    assert host.has_checks()


LOSS = Named("P1", "urn:a", JUNE, DECEMBER)


def preview(*named: Named, stack: str = "dev", program: str = "v1") -> None:
    """A preview that names these losses."""
    phase = Registry.host(ADDRESS, stack=stack, is_preview=True, program=program)
    phase.name(ACCOUNT, named)
    assert phase.named(ACCOUNT, "P1", "urn:a") is None
    phase.close()


def up(stack: str = "dev", program: str = "v1", *, refused: bool = False) -> list[Named] | None:
    """What the up after it is bound by, of one package."""
    phase = Registry.host(ADDRESS, stack=stack, is_preview=False, program=program)
    phase.check()
    found = phase.named(ACCOUNT, "P1", "urn:a")
    if refused:
        phase.refuse()
    phase.close()
    return found


def test_what_a_preview_named_binds_the_up_that_follows() -> None:
    preview(LOSS, Named("P2", "urn:b"))
    assert up() == [LOSS]


def test_a_preview_that_named_nothing_binds_too() -> None:
    preview()
    assert up() == []


def test_where_no_preview_was_made_nothing_binds() -> None:
    assert up() is None


def test_a_resource_named_before_its_package_was_known_is_found() -> None:
    preview(Named("", "urn:a"), Named("", "urn:b"))
    assert up() == [Named("", "urn:a")]


def test_a_preview_of_another_program_binds_nothing_and_is_forgotten() -> None:
    preview(LOSS)
    assert up(program="v2") is None
    assert up() is None


def test_a_program_that_writes_files_beside_its_own_is_no_other() -> None:
    for is_preview, before, after in ((True, "v1", "v2"), (False, "v2", "v3")):
        phase = Registry.host(ADDRESS, stack="dev", is_preview=is_preview, program=before)
        assert phase.named(ACCOUNT, "P1", "urn:a") == (None if is_preview else [])
        phase.refuse()
        phase.close(after)
    assert up(program="v3") == []


def test_a_command_is_bound_by_what_it_shows_though_its_program_changes() -> None:
    preview(LOSS, program="v1 one")
    assert up(program="v2 one") == [LOSS]
    preview(LOSS, program="v1 one")
    assert up(program="v2 other") is None
    preview(LOSS, program="v1")
    assert up(program="v2") is None


@pytest.mark.parametrize("meanwhile", [preview, up], ids=["preview", "up"])
@pytest.mark.parametrize("program", ["v1 other", "v2 other", "v2"])
def test_what_a_command_has_shown_binds_it_whatever_runs_meanwhile(
    meanwhile: Callable[..., object], program: str
) -> None:
    preview(program="v1 one")
    meanwhile(program=program)
    assert up(program="v3 one") == []
    assert up(program="v3 one") is None


def test_not_every_preview_of_a_stack_is_kept() -> None:
    preview(LOSS, program="v1 one")
    for other in range(21):
        preview(program=f"v1 {other}")
    assert up(program="v2 one") is None
    assert up(program="v2 20") == []


@pytest.mark.parametrize(("program", "named"), [("v2 one", [LOSS]), ("v1 other", None)])
def test_a_destroy_is_bound_only_by_what_it_has_shown_itself(
    program: str, named: list[Named] | None
) -> None:
    preview(LOSS, program="v1 one")
    phase = Registry.host(ADDRESS, stack="dev", is_preview=False, program=program)
    assert phase.named(ACCOUNT, "P1", "urn:a", is_up=False) == named
    phase.close()


def test_a_preview_of_another_stack_binds_nothing() -> None:
    preview(LOSS)
    assert up(stack="production") is None
    assert up() == [LOSS]


def test_a_preview_binds_one_up_and_goes_on_while_that_is_refused() -> None:
    preview(LOSS)
    assert up(refused=True) == [LOSS]
    assert up() == [LOSS]
    assert up() is None


def test_a_preview_still_binds_an_up_after_a_refresh() -> None:
    preview(LOSS)
    Registry.host(ADDRESS, stack="dev", is_preview=False, program="v1").close("v1")
    assert up() == [LOSS]
    preview(LOSS)
    ends = Registry.host(ADDRESS, stack="dev", is_preview=False, program="v1")
    ends.permit(ACCOUNT, {"P1": True})
    ends.close("v1")
    assert up() is None


def test_a_new_preview_forgets_what_the_last_one_named() -> None:
    preview(LOSS)
    preview(Named("P2", "urn:b"))
    assert up() == []


@pytest.mark.parametrize("is_preview", [True, False])
def test_a_handler_knows_whether_it_is_in_a_preview(is_preview: bool) -> None:
    program = hosted(is_preview=is_preview)
    handler = Registry.join(ADDRESS)
    assert (program.is_preview, handler.is_preview) == (is_preview, is_preview)
    handler.close()
    program.close()


def test_alone_a_process_takes_part_in_no_preview() -> None:
    assert not Registry().is_preview
