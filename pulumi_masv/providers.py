"""The handlers Pulumi calls: bags in, the verbs of `lifecycle`, bags out. They hold nothing.

The state of every resource names a handler by module and class, so both are frozen for ever. A
handler is pickled without any state of its own; the run it serves belongs to the process.
"""

import functools
import os
import sys
from collections.abc import Mapping
from typing import Any

from pulumi import Output
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pydantic import ValidationError

from pulumi_masv.lifecycle import Run
from pulumi_masv.models import LifecycleInputs, Stored
from pulumi_masv.settings import KEYS


def _say(line: str) -> None:
    # Pulumi shows what a handler prints under the stack; its own log does not reach the user here.
    print(line, flush=True)


@functools.cache
def run_for(configuration: tuple[tuple[str, Any], ...]) -> Run:
    """The one run of a process that was given this configuration."""
    return Run(dict(configuration), os.environ, say=_say)


class PackageLifecycleProvider(ResourceProvider):
    """The verbs of a PackageLifecycle, as Pulumi calls them."""

    # Nothing secret is pickled, and a secret blob would differ in every encryption.
    serialize_as_secret_always = False

    run: Run

    def __getstate__(self) -> None:
        return None

    def configure(self, req: ConfigureRequest) -> None:
        """Take the configuration; nothing is refused before something needs it."""
        if not os.environ.get("MASV_DEBUG"):
            sys.tracebacklimit = 0  # Pulumi shows a traceback whole; the last line says it all
        given = {key: req.config.get(key) for key in KEYS}
        self.run = run_for(tuple((k, v) for k, v in given.items() if v is not None))

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what can be refused now, and say what the change will do and lose."""
        olds, bag = _own(_olds), _own(news)
        unknown = frozenset(name for name, value in bag.items() if _is_unknown(value))
        inputs, problems = LifecycleInputs.parse(bag, unknown)
        canonical = {**inputs.wire(), **{name: bag[name] for name in unknown}} if inputs else bag
        stored, _ = LifecycleInputs.parse(olds)
        if not problems and (not olds or canonical != olds):
            problems = self.run.preview(inputs, stored, unknown)
        if inputs is not None and not problems:
            self.run.declare(inputs.package_id)
        return CheckResult(canonical, [CheckFailure(p.property, p.reason) for p in problems])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say only what replaces; the engine finds the changed properties itself."""
        news = _own(_news)
        replaced = news.get("packageId", _id) != _id
        try:
            stored = Stored.parse(_olds)
        except ValidationError:  # written by hand; a diff that raises would break a refresh
            return DiffResult(replaces=["packageId"] if replaced else [])
        if not replaced:
            self.run.remind(stored)
        return DiffResult(
            changes=False if news == stored.projection().wire() else None,
            replaces=["packageId"] if replaced else [],
            delete_before_replace=True,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopt."""
        inputs = _inputs(props)
        return CreateResult(inputs.package_id, self.run.create(inputs).wire())

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What is live, projected on what was declared; or a package that is only read."""
        stored = Stored.parse(props)
        if stored.state is None:
            live: Stored | None = self.run.get(id_)
        else:
            live = self.run.read(stored, id_)
        if live is None:
            return ReadResult("", {})
        return ReadResult(id_, live.wire(), live.projection().wire())

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Make it what is declared."""
        return UpdateResult(self.run.update(_inputs(_news), Stored.parse(_olds)).wire())

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """End it with its resource."""
        self.run.delete(_id, Stored.parse(_props))


def _own(bag: Mapping[str, Any] | None) -> dict[str, Any]:
    """The resource's own part of a bag: without Pulumi's keys and without what is left out."""
    return {
        name: value
        for name, value in (bag or {}).items()
        if not name.startswith("__") and value is not None
    }


def _is_unknown(value: Any) -> bool:
    return isinstance(value, (Unknown, Output))


def _inputs(bag: Mapping[str, Any]) -> LifecycleInputs:
    return LifecycleInputs.model_validate(_own(bag))
