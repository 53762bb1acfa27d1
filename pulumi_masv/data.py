"""What a program asks MASV: packages by what they are, or one by its id.

Runs in the program's process, in previews too. The plain forms answer at once and need values
that are known; the `_output` forms take and give Outputs. An error is one line in Pulumi's output
and can be caught as a `MasvError`.
"""

from __future__ import annotations  # the models are loaded where they are used

import asyncio
import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

from pulumi_masv import accounts
from pulumi_masv.errors import MasvError

if TYPE_CHECKING:
    from pulumi_masv.client import Client
    from pulumi_masv.models import Package, Sort, State
    from pulumi_masv.policy import Decision, ManifestModel
    from pulumi_masv.settings import Settings

Answer = TypeVar("Answer")


def get_packages(
    *,
    status: Sequence[State] | State | None = None,
    name: str | None = None,
    sender: str | None = None,
    tags: Sequence[str] | None = None,
    teamspaces: Sequence[str] | None = None,
    created_at_start: str | datetime | None = None,
    created_at_end: str | datetime | None = None,
    expiry_start: str | datetime | None = None,
    expiry_end: str | datetime | None = None,
    extra_storage: bool | None = None,
    sort: Sort | None = None,
    received: bool = False,
    portal: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> list[Package]:
    """All packages that are as asked, in order and each once.

    `GET /v1.1/teams/{team}/packages`, or `/inbox` with `received`; all pages.

    Args:
        status: the states; MASV's own default is finalized and expired.
        name: a part of the name.
        sender: who sent it.
        tags: ids of tags; any of them.
        teamspaces: ids of teamspaces; any of them.
        created_at_start: created then or later, as ISO 8601 with a zone or an aware datetime.
        created_at_end: created then or earlier.
        expiry_start: its files end then or later.
        expiry_end: its files end then or earlier.
        extra_storage: whether it takes extra storage.
        sort: a field, with `-` in front to turn it round; `created_at` if left out.
        received: the packages received through portals instead of those sent.
        portal: the portal that a received package came through.
        opts: whose `provider` (a `masv.Provider`) or `parent` says which account is asked.

    Raises:
        FilterError: something asked is wrong; nothing was sent.
        MasvError: a setting is missing, or MASV cannot be asked, or says no, or its listing
            changed under three readings; never a part of the list.
    """
    asked = dict(locals())
    return _now(_list, asked, "get_packages", "use get_packages_output")


def get_packages_output(
    *,
    status: pulumi.Input[Sequence[pulumi.Input[State]] | State] | None = None,
    name: pulumi.Input[str] | None = None,
    sender: pulumi.Input[str] | None = None,
    tags: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    teamspaces: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    created_at_start: pulumi.Input[str | datetime] | None = None,
    created_at_end: pulumi.Input[str | datetime] | None = None,
    expiry_start: pulumi.Input[str | datetime] | None = None,
    expiry_end: pulumi.Input[str | datetime] | None = None,
    extra_storage: pulumi.Input[bool] | None = None,
    sort: pulumi.Input[Sort] | None = None,
    received: pulumi.Input[bool] | None = None,
    portal: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[list[Package]]:
    """`get_packages` for arguments, or a provider, that are Outputs."""
    asked = dict(locals())
    return _later(_list, asked)


def get_package(
    package_id: str | None = None,
    *,
    status: Sequence[State] | State | None = None,
    name: str | None = None,
    sender: str | None = None,
    tags: Sequence[str] | None = None,
    teamspaces: Sequence[str] | None = None,
    created_at_start: str | datetime | None = None,
    created_at_end: str | datetime | None = None,
    expiry_start: str | datetime | None = None,
    expiry_end: str | datetime | None = None,
    extra_storage: bool | None = None,
    received: bool = False,
    portal: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> Package:
    """One package, by its id or by what it is: exactly one.

    `GET /v1.1/teams/{team}/packages/{id}`, or one page of the listings.

    Args:
        package_id: MASV's id; then nothing else is asked.
        status: this and all others are as in `get_packages`.
        opts: whose account is asked, as there.

    Raises:
        PackageNotFound: there is none.
        AmbiguousPackage: there are several; up to ten are named.
        FilterError: something asked is wrong; nothing was sent.
        MasvError: as `get_packages`.
    """
    asked = dict(locals())
    return _now(_one, asked, "get_package", "use get_package_output")


def get_package_output(
    package_id: pulumi.Input[str] | None = None,
    *,
    status: pulumi.Input[Sequence[pulumi.Input[State]] | State] | None = None,
    name: pulumi.Input[str] | None = None,
    sender: pulumi.Input[str] | None = None,
    tags: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    teamspaces: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    created_at_start: pulumi.Input[str | datetime] | None = None,
    created_at_end: pulumi.Input[str | datetime] | None = None,
    expiry_start: pulumi.Input[str | datetime] | None = None,
    expiry_end: pulumi.Input[str | datetime] | None = None,
    extra_storage: pulumi.Input[bool] | None = None,
    received: pulumi.Input[bool] | None = None,
    portal: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[Package]:
    """`get_package` for arguments, or a provider, that are Outputs."""
    asked = dict(locals())
    return _later(_one, asked)


def decide(manifest: ManifestModel, opts: pulumi.InvokeOptions | None) -> Decision:
    """Return what a manifest comes to for the packages of an account."""
    from pulumi_masv.policy import inventory

    if not inventory.asks(manifest):
        return inventory.decide(manifest, None)
    asked = {"manifest": manifest, "opts": opts}
    return _now(
        lambda client, asked: inventory.decide(asked["manifest"], client),
        asked,
        "manage",
        "give the provider's settings as they are, or set MASV_API_KEY for the stack",
    )


def _list(client: Client, asked: Mapping[str, Any]) -> list[Package]:
    from pulumi_masv import selection

    return selection.several(client, asked)


def _one(client: Client, asked: Mapping[str, Any]) -> Package:
    from pulumi_masv import selection

    return selection.one(client, asked)


def _now(
    ask: Callable[[Client, Mapping[str, Any]], Answer],
    asked: dict[str, Any],
    function: str,
    way_on: str,
) -> Answer:
    given = accounts.given(asked.pop("opts"))
    for name, value in (*asked.items(), *given.items()):
        if any(isinstance(each, pulumi.Output) for each in _each(value)):
            raise accounts.Refused(
                f"{function}: {name} is an Output, whose value is not known here: {way_on}"
            )
    return _asked(ask, given, asked)


def _later(
    ask: Callable[[Client, Mapping[str, Any]], Answer], asked: dict[str, Any]
) -> pulumi.Output[Answer]:
    opts = asked.pop("opts")
    after = _each(getattr(opts, "depends_on", None) or ())
    # The key is a secret; what is asked with it is none.
    given = pulumi.Output.unsecret(pulumi.Output.from_input(dict(accounts.given(opts))))
    known = pulumi.Output.all(
        given,
        pulumi.Output.from_input(asked),
        # An id is unknown until a preview's resource exists; a component has none.
        *(getattr(one, "id", one.urn) for one in after),
    )

    async def answer(values: list[Any]) -> Answer:
        return await asyncio.to_thread(_asked, ask, values[0], values[1])

    return known.apply(answer)


def _asked(
    ask: Callable[[Client, Mapping[str, Any]], Answer],
    given: Mapping[str, Any],
    asked: Mapping[str, Any],
) -> Answer:
    from pulumi_masv.settings import resolve

    with in_one_line():
        return ask(_client(resolve(given, os.environ)), asked)


@contextlib.contextmanager
def in_one_line() -> Iterator[None]:
    """Let a MasvError leave as one that Pulumi prints without a traceback."""
    try:
        yield
    except MasvError as error:
        error.__class__ = _without_traceback(type(error))
        raise


def _without_traceback(kind: type[MasvError]) -> type[MasvError]:
    return type(kind.__name__, (kind, pulumi.RunError), {})


@functools.lru_cache(maxsize=8)
def _client(settings: Settings) -> Client:
    """One client for each account that a process asks, and so one set of connections."""
    from pulumi_masv.assumptions import Contradictions
    from pulumi_masv.client import Client
    from pulumi_masv.lifecycle.registry import Registry

    def tell(name: str, line: str) -> None:
        if Registry.is_news_here(name):
            pulumi.log.warn(line)

    return Client(settings, contradictions=Contradictions(tell))


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)
