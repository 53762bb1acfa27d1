"""Which account a program speaks to: the one of its configuration, or that of a Provider.

Runs in the program's process. Only what no check can see is refused here: a key in clear text.
"""

import os
import weakref
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime import settings as runtime
from pulumi.runtime.config import CONFIG

from pulumi_masv import engine, inputs, kinds, sources
from pulumi_masv.inputs import Refused
from pulumi_masv.lifecycle.registry import ANYWHERE, account_of

_ANY: Final = kinds.token("Package")
# Also those whose last resource goes: its packages are looked at with their keys.
_PROVIDERS: "weakref.WeakKeyDictionary[pulumi.Resource, list[Provider]]" = (
    weakref.WeakKeyDictionary()
)
_WARNED: "weakref.WeakSet[pulumi.Resource]" = weakref.WeakSet()


class Provider(pulumi.ProviderResource):
    """A second account, passed as `opts.provider`.

    What is left out or empty comes from the stack configuration, so a stack pointed at a simulator
    never reaches the real account by accident.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        api_key: the team's API key; made secret.
        team_id: the team.
        base_url: MASV's address.
        timeout: seconds to wait for a connection or an answer.
        max_retries: how often a failed request is repeated.
        concurrency: most requests in flight; 8 at first, more while MASV does not answer 429.

    Raises:
        pulumi.RunError: an argument has the wrong type, or `masv:apiKey` is stored in clear text.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        api_key: pulumi.Input[str],
        team_id: pulumi.Input[str],
        base_url: pulumi.Input[str] | None = None,
        timeout: pulumi.Input[float] | None = None,
        max_retries: pulumi.Input[int] | None = None,
        concurrency: pulumi.Input[int] | None = None,
    ) -> None:
        subject = inputs.named("Provider", resource_name, opts, is_checked=False)
        check_configuration()
        config = settings_of(None)
        run = inputs.of_this_run()

        def required(name: str, value: Any) -> Any:
            def reader(known: Any, _is_shown: bool) -> Any:
                if known is None or not str(known).strip():
                    run.refuse(
                        f"{subject.what}: {name} is empty: write that of its account, since the "
                        "stack's is not taken"
                    )
                return known

            return run.later(subject, value, reader)

        taken = run.take(
            subject,
            {
                "api_key": required("api_key", api_key),
                "team_id": required("team_id", team_id),
                "base_url": base_url,
                "timeout": timeout,
                "max_retries": max_retries,
                "concurrency": concurrency,
            },
        )
        self._settings: dict[str, pulumi.Input[Any] | None] = {
            sources.key(name): value for name, value in taken.items()
        }
        own = {sources.key(name) for name in ("api_key", "team_id")}
        inherited = {
            key: _or_else(value, config.get(key))
            for key, value in self._settings.items()
            if key not in own and (isinstance(value, pulumi.Output) or sources.said(value) is None)
        }
        self._settings |= inherited
        spelled = {
            key: value if value is None else pulumi.Output.from_input(value).apply(_spelled)
            for key, value in self._settings.items()
        }
        for key in filter(pulumi.runtime.is_config_secret, inherited):
            spelled[key] = pulumi.Output.secret(spelled[key])
        spelled[sources.key("api_key")] = pulumi.Output.secret(run.gate(subject, taken["api_key"]))
        super().__init__(kinds.HOST, resource_name, spelled, opts)
        root = runtime.get_root_resource()
        if root is not None and not engine.is_mocked():
            _PROVIDERS.setdefault(root, []).append(self)


def asked_by(opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None) -> Provider | None:
    """Return the provider that a data function asks; None for the stack configuration's account."""
    provider = opts.provider if opts else None
    if provider is None and opts and opts.parent:
        provider = opts.parent.get_provider(_ANY)
    if provider is None:
        check_configuration()
    elif not isinstance(provider, Provider):
        raise Refused("opts.provider must be a masv.Provider: it says which account to use")
    return provider


class Accounts:
    """The accounts that a program speaks to: the configuration's, and that of each Provider."""

    def __init__(self) -> None:
        self._sessions: dict[int, Any] = {}

    def key(self, opts: pulumi.ResourceOptions | None) -> str:
        """Return the account of a resource; ANYWHERE where it is not known yet."""
        provider = provider_of(opts)
        if provider is not None and not isinstance(provider, Provider):
            return ANYWHERE
        team_id = sources.value_of("team_id", settings_of(provider), os.environ)
        return account_of(team_id if isinstance(team_id, str) else None)

    async def session(self, team_id: str | None, registry: Any, engine: Any) -> Any:
        """Return a session of the account whose team it is: of the configuration's before others.

        Args:
            team_id: the team that a package was stored in; None where the state does not say.
            registry: what the processes of the run share.
            engine: a stub of the engine's service.
        """
        from pulumi_masv.announcer import PulumiAnnouncer, engine_log
        from pulumi_masv.lifecycle.session import Session

        found = None
        root = runtime.get_root_resource()
        for provider in (None, *(_PROVIDERS.get(root, ()) if root is not None else ())):
            known: Any = pulumi.Output.from_input(dict(settings_of(provider))).future()
            made = self._sessions.get(id(provider)) or Session(
                await known or {},
                os.environ,
                announcer=PulumiAnnouncer(engine_log(engine), os.environ),
                registry=lambda: registry,
            )
            self._sessions[id(provider)] = made
            found = found or made
            if team_id is None or made.settings().team_id == team_id:
                return made
        return found


def provider_of(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """Return the provider that serves a resource with these options; None for the default one."""
    if opts is None:
        return None
    if opts.provider is not None:
        return opts.provider
    providers = opts.providers or {}
    many = providers.values() if isinstance(providers, Mapping) else providers
    several = many if isinstance(many, Iterable) else [many]
    for one in several:
        if one.package == kinds.HOST:
            return one
    return opts.parent.get_provider(_ANY) if opts.parent else None


def settings_of(provider: Provider | None) -> Mapping[str, Any]:
    """Return the settings of a provider, or the stack configuration's."""
    if provider is not None:
        return provider._settings
    return {key: value for key, value in CONFIG.get().items() if sources.is_ours(key)}


def may_hide_team(opts: pulumi.ResourceOptions | None) -> bool:
    """Return whether the team of a resource may be secret; an Output tells it too late."""
    provider, team_id = provider_of(opts), sources.key("team_id")
    if isinstance(provider, Provider):
        return not isinstance(provider._settings[team_id], str)
    return provider is not None or pulumi.runtime.is_config_secret(team_id)


def _or_else(given: Any, inherited: Any) -> Any:
    """Return what is given, now or once it is known; where that says nothing, what is inherited."""
    if isinstance(given, pulumi.Output):
        return given.apply(lambda known: _or_else(known, inherited))
    return inherited if sources.said(given) is None else given


def _spelled(value: Any) -> str | None:
    return None if value is None else str(value)


def check_configuration() -> None:
    """Refuse a key that would be committed in clear text; warn of a setting that does not exist.

    A unit test sets what it likes: nothing of it is committed.
    """
    if engine.is_mocked():
        return
    config = CONFIG.get()
    clear = sources.stored_in_clear(config, pulumi.runtime.is_config_secret)
    if clear is not None:
        raise Refused(clear)
    root = runtime.get_root_resource()
    if root is not None and root not in _WARNED and any(map(sources.is_ours, config)):
        from pulumi_masv.settings import unknown_keys  # pydantic is slow to load

        _WARNED.add(root)
        for line in unknown_keys(config):
            engine.warn(line)
