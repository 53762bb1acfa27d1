"""What a program writes, on Pulumi's own test runtime: what is sent, and what is refused there."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks
from pulumi.runtime.config import set_all_config

import pulumi_masv as masv


class Recorder(mocks.Mocks):
    def __init__(self) -> None:
        self.made: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.made[args.name] = args
        return args.name, {**args.inputs, "state": "finalized", "pendingArchive": False}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        raise AssertionError(args)


# Pulumi's test runtime leaves the event loop that it makes to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    mocks.set_mocks(recorder, preview=False)
    set_all_config({}, [])
    yield recorder
    set_all_config({}, [])


def run(program: Callable[[], Any]) -> Any:
    """Run a program to its end, as Pulumi would, in a stack of its own."""
    made: list[Any] = []

    @pulumi.runtime.test
    def whole() -> Any:
        root = pulumi.ComponentResource("test:index:Root", "root")
        pulumi.runtime.settings.set_root_resource(root)
        made.append(program())
        return made[0] if isinstance(made[0], pulumi.Output) else None

    whole()
    return made[0]


def test_the_type_token_and_the_wire_names_are_the_published_ones(recorder: Recorder) -> None:
    run(
        lambda: masv.PackageLifecycle(
            "day12",
            package_id="01HP",
            name="Day 12",
            expiry=datetime(2027, 1, 31, 1, tzinfo=timezone(timedelta(hours=1))),
            unlimited_storage=False,
            archived=True,
            force_destroy=True,
            archive_on_destroy=True,
        )
    )
    made = recorder.made["day12"]
    assert made.typ == "pulumi-python:dynamic/masv:PackageLifecycle"
    assert {key: value for key, value in made.inputs.items() if key != "__provider"} == {
        "packageId": "01HP",
        "name": "Day 12",
        "expiry": "2027-01-31T01:00:00+01:00",
        "unlimitedStorage": False,
        "archived": True,
        "forceDestroy": True,
        "archiveOnDestroy": True,
    }


def test_inputs_may_be_outputs_and_outputs_can_be_read(recorder: Recorder) -> None:
    read: dict[str, Any] = {}
    names = (
        "package_id", "name", "expiry", "unlimited_storage", "archived", "force_destroy",
        "archive_on_destroy", "state", "size", "total_files", "sender", "created_at",
        "updated_at", "team_id", "pending_archive", "declared",
    )  # fmt: skip

    def program() -> pulumi.Output[Any]:
        day12 = masv.PackageLifecycle(
            "day12",
            package_id=pulumi.Output.from_input("01HP"),
            expiry=pulumi.Output.from_input(datetime(2027, 1, 31, tzinfo=timezone.utc)),
        )
        return pulumi.Output.all(**{n: getattr(day12, n) for n in names}).apply(read.update)

    run(program)
    assert recorder.made["day12"].inputs["expiry"] == "2027-01-31T00:00:00+00:00"
    assert {name: value for name, value in read.items() if value is not None} == {
        "package_id": "01HP",
        "expiry": "2027-01-31T00:00:00+00:00",
        "state": "finalized",
        "pending_archive": False,
    }
    assert set(read) == set(names)


def test_get_reads_by_id_and_declares_nothing(recorder: Recorder) -> None:
    run(
        lambda: (
            masv.PackageLifecycle.get("one", "01HP"),
            masv.PackageLifecycle.get("two", "01HP"),
        )
    )
    assert recorder.made["one"].resource_id == "01HP"


@pytest.mark.parametrize("wrap", [lambda value: value, pulumi.Output.from_input])
def test_one_package_declared_twice_is_refused_by_both_names(
    recorder: Recorder, wrap: Callable[[str], Any]
) -> None:
    def program() -> None:
        masv.PackageLifecycle("one", package_id=wrap("01HP"))
        masv.PackageLifecycle("two", package_id=wrap("01HP"))

    with pytest.raises(pulumi.RunError) as caught:
        run(program)
    assert str(caught.value) == (
        "package 01HP is declared twice, by PackageLifecycle 'one' and by "
        "PackageLifecycle 'two': keep one of them"
    )


def test_one_process_may_run_several_programs_with_the_same_package(recorder: Recorder) -> None:
    for _ in range(2):
        run(lambda: masv.PackageLifecycle("one", package_id="01HP"))


def test_a_key_stored_in_clear_is_refused(recorder: Recorder) -> None:
    set_all_config({"masv:apiKey": "01CLEAR"}, [])
    with pytest.raises(pulumi.RunError, match="stored in clear") as caught:
        run(lambda: masv.PackageLifecycle("one", package_id="01HP"))
    assert "01CLEAR" not in str(caught.value)
    set_all_config({"masv:apiKey": "01SECRET"}, ["masv:apiKey"])
    run(lambda: masv.PackageLifecycle("one", package_id="01HP"))


def test_a_second_account_takes_from_the_stack_what_it_is_not_given(recorder: Recorder) -> None:
    set_all_config({"masv:baseUrl": "http://127.0.0.1:1", "masv:timeout": "7"}, [])
    run(lambda: masv.Provider("lab", api_key="01KEY", team_id="01LAB", max_retries=2))
    made = recorder.made["lab"]
    assert made.typ == "pulumi:providers:pulumi-python"
    key = made.inputs.pop("masv:apiKey")
    assert key["value"] == "01KEY"  # wrapped as a secret
    assert made.inputs == {
        "masv:teamId": "01LAB",
        "masv:baseUrl": "http://127.0.0.1:1",
        "masv:timeout": "7",
        "masv:maxRetries": "2",
    }
