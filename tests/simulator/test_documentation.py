import requests

from pulumi_masv.simulator import Simulator

DOCUMENTED = {
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


def described():
    with Simulator(packages=0) as masv:
        return requests.get(f"{masv.url}/openapi.json", timeout=5).json()


def test_docs_is_a_page_and_stands_in_no_journal():
    with Simulator(packages=0) as masv:
        answer = requests.get(f"{masv.url}/docs", timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            200,
            "text/html; charset=utf-8",
        )
        assert masv.journal == []


def test_the_description_has_every_endpoint_with_its_credential():
    found = {
        (method, path, next(iter(operation["security"][0])))
        for path, operations in described()["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }
    assert found == DOCUMENTED


def test_the_description_has_every_parameter_of_the_two_listings():
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


def test_the_documented_package_has_the_keys_of_a_real_answer():
    description = described()
    masv = Simulator(packages=1)
    url = f"{masv.url}/v1.1/teams/{masv.team_id}/packages"
    with masv.in_process():
        listed = requests.get(url, headers={"X-API-KEY": masv.api_key}, timeout=5).json()
    shown = listed["records"][0]
    read = description["paths"]["/v1.1/teams/{team}/packages/{id}"]["get"]["responses"]["200"]
    assert read["content"]["application/json"]["example"].keys() == shown.keys()
    assert description["components"]["schemas"]["Package"]["properties"].keys() == shown.keys()


def test_the_description_names_the_control_api_too():
    assert "post" in described()["paths"]["/_simulator/clock"]
