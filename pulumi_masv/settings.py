"""Where MASV is and who asks: stack configuration, then environment, then a default or a refusal.

A key or team that is missing is no error until something needs it, so that a preview works
offline; a setting that is wrong is one at once. Each message names both spellings.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic.alias_generators import to_camel, to_snake

from pulumi_masv.arguments import nearest, unknown
from pulumi_masv.errors import SettingsError
from pulumi_masv.models import ID_PATTERN, problems_of
from pulumi_masv.sources import (
    DEFAULT_BASE_URL,
    SWITCHES,
    VARIABLES,
    is_in,
    is_loopback,
    is_ours,
    key,
    value_of,
    variable,
)


def _checked_url(url: str) -> str:
    if not url.isprintable() or " " in url:  # urlsplit would take some of it out in silence
        raise ValueError("contains a space, a line break or another character no address has")
    if "@" in url or "?" in url or "#" in url:
        raise ValueError("contains more than scheme, host, port and path: take the rest out")
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:  # which repeats a part of it
        is_address = False
    if not is_address:
        raise ValueError(f"is not an address like {DEFAULT_BASE_URL}")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("is not encrypted: use https (http is for loopback only)")
    return url.rstrip("/")


def _checked_team(team: str) -> str:
    if not ID_PATTERN.fullmatch(team):
        raise ValueError("is not a MASV team id, which has only letters, digits, '-' and '_'")
    return team


def _checked_key(key: SecretStr) -> SecretStr:
    value = key.get_secret_value()
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("contains a character that a key cannot have: was it copied completely?")
    return key


class Settings(BaseModel):
    """What a client needs to know. The table of the configuration shows the descriptions.

    Attributes:
        key_source: where the key came from, in words for an error.
    """

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    api_key: Annotated[
        SecretStr | None,
        AfterValidator(_checked_key),
        Field(description="the team's API key; a secret"),
    ] = None
    team_id: Annotated[
        str | None,
        AfterValidator(_checked_team),
        Field(description="the team whose packages are managed"),
    ] = None
    base_url: Annotated[
        str,
        AfterValidator(_checked_url),
        Field(description="MASV's address; plain http only for loopback addresses"),
    ] = DEFAULT_BASE_URL
    timeout: Annotated[
        float,
        Field(gt=0, le=600, description="seconds to wait for a connection or a complete answer"),
    ] = 30
    max_retries: Annotated[
        int, Field(ge=0, le=20, description="how often a failed request is repeated")
    ] = 5
    concurrency: Annotated[
        int,
        Field(
            ge=1,
            le=64,
            description="most requests in flight; 8 at first, more while MASV does not answer 429",
        ),
    ] = 32
    key_source: str = ""

    def missing(self) -> str | None:
        """Return the line that says which of key and team is missing, None if neither is."""
        absent = [name for name in ("api_key", "team_id") if getattr(self, name) is None]
        return "; ".join(f"{_spellings(name)} is not set" for name in absent) or None


NAMES = tuple(name for name in Settings.model_fields if name != "key_source")
KEYS = tuple(key(name) for name in NAMES)
_ALIKE: Final = 0.8  # a key that a team calls MASV_API_KEY_LAB is no misspelt one


def resolve(configuration: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Return the settings that apply.

    Args:
        configuration: the stack's, with keys like `masv:apiKey`.
        environment: the process's.

    Raises:
        SettingsError: one line for all settings that are wrong.
    """
    given: dict[str, Any] = {}
    for name in NAMES:
        value = value_of(name, configuration, environment)
        if value is not None:
            given[name] = value
    from_stack = is_in(configuration, "api_key")
    given["key_source"] = (
        "the stack configuration or a Provider (masv:apiKey)"
        if from_stack
        else "the environment (MASV_API_KEY)"
    )
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        wrong = problems_of(error, is_shown=False)  # any setting of a Provider may be a secret
        lines = [f"{_spellings(to_snake(p.property))}: {p.reason}" for p in wrong]
        raise SettingsError("; ".join(lines)) from None


def unknown_keys(keys: Iterable[str]) -> list[str]:
    """Return a line for each `masv:` key of a stack that is not a setting, and what to write."""
    strange = sorted(one for one in keys if is_ours(one) and one not in KEYS)
    return [f"{one} is not a setting of pulumi_masv: {unknown(one, KEYS)}" for one in strange]


def unknown_variables(environment: Iterable[str]) -> list[str]:
    """Return a line for each environment variable that looks like one of ours, misspelt.

    Others may have variables with our prefix, so what is near to none of ours is theirs.
    """
    ours = {one.removeprefix(VARIABLES): one for one in (*map(variable, NAMES), *SWITCHES)}
    lines = []
    for one in sorted(name for name in environment if name.startswith(VARIABLES)):
        near = nearest(one.removeprefix(VARIABLES), ours, _ALIKE)
        if near is not None and ours[near] != one:
            lines.append(
                f"{one} is not an environment variable of pulumi_masv: did you mean {ours[near]}?"
            )
    return lines


def _spellings(name: str) -> str:
    return f"{key(name)} (or {variable(name)})"
