"""What a program asks MASV: packages by what they are, or one by its id.

Runs in the program's process, in previews too. The plain forms answer at once and need values
that are known; the `_output` forms take and give Outputs. An error is one line in Pulumi's output
and can be caught as a `MasvError`. Under Pulumi's mocks, `Mocks.call` is asked instead.
"""

from __future__ import annotations  # the models are loaded where they are used

import asyncio
import contextlib
import functools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import pulumi

from pulumi_masv import accounts, arguments, engine
from pulumi_masv.errors import MasvError
from pulumi_masv.inputs import Refused
from pulumi_masv.mocks import MockedMasv

if TYPE_CHECKING:
    from pulumi_masv.client import Client
    from pulumi_masv.models import Package, Sort, State
    from pulumi_masv.policy import Decision, ManifestModel
    from pulumi_masv.settings import Settings

    Door: TypeAlias = Client | MockedMasv

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
    """Return all packages that are as asked, in order and each once.

    `GET /v1.1/teams/{team}/packages`, or `/inbox` with `received`; all pages.

    Args:
        status: the states; MASV's own default is finalized and expired.
        name: a part of the name.
        sender: who sent it.
        tags: ids of tags, of which a package has at least one.
        teamspaces: ids of teamspaces, one of which the package is in.
        created_at_start: created then or later, as ISO 8601 with a zone or an aware datetime.
        created_at_end: created then or earlier.
        expiry_start: its files end then or later.
        expiry_end: its files end then or earlier.
        extra_storage: whether it is on extra storage.
        sort: a field, with `-` in front for descending order; `created_at` if left out.
        received: list the packages received through portals instead of those sent.
        portal: the name of the portal that a received package came through.
        opts: whose `provider` (a `masv.Provider`) or `parent` says which account to use.

    Raises:
        FilterError: an argument is wrong; nothing was sent.
        MasvError: a setting is missing, MASV cannot be reached or refuses, or its listing
            changed during three readings; never part of a list.
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
    """Return what `get_packages` does, for arguments, or a provider, that are Outputs.

    MASV is asked once all of them are known; a preview that does not know one asks nothing, and the
    Output is unknown. It is secret where an argument is. An error of `get_packages` is raised when
    it resolves.
    """
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
    """Return exactly one package, by its id or by filters.

    `GET /v1.1/teams/{team}/packages/{id}`, or one page of the listings.

    Args:
        package_id: MASV's id; excludes all filters.
        status: this and the others are as in `get_packages`.
        opts: which account to use, as there.

    Raises:
        PackageNotFound: there is none.
        AmbiguousPackage: there are several; up to ten are named.
        FilterError: an argument is wrong; nothing was sent.
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
    """Return what `get_package` does, for arguments, or a provider, that are Outputs.

    It is asked for, and fails, as with `get_packages_output`.
    """
    asked = dict(locals())
    return _later(_one, asked)


def decide(manifest: ManifestModel, opts: pulumi.InvokeOptions | None) -> Decision:
    """Return what a manifest comes to for the packages of an account."""
    from pulumi_masv.policy import inventory

    if not inventory.asks(manifest):
        return inventory.decide(manifest, None)
    asked = {"manifest": manifest, "opts": opts}
    return _now(
        lambda client, asked: inventory.decide(asked["manifest"], cast("Client", client)),
        asked,
        "manage",
        "give the provider's settings as plain values, or set MASV_API_KEY for the stack",
    )


def _list(client: Door, asked: Mapping[str, Any]) -> list[Package]:
    from pulumi_masv import selection
    from pulumi_masv.models import Query

    if isinstance(client, MockedMasv):
        return client.several(Query.parse(**asked))
    return selection.several(client, asked)


def _one(client: Door, asked: Mapping[str, Any]) -> Package:
    from pulumi_masv import selection

    if isinstance(client, MockedMasv):
        return client.one(selection.wanted(asked))
    return selection.one(client, asked)


def _now(
    ask: Callable[[Door, Mapping[str, Any]], Answer],
    asked: dict[str, Any],
    function: str,
    way_on: str,
) -> Answer:
    provider = accounts.asked_by(asked.pop("opts"))
    settings = accounts.settings_of(provider)
    for name, value in (*asked.items(), *settings.items()):
        if any(isinstance(each, pulumi.Output) for each in _each(value)):
            raise Refused(
                f"{function}: {name} is an Output, whose value is not known here: {way_on}"
            )
    return _asked(ask, provider, settings, asked)


def _later(
    ask: Callable[[Door, Mapping[str, Any]], Answer], asked: dict[str, Any]
) -> pulumi.Output[Answer]:
    opts = asked.pop("opts")
    after = _each(getattr(opts, "depends_on", None) or ())
    provider = accounts.asked_by(opts)
    # The key is a secret; what is asked with it is none.
    settings = pulumi.Output.from_input(dict(accounts.settings_of(provider)))
    known = pulumi.Output.all(
        pulumi.Output.unsecret(settings),
        pulumi.Output.from_input(asked),
        # An id is unknown until a preview's resource exists; a component has none.
        *(getattr(one, "id", one.urn) for one in after),
    )

    async def answer(values: list[Any]) -> Answer:
        secrets = [
            name
            for name, value in asked.items()
            if name != "package_id" and await pulumi.Output.from_input(value).is_secret()
        ]
        return await asyncio.to_thread(_asked, ask, provider, values[0], values[1], secrets)

    return known.apply(answer)


def _asked(
    ask: Callable[[Door, Mapping[str, Any]], Answer],
    provider: accounts.Provider | None,
    settings: Mapping[str, Any],
    asked: Mapping[str, Any],
    secrets: Collection[str] = (),
) -> Answer:
    from pulumi_masv.models import secret
    from pulumi_masv.settings import resolve

    known = {
        name: arguments.read(name, value, is_shown=False) if name in arguments.READERS else value
        for name, value in asked.items()
    }
    known |= {name: secret(known[name]) for name in secrets}
    with in_one_line():
        if engine.is_mocked():
            return ask(MockedMasv(provider._name if provider else ""), known)
        return ask(_client(resolve(settings, os.environ)), known)


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
    """Return one client for each account that a process asks, and so one set of connections."""
    from pulumi_masv.assumptions import Contradictions
    from pulumi_masv.client import Client
    from pulumi_masv.lifecycle.registry import Registry

    def tell(name: str, line: str) -> None:
        if Registry.is_news_here(name):
            engine.warn(line)

    return Client(settings, contradictions=Contradictions(tell))


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)
