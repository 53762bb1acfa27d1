"""State in an S3 bucket: two machines share a stack, and only one of them runs at a time."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pulumi_masv.simulator import Simulator
from tests.engine.conftest import BIN, Stack

PROGRAM = """
package = masv.PackageLifecycle(
    "package", package_id=pulumi.Config().require("id"), name="kept", force_destroy=True
)
pulumi.export("name", package.name)
"""


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[str]:
    """The URL of a bucket on a real S3 server, as Pulumi takes it."""
    server = BIN / "versitygw"
    if not server.exists():
        assert not os.environ.get("CI"), "run make s3-server"
        pytest.skip("there is no S3 server: run make s3-server")
    folder = tmp_path / "s3"
    (folder / "state").mkdir(parents=True)
    keys = ["--access", "toy-id", "--secret", "toy-secret"]
    with psutil.Popen(
        [server, "--quiet", "--port", "127.0.0.1:0", *keys, "posix", folder],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            until(lambda: listening(process), "the S3 server starts")
            [port] = listening(process)
            yield f"s3://state?endpoint=http://127.0.0.1:{port}&s3ForcePathStyle=true&region=us-east-1"
        finally:
            process.terminate()


def until(happened: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)


def listening(server: psutil.Process) -> list[int]:
    """The ports at which it listens."""
    connections = server.net_connections("tcp")
    return [one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN]


@pytest.fixture
def machines(stack: Stack, bucket: str, tmp_path: Path, masv: Simulator) -> tuple[Stack, Stack]:
    """The same project in two places that share nothing but the bucket."""
    stack.environment.update(
        PULUMI_BACKEND_URL=bucket, AWS_ACCESS_KEY_ID="toy-id", AWS_SECRET_ACCESS_KEY="toy-secret"
    )
    stack.program(PROGRAM)
    stack.run("stack", "init", stack.name)
    stack.run("config", "set", "id", masv.account.add_package(name="raw"))
    folder = tmp_path / "elsewhere"
    shutil.copytree(stack.folder, folder)
    environment = {**stack.environment, "PULUMI_HOME": str(tmp_path / "home elsewhere")}
    other = replace(stack, folder=folder, environment=environment)
    other.run("stack", "select", stack.name)
    return stack, other


def test_what_one_machine_did_another_sees_refreshes_and_ends(
    machines: tuple[Stack, Stack], masv: Simulator, tmp_path: Path
) -> None:
    one, other = machines
    [package] = masv.account.packages()
    assert 'rename to "kept"' in one.preview().text
    one.up()
    other.preview("--expect-no-changes")
    masv.account.rename(package.id, "by hand")
    assert '"kept" => "by hand"' in other.run("refresh", "--yes", "--skip-preview", "--diff").text
    assert one.plan().changes == {"package": ["name"]}
    one.up()
    assert other.run("stack", "output", "name").text.strip() == "kept"
    assert masv.account.package(package.id).name == "kept"
    other.destroy()
    assert one.state() == {}
    stored = [path.read_text() for path in (tmp_path / "s3").rglob("*.json")]
    assert stored
    assert not any(masv.api_key in text for text in stored)


def test_of_two_ups_at_once_the_second_is_refused(
    machines: tuple[Stack, Stack], masv: Simulator, tmp_path: Path
) -> None:
    one, other = machines
    masv.faults.set("latency", seconds=5, method="PUT")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(one.up)
        until(lambda: list((tmp_path / "s3").rglob("locks/**/*.json")), "the first up locks")
        second = other.up(expect=1)
        assert not first.done()
        assert "the stack is currently locked by 1 lock(s)" in second.text
        first.result()
    assert [put for put in masv.writes if put.method == "PUT"] == masv.writes
    masv.reset_journal()
    other.up("--expect-no-changes")
    assert masv.writes == []
