"""How these tests ask the simulator: with `requests`, through either door, as masv-api.md says."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from pulumi_masv.simulator import Simulator

TEAM = "01TEAM00000000000000000001"


class Asker:
    """Sends requests; knows which credential a route takes, and can be told to send another."""

    id: str  # and what else a file's own fixture says of the package that it is about
    token: str
    sent: dict[str, str]
    received: dict[str, str]

    def __init__(self, masv: Simulator, session: requests.Session) -> None:
        self.masv = masv
        self.session = session

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request with no credential but what `headers` holds."""
        headers = {"Content-Type": "application/json", **more.pop("headers", {})}
        url = self.masv.url + path
        return self.session.request(
            method, url, headers=headers, stream=True, allow_redirects=False, timeout=10, **more
        )

    def team(self, method: str, path: str, version: str = "v1", **more: Any) -> requests.Response:
        headers = {"X-API-KEY": self.masv.api_key}
        return self(method, f"/{version}/teams/{TEAM}{path}", headers=headers, **more)

    def listed(self, query: str = "", box: str = "packages") -> requests.Response:
        return self.team("GET", f"/{box}?{query}", "v1.1")

    def ids(self, query: str = "", box: str = "packages") -> list[str]:
        return [record["id"] for record in self.listed(query, box).json()["records"]]

    def names(self, query: str = "", box: str = "packages") -> list[str]:
        return [record["name"] for record in self.listed(query, box).json()["records"]]

    def read(self, package_id: str) -> requests.Response:
        return self.team("GET", f"/packages/{package_id}", "v1.1")

    def package(
        self, method: str, package_id: str, path: str = "", **more: Any
    ) -> requests.Response:
        headers = {"X-Package-Token": self.read(package_id).json()["access_token"]}
        return self(method, f"/v1/packages/{package_id}{path}", headers=headers, **more)

    def expiry(self, package_id: str, expiry: str) -> requests.Response:
        return self.package("PUT", package_id, "/expiry", json={"expiry": expiry})

    def window(
        self, start: str, end: str, path: str = "/archive", **more: Any
    ) -> requests.Response:
        return self.team("PUT", path, json={"expiry_start": start, "expiry_end": end}, **more)


@pytest.fixture
def masv() -> Iterator[Simulator]:
    """An empty account at 2027-01-01, in process."""
    with Simulator(packages=0, now="2027-01-01T00:00:00Z").in_process() as masv:
        yield masv


@pytest.fixture
def ask(masv: Simulator) -> Iterator[Asker]:
    with requests.Session() as session:
        yield Asker(masv, session)


@pytest.fixture(params=["in process", "socket"])
def door(request: pytest.FixtureRequest) -> Iterator[Asker]:
    """The same, through each of the two doors."""
    masv = Simulator(packages=0, now="2027-01-01T00:00:00Z")
    opened = masv if request.param == "socket" else masv.in_process()
    with opened, requests.Session() as session:
        yield Asker(masv, session)
