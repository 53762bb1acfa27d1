"""One resource that holds a map and whose handler does nothing: what is left is the engine's time.

Each verb gives back what it gets. `diff` leaves the comparison to the engine, as a fleet's does.
"""

from typing import Any

from pulumi import Input, ResourceOptions
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)


class IdleProvider(ResourceProvider):
    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return DiffResult()

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult("idle", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props, {"packages": props["packages"]})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_news)


class Idle(Resource):
    def __init__(
        self,
        resource_name: str,
        *,
        packages: Input[dict[str, Any]],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(IdleProvider(), resource_name, {"packages": packages}, opts)
