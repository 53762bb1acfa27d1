"""A MASV package as a dynamic provider, written as Pulumi's guide "Author a Dynamic Provider" goes.

What pulumi_masv is measured against, so nothing in it is slow on purpose. Where the guide leaves
a choice, the faster one was taken, and a comment says so.
"""

import os
from typing import Any

import requests
from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

TIMEOUT = 30  # seconds
# What a program declares -> the end of the route that writes it.
ROUTES = {"name": "", "expiry": "/expiry"}


class GuidePackageProvider(ResourceProvider):
    # Faster than the default, which encrypts the provider in the state of every resource. The
    # class stands in a module of its own, so that a state names it instead of holding its code.
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        # One session for the process, so that its four threads keep their connections. The guide
        # reads `req.config`; the environment spares every variant the decryption of a secret.
        self._session = requests.Session()
        self._session.trust_env = False  # reads no ~/.netrc and no proxies at every request
        self._key = {"X-API-KEY": os.environ["MASV_API_KEY"]}
        self._masv = os.environ["MASV_BASE_URL"]
        self._team = os.environ["MASV_TEAM_ID"]

    # No `check`: the guide needs none, and the inherited one takes the inputs as they are.

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        # Changes only when something differs, so that a run without changes calls no `update`.
        replaces = ["package_id"] if _olds["package_id"] != _news["package_id"] else []
        changed = any(_news.get(name) != _olds.get(name) for name in ROUTES)
        return DiffResult(changes=bool(replaces) or changed, replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        # A package exists already, so to create is to adopt: one GET, which also brings the token
        # that a write needs, then one PUT for each property that differs.
        package = self._get(props["package_id"])
        return CreateResult(package["id"], self._write(package, props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        package = self._get(id_)
        return ReadResult(id_, outputs(package)) if package else ReadResult("", {})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(self._write(self._get(_id), _news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        package = self._get(_id)
        if package:
            self._send("DELETE", f"/v1/packages/{_id}", token(package))

    def _get(self, package_id: str) -> dict[str, Any]:
        route = f"/v1.1/teams/{self._team}/packages/{package_id}"
        answer = self._session.get(self._masv + route, headers=self._key, timeout=TIMEOUT)
        if answer.status_code == 404:
            return {}
        answer.raise_for_status()
        return answer.json()

    def _write(self, package: dict[str, Any], declared: dict[str, Any]) -> dict[str, Any]:
        shown = outputs(package)
        for name, route in ROUTES.items():
            if declared.get(name) not in (None, shown[name]):
                path = f"/v1/packages/{package['id']}{route}"
                answer = self._send("PUT", path, token(package), {name: declared[name]})
                # The answer to a write is the package, so nothing is read back.
                shown = outputs(answer.json())
        return shown

    def _send(
        self,
        method: str,
        route: str,
        headers: dict[str, str],
        body: dict[str, Any] | None = None,
    ) -> requests.Response:
        answer = self._session.request(
            method, self._masv + route, headers=headers, json=body, timeout=TIMEOUT
        )
        answer.raise_for_status()
        return answer


def token(package: dict[str, Any]) -> dict[str, str]:
    return {"X-Package-Token": package["access_token"]}


def outputs(package: dict[str, Any]) -> dict[str, Any]:
    # MASV answers milliseconds, a program has none: without the same spelling on both sides every
    # run would show a change.
    shown = {name: package[name] for name in ("name", "state", "size", "total_files")}
    expiry = package["expiry"].replace(".000Z", "Z")
    return {"package_id": package["id"], "expiry": expiry, **shown}


class GuidePackage(Resource):
    name: Output[str]
    expiry: Output[str]
    state: Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        package_id: Input[str],
        name: Input[str],
        expiry: Input[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        given = {"package_id": package_id, "name": name, "expiry": expiry, "state": None}
        super().__init__(GuidePackageProvider(), resource_name, given, opts)
