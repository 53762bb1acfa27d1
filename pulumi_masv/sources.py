"""Where a setting comes from. Loads nothing slow, so that a program may ask it."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pulumi_masv.kinds import MODULE

DEFAULT_BASE_URL: Final = "https://api.massive.app"
_PREFIX: Final = f"{MODULE}:"
VARIABLES: Final = f"{MODULE.upper()}_"
"""What the name of each of our environment variables begins with."""
ACCEPT_GONE: Final = f"{VARIABLES}ACCEPT_GONE"
"""Lets all packages that MASV no longer shows leave the state, in one run."""
DEBUG: Final = f"{VARIABLES}DEBUG"
"""Shows each error with its traceback."""
RECORD: Final = f"{VARIABLES}RECORD"
"""Names the folder in which every exchange with MASV is recorded."""
REVIEWED: Final = f"{VARIABLES}REVIEWED"
"""Names the report that binds a run."""
VERDICTS: Final = f"{VARIABLES}VERDICTS"
"""Lets a run record its verdicts."""
SWITCHES: Final = (ACCEPT_GONE, DEBUG, RECORD, REVIEWED, VERDICTS)


def key(name: str) -> str:
    """Return the stack configuration's key of a setting, such as `masv:baseUrl`."""
    first, *rest = name.split("_")
    return f"{_PREFIX}{first}{''.join(word.title() for word in rest)}"


def is_ours(key: str) -> bool:
    """Return whether a key of a stack's configuration is meant for us, a setting or not."""
    return key.startswith(_PREFIX)


def is_in(configuration: Mapping[str, Any], name: str) -> bool:
    """Return whether a setting comes from the stack's configuration."""
    return said(configuration.get(key(name))) is not None


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{VARIABLES}{name.upper()}"


def value_of(
    name: str, configuration: Mapping[str, Any], environment: Mapping[str, str]
) -> Any | None:
    """Return a setting as it is given: the stack configuration wins over the environment."""
    given = said(configuration.get(key(name)))
    return said(environment.get(variable(name))) if given is None else given


def said(value: Any) -> Any | None:
    """Return a value; None for a blank text, which says nothing, but not for 0, which does."""
    return (value.strip() or None) if isinstance(value, str) else value


def stored_in_clear(
    configuration: Mapping[str, Any], is_secret: Callable[[str], bool]
) -> str | None:
    """Return why a stack's configuration is refused: its key would be committed. None if not.

    Args:
        configuration: the stack's.
        is_secret: tells whether a key of it is stored as a secret.
    """
    if not is_in(configuration, "api_key") or is_secret(key("api_key")):
        return None
    return (
        "masv:apiKey is stored in clear text in the stack's configuration, where it would be "
        "committed: store it with `pulumi config set --secret masv:apiKey`, or use MASV_API_KEY"
    )


def is_loopback(url: str) -> bool:
    """Return whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
