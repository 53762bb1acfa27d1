"""Which account a program speaks to: the one of its configuration, or that of a Provider.

Runs in the program's process. Only what no check can see is refused here: a key stored in clear.
"""

import weakref
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG

_WARNED: "weakref.WeakSet[pulumi.Resource]" = weakref.WeakSet()


class Refused(pulumi.RunError):
    """Ends a program with one line and no traceback."""


class Provider(pulumi.ProviderResource):
    """A second account, passed as `opts.provider`.

    What is not given comes from the stack configuration, so that a stack pointed at a simulator
    never reaches the real account by accident.

    Args:
        resource_name: the resource's name in the stack.
        opts: Pulumi's resource options.
        api_key: the team's API key; made secret.
        team_id: the team.
        base_url: where MASV is.
        timeout: seconds to wait for a connection or an answer.
        max_retries: how often a request is repeated.
        concurrency: requests in flight.
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
        check_configuration()
        config = pulumi.Config("masv")
        self.given: dict[str, pulumi.Input[Any] | None] = {
            "masv:apiKey": api_key,
            "masv:teamId": team_id,
            "masv:baseUrl": base_url,
            "masv:timeout": timeout,
            "masv:maxRetries": max_retries,
            "masv:concurrency": concurrency,
        }
        for key, value in self.given.items():
            if value is None:
                self.given[key] = config.get(key.removeprefix("masv:"))
        spelled = {
            key: value if value is None else pulumi.Output.from_input(value).apply(str)
            for key, value in self.given.items()
        }
        spelled["masv:apiKey"] = pulumi.Output.secret(api_key)
        super().__init__("pulumi-python", resource_name, spelled, opts)


def given(opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None) -> Mapping[str, Any]:
    """The settings a data function is to use: its provider's, or the stack configuration's."""
    provider = opts.provider if opts else None
    if provider is None and opts and opts.parent:
        provider = opts.parent.get_provider("pulumi-python:dynamic/masv:Package")
    if provider is None:
        check_configuration()
        return {key: value for key, value in CONFIG.get().items() if key.startswith("masv:")}
    if not isinstance(provider, Provider):
        raise Refused("opts.provider is to be a masv.Provider: it says which account is asked")
    return provider.given


def check_configuration() -> None:
    """Refuse a key that would be committed in clear; warn of a setting that does not exist."""
    config = CONFIG.get()
    if config.get("masv:apiKey") and not pulumi.runtime.is_config_secret("masv:apiKey"):
        raise Refused(
            "masv:apiKey is stored in clear in the stack's configuration, where it would be "
            "committed: store it with `pulumi config set --secret masv:apiKey`, or use MASV_API_KEY"
        )
    root = pulumi.runtime.get_root_resource()
    if root is not None and root not in _WARNED and any(key.startswith("masv:") for key in config):
        from pulumi_masv.settings import unknown_keys  # pydantic is slow to load

        _WARNED.add(root)
        for line in unknown_keys(config):
            pulumi.log.warn(line)
