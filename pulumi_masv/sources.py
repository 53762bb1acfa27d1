"""Where a setting comes from. Loads nothing slow, so that a program may ask it."""

import ipaddress
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

DEFAULT_BASE_URL: Final = "https://api.massive.app"


def key(name: str) -> str:
    """Return the stack configuration's key of a setting, such as `masv:baseUrl`."""
    first, *rest = name.split("_")
    return f"masv:{first}{''.join(word.title() for word in rest)}"


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"MASV_{name.upper()}"


def value_of(
    name: str, configuration: Mapping[str, Any], environment: Mapping[str, str]
) -> Any | None:
    """Return a setting as it is given: the stack configuration wins over the environment."""
    value = configuration.get(key(name)) or environment.get(variable(name))
    return (value.strip() if isinstance(value, str) else value) or None


def is_loopback(url: str) -> bool:
    """Return whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
