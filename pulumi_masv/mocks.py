"""What stands in for MASV in a user's unit tests, where Pulumi's mocks are set.

A data function asks `Mocks.call`, by the name and with the arguments of the wire, and never MASV.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from pulumi.runtime import settings as runtime
from pulumi.runtime.mocks import MockCallArgs

from pulumi_masv import arguments
from pulumi_masv.errors import MasvError
from pulumi_masv.inputs import Refused
from pulumi_masv.kinds import GET_ALL, GET_ONE

if TYPE_CHECKING:
    from pulumi_masv.client import Page
    from pulumi_masv.models import Observed, Package, Query


@dataclass(frozen=True)
class Mark:
    """Tells one test from the next, as far as anything tells: the mocks, and what runs the test.

    Attributes:
        calls: Pulumi's list of open calls, another one after `set_mocks` and in each function that
            `pulumi.runtime.test` decorates.
        test: what pytest runs, whichever phase of it.
        case: what unittest runs.
    """

    calls: Any
    test: str
    case: Any

    @classmethod
    def here(cls) -> "Mark":
        """Return the mark of this moment."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
        return cls(runtime.SETTINGS.rpc_manager.rpcs, test, _running_case())

    def is_of(self, other: "Mark | None") -> bool:
        """Return whether both are of one test."""
        return other is not None and (
            self.calls is other.calls and self.test == other.test and self.case is other.case
        )


def _running_case() -> Any:
    """Return the `unittest.TestCase` that this is called in, if any; it is made anew for a test."""
    unittest = sys.modules.get("unittest")
    frame = sys._getframe()
    while unittest is not None and frame is not None:
        if isinstance(case := frame.f_locals.get("self"), unittest.TestCase):
            return case
        frame = frame.f_back  # type: ignore[assignment]
    return None


class MockedMasv:
    """Answers in MASV's place with what `Mocks.call` returns.

    Args:
        provider: the name of the provider that is asked; empty for the stack's own account.
    """

    def __init__(self, provider: str) -> None:
        self._provider = provider

    def one(self, wanted: "str | Query") -> "Package":
        """Return one package, by its id or by what it is."""
        if not isinstance(wanted, str):
            return _package(self._call(GET_ONE, _arguments(wanted)), GET_ONE)
        record = self._call(GET_ONE, {"packageId": wanted})
        return _package({"id": wanted, **record} if record else record, GET_ONE)

    def several(self, query: "Query") -> "list[Package]":
        """Return the packages that a query asks for."""
        return self._several(query)[0]

    def get_page(self, query: "Query") -> "Page":
        """Return all packages that a query asks for, on one page."""
        from pulumi_masv.client import Page
        from pulumi_masv.models import Observed, parse_instant

        packages, now = self._several(query)
        moment = parse_instant(now) if now else datetime.now(timezone.utc)
        observed = [Observed(one, None, moment, query.received) for one in packages]
        return Page(len(observed), observed, moment)

    def list_packages(self, query: "Query", first: "Page | None" = None) -> "Sequence[Observed]":
        """Return all packages that a query asks for."""
        return (first or self.get_page(query)).records

    def _several(self, query: "Query") -> "tuple[list[Package], Any]":
        answer = self._call(GET_ALL, _arguments(query))
        records = answer.get("packages")
        if not isinstance(records, (list, tuple)):
            raise Refused(
                f"Mocks.call returned no packages for {GET_ALL}: "
                f"return {{'packages': [{_EXAMPLE}]}}"
            )
        packages = [_package(one, f"{GET_ALL}: packages[{i}]") for i, one in enumerate(records)]
        of = {"received": query.received}  # as a listing tells it
        listed = [p if p.received is not None else p.model_copy(update=of) for p in packages]
        return listed, answer.get("now")

    def _call(self, token: str, asked: dict[str, Any]) -> Mapping[str, Any]:
        mocks = getattr(runtime.get_monitor(), "mocks", None)
        if mocks is None:
            raise Refused(f"{token} needs Mocks.call, which the monitor of set_mocks does not have")
        answer = mocks.call(MockCallArgs(token=token, args=asked, provider=self._provider))
        answer, failures = answer if isinstance(answer, tuple) else (answer, None)
        if failures:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in failures)
            raise MasvError(f"{token} failed: {reasons}")
        if not isinstance(answer, Mapping):
            kind = arguments.kind_of(answer)
            raise Refused(f"Mocks.call returned {kind} for {token}: return a dict")
        return answer


_EXAMPLE: Final = "{'id': '01H…', 'state': 'finalized', 'name': 'Day 12'}"


def _arguments(query: "Query") -> dict[str, Any]:
    """Return what a query asks for, in the wire's names and without what was left out."""
    from pydantic.alias_generators import to_camel

    asked = query.model_dump(mode="json", exclude_unset=True)
    if not query.received:
        asked.pop("received", None)
    return {to_camel(name): value for name, value in asked.items()}


def _package(record: Any, what: str) -> "Package":
    """Return what a mock returned as a package. Raises Refused where it does not fit."""
    from pydantic.alias_generators import to_camel

    from pulumi_masv.models import Package

    if isinstance(record, Package):
        return record
    if not isinstance(record, Mapping) or not record:
        raise Refused(f"Mocks.call returned no package for {what}: return {_EXAMPLE}")
    names = {to_camel(name): name for name in Package.model_fields}
    given = {names.get(name, name): value for name, value in record.items()}
    wrong = [
        f"{name} is not a field of a package: {arguments.unknown(str(name), names)}"
        for name in given
        if name not in Package.model_fields
    ]
    package = None
    try:
        package = Package.model_validate(given)
    except ValueError:
        wrong.append(f"id: {given.get('id')!r} is not a package id")
    for name in Package.model_fields:
        if package and given.get(name) is not None and getattr(package, name) is None:
            wrong.append(f"{to_camel(name)}: {given[name]!r} is not what a package has there")
    if package is None or wrong:
        raise Refused(f"Mocks.call returned no package for {what}: {'; '.join(wrong)}")
    return package
