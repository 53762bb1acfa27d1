"""Where the settings come from, and what is said of those that are missing or wrong."""

from pathlib import Path

import pytest

from pulumi_masv.errors import SettingsError
from pulumi_masv.settings import KEYS, NAMES, resolve, unknown_keys, unknown_variables
from pulumi_masv.sources import SWITCHES, stored_in_clear, variable

CANARY = "canary-key"
PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "configuration.md").read_text("utf-8")


def test_stack_configuration_wins_over_the_environment_and_a_default_is_last() -> None:
    settings = resolve(
        {"masv:teamId": "01STACK", "masv:timeout": "7.5"},
        {"MASV_TEAM_ID": "01ENV", "MASV_API_KEY": CANARY, "MASV_CONCURRENCY": "3"},
    )
    assert settings.team_id == "01STACK"
    assert settings.timeout == 7.5
    assert settings.concurrency == 3
    assert settings.max_retries == 5
    assert settings.base_url == "https://api.massive.app"
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == CANARY


@pytest.mark.parametrize(("given", "kept"), [(0, 0), ("0", 0), ("", 3), (" ", 3), (None, 3)])
def test_a_number_of_a_provider_counts_though_it_is_zero(given: object, kept: int) -> None:
    assert resolve({"masv:maxRetries": given}, {"MASV_MAX_RETRIES": "3"}).max_retries == kept


def test_the_key_remembers_which_of_the_two_it_came_from() -> None:
    environment = {"MASV_API_KEY": CANARY}
    assert resolve({}, environment).key_source == "the environment (MASV_API_KEY)"
    assert resolve({"masv:apiKey": "k"}, environment).key_source == (
        "the stack configuration or a Provider (masv:apiKey)"
    )


def test_missing_settings_are_one_line_with_both_spellings() -> None:
    assert resolve({}, {}).missing() == (
        "masv:apiKey (or MASV_API_KEY) is not set; masv:teamId (or MASV_TEAM_ID) is not set"
    )
    assert resolve({}, {"MASV_API_KEY": "k", "MASV_TEAM_ID": "t"}).missing() is None


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("masv:baseUrl", "http://example.com", "is not encrypted: use https"),
        ("masv:baseUrl", "example.com", "is not an address like https://api.massive.app"),
        ("masv:baseUrl", "ftp://example.com", "is not an address like"),
        (
            "masv:baseUrl",
            "htps://u:p@example.com",
            "contains more than scheme, host, port and",
        ),
        (
            "masv:baseUrl",
            "https://u:p@example.com",
            "contains more than scheme, host, port and",
        ),
        ("masv:baseUrl", "https://example.com/?q=1", "contains more than"),
        ("masv:baseUrl", "https://exam\nple.com", "a line break or another character"),
        ("masv:baseUrl", "https://exam\tple.com", "a line break or another character"),
        ("masv:baseUrl", "https://exam ple.com", "contains a space"),
        ("masv:baseUrl", "https://exam\u00a0ple.com", "contains a space"),
        ("masv:baseUrl", "https://exam\x00ple.com", "another character no address has"),
        ("masv:baseUrl", "https://example.com:99999", "is not an address like"),
        ("masv:teamId", "../x", "is not a MASV team id"),
        ("masv:apiKey", "two words", "contains a character that a key cannot have"),
        ("masv:timeout", "soon", "must be a valid number"),
        ("masv:timeout", "0", "must be greater than 0"),
        ("masv:maxRetries", "1.5", "must be a valid integer"),
        ("masv:concurrency", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_both_spellings(
    key: str, value: str, reason: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        resolve({key: value}, {})
    line = str(caught.value)
    assert line.startswith(f"{key} (or MASV_")
    assert reason in line
    assert "\n" not in line


@pytest.mark.parametrize("key", sorted({*KEYS} - {"masv:apiKey"}))
@pytest.mark.parametrize("form", ["{}/", "https://x:{}", "https://[{}", "http://{}", "ftp://{}"])
def test_no_wrong_setting_is_repeated_since_it_may_be_secret(key: str, form: str) -> None:
    with pytest.raises(SettingsError) as caught:
        resolve({key: form.format(CANARY)}, {})
    assert CANARY not in str(caught.value)


def test_all_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(SettingsError, match=r"masv:teamId .*; masv:timeout "):
        resolve({"masv:teamId": "a/b", "masv:timeout": "soon"}, {})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1"])
def test_plain_http_is_for_loopback_addresses(url: str) -> None:
    assert resolve({"masv:baseUrl": url + "/"}, {}).base_url == url


def test_no_key_is_ever_printed() -> None:
    settings = resolve({"masv:apiKey": CANARY}, {})
    assert CANARY not in f"{settings!r} {settings} {settings.model_dump()} {settings.missing()}"
    for misplaced in ("apiKey", "teamId", "baseUrl"):
        with pytest.raises(SettingsError) as caught:
            resolve({f"masv:{misplaced}": f"https://a:{CANARY} x@b"}, {})
        assert CANARY not in str(caught.value)


def test_a_key_in_clear_is_refused_and_never_repeated() -> None:
    line = stored_in_clear({"masv:apiKey": CANARY}, lambda _: False)
    assert line is not None
    assert "masv:apiKey is stored in clear text" in line
    assert CANARY not in line
    assert stored_in_clear({"masv:apiKey": CANARY}, lambda key: key == "masv:apiKey") is None
    assert stored_in_clear({"masv:teamId": "01T"}, lambda _: False) is None


def test_an_unknown_masv_key_is_told_with_the_nearest_name() -> None:
    assert unknown_keys(["masv:apikey", "masv:teamId", "aws:region"]) == [
        "masv:apikey is not a setting of pulumi_masv: did you mean masv:apiKey?"
    ]
    assert unknown_keys(["masv:zzz"]) == [
        "masv:zzz is not a setting of pulumi_masv: write one of masv:apiKey, masv:teamId, "
        "masv:baseUrl, masv:timeout, masv:maxRetries, masv:concurrency"
    ]


@pytest.mark.parametrize("name", [*map(variable, NAMES), *SWITCHES])
def test_a_misspelt_environment_variable_is_told_with_the_nearest_name(name: str) -> None:
    assert name in PAGE
    others = ["MASV_HOME", "MASV_", "MASVXAPI_KEY", "MASV_API_KEY_LAB", "MASV_AGENT_API_KEY"]
    assert unknown_variables([name, name[5:], *others]) == []
    for misspelt in (f"{name}S", name[:-1], f"MASV_{name[5:].replace('_', '')}X"):
        assert unknown_variables([name, misspelt]) == [
            f"{misspelt} is not an environment variable of pulumi_masv: did you mean {name}?"
        ]
