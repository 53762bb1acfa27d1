"""The account has two doors, in process and on a socket, and both close at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from pulumi_masv.simulator import Account, Simulator
from tests.simulator.conftest import Asker


def test_the_in_process_door_answers_for_any_address() -> None:
    """For MASV's own too."""
    with Simulator(packages=0).in_process("http://other.example:8080") as masv:
        for base in ("https://api.massive.app", "http://other.example:8080", masv.url):
            assert requests.get(f"{base}/v1.1/nowhere", timeout=5).status_code == 404
        assert len(masv.journal) == 3


def test_the_in_process_door_lets_nothing_out() -> None:
    with Simulator(packages=0).in_process() as masv:
        for url in ("https://elsewhere.example/", "https://api.massive.app.example/"):
            with pytest.raises(requests.ConnectionError):
                requests.get(url, timeout=5)
        assert masv.journal == []


def test_both_doors_may_be_open_to_one_account() -> None:
    with Simulator(packages=0) as masv:
        requests.get(masv.url, timeout=5)
        with masv.in_process():
            requests.get("https://api.massive.app/", timeout=5)
        requests.get(masv.url, timeout=5)
        assert len(masv.journal) == 3


def test_an_account_can_be_given_as_it_is() -> None:
    account = Account(teams={"01T": "k"})
    with Simulator(account=account).in_process() as masv:
        assert (masv.account, masv.team_id, masv.api_key) == (account, "01T", "k")
        assert account.packages() == []


def test_a_port_can_be_opened_twice_but_not_at_once() -> None:
    with Simulator(packages=0) as masv:
        port = int(masv.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), Simulator(packages=0, port=port):
            pass
        requests.get(masv.url, timeout=5)
    with Simulator(packages=0, port=port) as masv:
        assert masv.url == f"http://127.0.0.1:{port}"
        assert requests.get(masv.url, timeout=5).status_code == 404


@pytest.mark.timeout(60)  # the answer is due later
def test_a_socket_closes_at_once_with_an_answer_due() -> None:
    """And a connection open."""
    with requests.Session() as idle, Simulator(packages=0) as masv:
        idle.get(masv.url, timeout=5)
        masv.faults.set("latency", seconds=600)
        with pytest.raises(requests.ReadTimeout):
            requests.get(masv.url, timeout=0.1)
        while len(masv.journal) < 2:  # whoever asked has waited for less
            time.sleep(0.01)
        masv.__exit__(None, None, None)


def test_a_socket_opened_and_closed_at_once_does_not_hang() -> None:
    for _ in range(5):
        with Simulator(packages=0):
            pass


def test_a_socket_that_sends_a_file_closes_silently(caplog: pytest.LogCaptureFixture) -> None:
    with requests.Session() as slow, Simulator(packages=0) as masv:
        slow.get(f"{masv.url}/static-offline-docs/swagger-ui-bundle.js", stream=True, timeout=5)
    assert caplog.records == []


def test_many_threads_may_ask_at_once(door: Asker) -> None:
    ids = [door.masv.account.add_package(name="before") for _ in range(20)]

    def rename(package_id: str) -> Any:
        with requests.Session() as session:
            asker = type(door)(door.masv, session)
            return asker.package("PUT", package_id, json={"name": "after"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(rename, ids)) == [200] * 20
    assert {package.name for package in door.masv.account.packages()} == {"after"}
    assert len(door.masv.journal) == 40


def test_a_long_body_and_a_long_listing_pass(door: Asker) -> None:
    for _ in range(50):
        door.masv.account.add_package(description="x" * 50_000)
    assert len(door.listed().json()["records"]) == 50
    package_id = door.masv.account.add_package()
    answer = door.package("PUT", package_id, json={"name": "n" * 300_000})
    assert len(answer.json()["name"]) == 300_000
