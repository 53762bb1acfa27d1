"""What Pulumi's users read of a refusal and of an error, word for word."""

import pytest

from pulumi_masv import errors, plan, vocabulary
from pulumi_masv.models import NEVER, Stored, WindowInputs
from tests.vocabulary.conftest import AT_ONCE, EARLIER, HELD, LATER, NOW, SOON, package


def window(archived: bool = True) -> WindowInputs:
    return WindowInputs(expiry_start=SOON, expiry_end=LATER, archived=archived)


REFUSALS: list[tuple[plan.Refusal, str, str]] = [
    (
        plan.FilesGone(package(state="expired"), "expiry"),
        "expiry",
        'the files of 01HP "Day 12" are gone (expired): nothing brings them back; '
        "take expiry out of the program",
    ),
    (
        plan.FilesGone(package(state="archived"), "unlimitedStorage"),
        "unlimitedStorage",
        'the files of 01HP "Day 12" are gone (archived): nothing brings them back; '
        "take unlimited_storage out of the program",
    ),
    (
        plan.NotInFuture(package(), NOW),
        "expiry",
        "2026-06-01T00:00:00Z is not in the future: MASV would destroy the files of "
        '01HP "Day 12" at once; to end it on purpose, set force_destroy=True, run an up and '
        "remove the resource; it now ends 2026-12-01T00:00:00Z: to keep that, declare it",
    ),
    (
        plan.EndMoved(package(), SOON),
        "expiry",
        'expiry of 01HP "Day 12" is now 2026-12-01T00:00:00Z, not 2026-07-01T00:00:00Z as '
        "previewed: run with --refresh",
    ),
    (
        plan.EndMoved(package(unlimited_storage=True), SOON),
        "expiry",
        'expiry of 01HP "Day 12" is now never, not 2026-07-01T00:00:00Z as previewed: '
        "run with --refresh",
    ),
    (
        plan.EndMoved(package(expiry=None, unlimited_storage=None), NEVER),
        "expiry",
        'expiry of 01HP "Day 12" is now unknown, not never as previewed: run with --refresh',
    ),
    (
        plan.CannotLook("01HP", errors.ServerFailed("GET /v1 answered 500: oops", status=500)),
        "",
        "01HP: GET /v1 answered 500: oops",
    ),
    (
        plan.CannotLook("01HP", errors.UnexpectedAnswer("GET /01HP answered no package")),
        "",
        "GET /01HP answered no package",
    ),
    (
        plan.UnknownState(package(state="frozen")),
        "packageId",
        '01HP "Day 12" has the state "frozen", which this version does not know, so it is not '
        "managed: take it out of the program, or install a newer pulumi_masv",
    ),
    (
        plan.UnknownState(package(state=None)),
        "packageId",
        '01HP "Day 12" has no state, which this version does not know, so it is not '
        "managed: take it out of the program, or install a newer pulumi_masv",
    ),
    (
        plan.NeedsExpiry(package(unlimited_storage=True)),
        "unlimitedStorage",
        '01HP "Day 12" never expires now: declare the expiry that it should have',
    ),
    (
        plan.FilesExist(package()),
        "forceDestroy",
        f'01HP "Day 12" still has {HELD}, and its resource may not destroy them: '
        "with the resource and this id in the program, set force_destroy=True to destroy them or, "
        "in its ResourceOptions, retain_on_delete=True to keep them, run an up, and then repeat "
        "this; or, once it is out of the program, run `pulumi state delete` to keep them",
    ),
    (
        plan.FilesExist(package(), in_fleet=True),
        "forceDestroy",
        f'01HP "Day 12" still has {HELD}, and its fleet may not destroy them: put it back and '
        "set force_destroy=True and run an up first to destroy them; or set retain_removed=True "
        "to take it out and leave it alone",
    ),
    (
        plan.Unnamed(package(), EARLIER),
        "packageId",
        f'01HP "Day 12": {HELD} end on 2026-07-01 00:00 UTC, 153 days earlier than planned, '
        "which no check has shown: run again",
    ),
    (
        plan.NotReviewed(package(), AT_ONCE),
        "packageId",
        f'01HP "Day 12": {HELD} end now, 183 days earlier than planned, which the report that '
        "MASV_REVIEWED names does not allow: have a new report reviewed",
    ),
    (
        plan.NotPermitted(package()),
        "packageId",
        f'01HP "Day 12" still has {HELD}, and the program was not asked whether they may be '
        "destroyed: put it back and run an up first; or use `pulumi destroy --run-program`; or run "
        "`pulumi state delete` to keep the files",
    ),
    (
        plan.NotPermitted(package(), "the program takes no part in this run"),
        "packageId",
        f'01HP "Day 12" still has {HELD}, and the program was not asked whether they may be '
        "destroyed (the program takes no part in this run): put it back and run an up first; or "
        "use `pulumi destroy --run-program`; or run `pulumi state delete` to keep the files",
    ),
    (
        plan.CannotTell("01HP", "MASV could not be asked"),
        "packageId",
        "01HP: cannot tell what this would destroy, so it is not done: MASV could not be asked",
    ),
    (
        plan.MayBeDeclared("01HP", "the packages of PackageLifecycle 'x'"),
        "packageId",
        "01HP: whether the program still declares it is not known yet (the packages of "
        "PackageLifecycle 'x'), so none of its files are destroyed: declare these without an "
        "Output of what is replaced, or set delete_before_replace=False",
    ),
    (
        plan.NotPreviewed(package(), plan.Loss(NOW, SOON, "deleted")),
        "packageId",
        f'01HP "Day 12": {HELD} end now, 30 days earlier than planned, which the preview before '
        "this run did not show: run with --refresh, and not without a preview",
    ),
    (
        plan.NotFound("01HP", "team1"),
        "packageId",
        "MASV has no package 01HP in team team1: check the id and the team",
    ),
    (
        plan.NotFound("01HP", "team1", in_fleet=True),
        "packageId",
        "MASV has no package 01HP in team team1: check the id and the team; or take it out",
    ),
    (
        plan.Contradicted("01HP", window()),
        "archived",
        "01HP lies in the window 2026-07-01T00:00:00Z to 2026-12-01T00:00:00Z (sent), which an "
        "ArchiveWindow of this program declares archived: declare both alike, or move the window",
    ),
    (
        plan.Contradicted("01HP", window(archived=False)),
        "archived",
        "01HP lies in the window 2026-07-01T00:00:00Z to 2026-12-01T00:00:00Z (sent), which an "
        "ArchiveWindow of this program declares not archived: declare both alike, or move the "
        "window",
    ),
    (
        plan.WindowsContradict(window(), window(archived=False)),
        "archived",
        "the window 2026-07-01T00:00:00Z to 2026-12-01T00:00:00Z (sent) overlaps the window "
        "2026-07-01T00:00:00Z to 2026-12-01T00:00:00Z (sent), declared the opposite",
    ),
]
NAMES = [type(refusal).__name__ for refusal, _, _ in REFUSALS]


@pytest.mark.parametrize(("refusal", "asked", "line"), REFUSALS, ids=NAMES)
def test_a_refusal_says_why_and_what_to_do(refusal: plan.Refusal, asked: str, line: str) -> None:
    assert vocabulary.problem(refusal) == (asked, line)


def test_a_refusal_of_an_entry_is_its_line_alone() -> None:
    """Its place in a map has no value that Pulumi could show, and the line names the package."""
    refusal = plan.FilesExist(package(), in_fleet=True)
    assert vocabulary.problems_of_entries([refusal]) == [("", vocabulary.reason(refusal))]


def test_of_the_refusals_of_entries_twenty_are_shown() -> None:
    refusals = [plan.NotFound(f"P{number}", "team1", in_fleet=True) for number in range(23)]
    problems = vocabulary.problems_of_entries(refusals)
    assert [problem.reason for problem in problems[:20]] == [
        vocabulary.reason(r) for r in refusals[:20]
    ]
    assert problems[20:] == [("", "and 3 more refusals")]


@pytest.mark.parametrize(("count", "more"), [(20, []), (22, ["and 2 more refusals"])])
def test_a_refused_change_is_one_line_of_its_refusals(count: int, more: list[str]) -> None:
    error = errors.ChangeRefused([plan.CannotTell(f"P{n}", "why") for n in range(count)])
    found = [
        f"P{n}: cannot tell what this would destroy, so it is not done: why" for n in range(20)
    ]
    assert vocabulary.spelled(error) == "; ".join(found + more)


def test_what_to_do_about_many_that_have_files_is_said_once() -> None:
    held = [plan.FilesExist(package(f"P{n}"), in_fleet=True) for n in range(22)]
    line = vocabulary.spelled(errors.ChangeRefused(held))
    assert line.count("its fleet may not destroy them") == 1
    assert line.startswith(f'P0 "Day 12" still has {HELD}; P1 "Day 12" still has {HELD}; ')
    assert line.endswith("to take it out and leave it alone; and 2 more refusals")
    alone = plan.FilesExist(package("Q"))
    line = vocabulary.spelled(errors.ChangeRefused([*held[:2], alone]))
    assert line.count("its fleet may not") == line.count("its resource may not") == 1


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            errors.OtherTeam('01HP "Day 12"', "team1", "team2"),
            '01HP "Day 12" was stored in team team1, but masv:teamId (or MASV_TEAM_ID) now says '
            "team2: set it back, or give the resource the Provider of its team; or take it out of "
            "the state with `pulumi state delete`",
        ),
        (
            errors.StateUnreadable("the state of package 01HP cannot be read (size: odd)"),
            "the state of package 01HP cannot be read (size: odd): take it out with "
            "`pulumi state delete`, and an up adopts it again",
        ),
        (
            errors.CredentialRefused("GET /v1 answered 401", status=401, is_stored=True),
            "GET /v1 answered 401; `refresh` and `destroy` use the recorded key unless "
            "--run-program: after a change of the key, run `pulumi refresh --run-program`",
        ),
        (
            errors.CredentialRefused("GET /v1 answered 401", status=401, is_stored=False),
            "GET /v1 answered 401",
        ),
        (errors.Unreachable("no answer"), "no answer"),
        (
            errors.NoLongerShown('01HA "a", 01HB "b"'),
            'MASV no longer shows 01HA "a", 01HB "b", and perhaps more of this stack; the key may '
            "see less than it did, so nothing is dropped from the state: use a key that sees "
            "them; or, if they are gone, set MASV_ACCEPT_GONE=1 for one run",
        ),
    ],
)
def test_an_error_says_what_to_do_about_it(error: errors.MasvError, line: str) -> None:
    assert vocabulary.spelled(error) == line


def test_an_archive_that_waits_says_what_brings_it_about() -> None:
    assert vocabulary.archive_waits(Stored(package_id="01HP", name="Day 12")) == (
        '01HP "Day 12": its expiry has passed: an up with --refresh archives it'
    )
