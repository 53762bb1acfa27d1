"""The simulator describes itself: each endpoint, parameter and answer, with no other host."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from pulumi_masv.simulator import Simulator

DOCUMENTED = {
    ("get", "/v1/teams", "key"),
    ("get", "/v1.1/teams/{team}/packages", "key"),
    ("get", "/v1.1/teams/{team}/inbox", "key"),
    ("get", "/v1.1/teams/{team}/packages/{id}", "key"),
    ("put", "/v1/packages/{id}", "token"),
    ("put", "/v1/packages/{id}/expiry", "token"),
    ("delete", "/v1/packages/{id}", "token"),
    ("put", "/v1/packages/{id}/archive", "token"),
    ("put", "/v1/packages/{id}/unarchive", "token"),
    ("put", "/v1/teams/{team}/archive", "key"),
    ("put", "/v1/teams/{team}/unarchive", "key"),
    ("put", "/v1/teams/{team}/inbox/archive", "key"),
    ("put", "/v1/teams/{team}/inbox/unarchive", "key"),
}


def described() -> Any:
    with Simulator(packages=0) as masv:
        return requests.get(f"{masv.url}/openapi.json", timeout=5).json()


@pytest.fixture(scope="module")
def operations() -> Any:
    return {
        f"{method} {path}": operation
        for path, operations in described()["paths"].items()
        for method, operation in operations.items()
    }


def test_docs_and_all_it_loads_come_from_the_simulator() -> None:
    """And stand in no journal."""
    with Simulator(packages=0) as masv:
        page = requests.get(f"{masv.url}/docs", timeout=5)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        loaded = re.findall(r"""(?:href|src)="([^"]*)"|[uU]rl: [^'\n]*'([^']*)'""", page.text)
        urls = {urljoin(page.url, attribute or script) for attribute, script in loaded}
        paths = {urlsplit(url).path for url in urls if url.startswith(f"{masv.url}/")}
        assert len(paths) == len(urls)
        kinds = {path.rpartition(".")[2] for path in paths}
        assert kinds == {"css", "js", "json", "png", "/docs/oauth2-redirect"}
        assert {requests.get(url, timeout=5).status_code for url in urls} == {200}
        assert masv.journal == []


def test_docs_names_no_other_host_and_neither_does_its_style() -> None:
    with Simulator(packages=0) as masv:
        page = requests.get(f"{masv.url}/docs", timeout=5).text
        assert "//" not in page.replace("// ", "")
        (style,) = re.findall(r'rel="stylesheet"[^>]* href="([^"]*)"', page)
        css = requests.get(urljoin(masv.url, style), timeout=5).text
    assert re.findall(r"""url\((?!["']?data:)|@import""", css) == []


def test_the_description_has_every_endpoint_with_its_credential() -> None:
    found = {
        (method, path, next(iter(operation["security"][0])))
        for path, operations in described()["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }
    assert found == DOCUMENTED


def test_the_description_has_every_parameter_of_the_two_listings() -> None:
    paths = described()["paths"]
    sent, received = (
        {p["name"] for p in paths[f"/v1.1/teams/{{team}}/{box}"]["get"]["parameters"]}
        for box in ("packages", "inbox")
    )
    assert sent == {
        *("team", "page", "limit", "sort", "status", "name", "sender", "tags", "teamspaces"),
        *("created_at_start", "created_at_end", "expiry_start", "expiry_end", "extra_storage"),
    }
    assert received == sent | {"portal"}


def test_the_documented_package_has_the_keys_of_a_real_answer() -> None:
    description = described()
    masv = Simulator(packages=0)
    masv.account.add_package(tags=["01TAG1"])
    url = f"{masv.url}/v1.1/teams/{masv.team_id}/packages"
    with masv.in_process():
        listed = requests.get(url, headers={"X-API-KEY": masv.api_key}, timeout=5).json()
    shown = listed["records"][0]
    read = description["paths"]["/v1.1/teams/{team}/packages/{id}"]["get"]["responses"]["200"]
    assert read["content"]["application/json"]["example"].keys() == shown.keys()
    assert description["components"]["schemas"]["Package"]["properties"].keys() == shown.keys()


def test_the_description_names_the_control_api_too() -> None:
    assert "post" in described()["paths"]["/_simulator/clock"]


def test_every_body_is_shown_by_an_example(operations: Any) -> None:
    """Of a request and of an answer."""
    contents = [
        content
        for operation in operations.values()
        for answer in (operation.get("requestBody", {}), *operation["responses"].values())
        for content in answer.get("content", {}).values()
    ]
    assert len(contents) > len(operations)
    assert all("example" in content or "examples" in content for content in contents)


def test_only_the_answer_204_has_no_body(operations: Any) -> None:
    bare = {
        status
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if "content" not in answer
    }
    assert bare == {"204"}


def test_every_query_parameter_says_what_it_does_and_shows_it(operations: Any) -> None:
    for box in ("packages", "inbox"):
        parameters = operations[f"get /v1.1/teams/{{team}}/{box}"]["parameters"]
        asked = [each for each in parameters if each["in"] == "query"]
        assert len(asked) >= 13
        assert all(each["description"] and "example" in each for each in asked)


def test_each_example_of_the_control_api_is_an_answer_and_no_refusal(operations: Any) -> None:
    shown = [
        operation["responses"]["200"]["content"]["application/json"]["example"]
        for name, operation in operations.items()
        if "/_simulator/" in name
    ]
    assert len(shown) == 19
    assert not any("error" in each for each in shown)
